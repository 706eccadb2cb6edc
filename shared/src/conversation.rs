//! Extensions: conversations as the dashboard shows them.
use crate::agent::Source;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationList {
    pub conversations: Vec<ConversationSummary>,
    pub total: u64,
    /// Where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationSummary {
    pub id: String,
    pub agent_id: String,
    pub agent_name: String,
    /// The visitor's session, as the client named it.
    pub session_id: String,
    pub page_url: Option<String>,
    pub user_agent: Option<String>,
    pub first_question: Option<String>,
    pub message_count: u64,
    /// Whether no question was answered with the fallback.
    pub answered: bool,
    /// The mean of the visitor's ratings, 1 to 5; null without any.
    pub rating: Option<f64>,
    pub created_at: String,
    pub last_message_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Where the next page of messages begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: String,
    /// visitor or agent.
    pub author: String,
    /// pending, complete or failed.
    pub status: String,
    pub content: String,
    pub sources: Vec<Source>,
    /// Of an answer: 0 to 1.
    pub confidence: Option<f64>,
    /// Of an answer: false when it is the fallback.
    pub answered: Option<bool>,
    pub response_time_ms: Option<u64>,
    pub feedback: Option<MessageFeedback>,
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageFeedback {
    /// `THUMBS_UP` or `THUMBS_DOWN`.
    pub feedback_type: String,
    pub comment: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedVisitor {
    pub message: String,
    pub conversations_deleted: u64,
}
