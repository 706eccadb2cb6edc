//! Answers as they are kept, for clients that lost the stream of one.
use crate::port::sql;
use crate::{SqlError, TenantStore};
use edge_model::conversation::{Citation, MessageStatus};
use edge_model::{AgentId, MessageId, Timestamp};
use serde::Deserialize;

/// An answer, as far as it is there.
#[derive(Clone, Debug, Deserialize)]
pub struct Kept {
    pub agent_id: AgentId,
    pub status: MessageStatus,
    pub text: String,
    #[serde(deserialize_with = "edge_model::column::json")]
    pub citations: Vec<Citation>,
    pub confidence: Option<f64>,
    #[serde(deserialize_with = "edge_model::column::flag")]
    pub is_answered: bool,
    pub created_at: Timestamp,
}

impl TenantStore {
    /// Finds an answer, if it was one of the workspace's.
    pub async fn kept_answer(&self, message: &MessageId) -> Result<Option<Kept>, SqlError> {
        let statement = sql!(
            "SELECT agent_id, status, text, citations, confidence, coalesce(is_answered, 0) AS is_answered, created_at
             FROM messages WHERE workspace_id = ?1 AND id = ?2 AND author = 'agent'",
            self.workspace.as_str(),
            message.as_str()
        );
        self.row(statement).await
    }
}
