//! API keys: which dialect they open, and from where.
use crate::actor::Actor;
use crate::{KeyId, Timestamp, WorkspaceId};
use serde::Deserialize;

pub use crate::dialect::KeyKind;

/// A key's record. The key itself is known to its holder alone.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub workspace_id: WorkspaceId,
    pub kind: KeyKind,
    pub name: String,
    /// The key's first and last characters, for people to recognise it.
    pub display: String,
    #[serde(deserialize_with = "crate::column::json")]
    pub allowed_domains: Vec<String>,
    #[serde(deserialize_with = "crate::column::flag")]
    pub allow_no_origin: bool,
    pub last_used_at: Option<Timestamp>,
    /// The network that a program called from last; none for keys of web pages.
    #[serde(default)]
    pub last_used_network: Option<String>,
    #[serde(flatten)]
    pub created_by: Actor,
    pub revoked_at: Option<Timestamp>,
    pub created_at: Timestamp,
}
