//! Deputies: the agent of a workspace that answers in its owner's place.
use crate::{AgentId, WorkspaceId};
use serde::Deserialize;

/// Which agent answers in the owner's place, and how. At most one for each workspace.
#[derive(Clone, Debug, Deserialize)]
pub struct Deputy {
    pub workspace_id: WorkspaceId,
    pub agent_id: AgentId,
    /// Whom escalated answers name; the name of the workspace's owner when it is empty.
    pub owner_name: String,
    /// An amount of money above it is for the owner to decide; none looks at no amounts.
    pub approval_limit: Option<f64>,
    /// What an answer saves, in minutes.
    pub minutes_saved: u32,
}

/// What came of a deputy so far.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DeputyStats {
    /// Escalated ones among them.
    pub answered: u64,
    pub escalated: u64,
    /// 0 to 1; none before the first answer.
    pub confidence: Option<f64>,
    /// In the default collection.
    pub documents: u64,
}
