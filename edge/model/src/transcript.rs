//! Transcripts: conversations as people of the workspace read them.
use crate::conversation::{Author, Citation, MessageStatus};
use crate::{AgentId, ConversationId, MessageId, Timestamp};
use serde::Deserialize;

/// A conversation in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ConversationSummary {
    pub id: ConversationId,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub session_key: String,
    /// The page that the visitor began on, as their browser said.
    pub page_url: Option<String>,
    /// The browser, as it said.
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub last_message_at: Timestamp,
    pub message_count: u64,
    /// Questions that were answered with the fallback.
    pub unanswered_count: u64,
    pub first_question: Option<String>,
    /// The mean of the ratings, 1 to 5; none without any.
    pub rating: Option<f64>,
}

/// A message with what is known of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    pub id: MessageId,
    pub author: Author,
    pub status: MessageStatus,
    pub text: String,
    #[serde(deserialize_with = "crate::column::json")]
    pub citations: Vec<Citation>,
    pub confidence: Option<f64>,
    #[serde(deserialize_with = "crate::column::optional_flag")]
    pub is_answered: Option<bool>,
    pub latency_ms: Option<u64>,
    pub created_at: Timestamp,
    /// 1 to 5.
    pub rating: Option<u8>,
    pub comment: Option<String>,
}
