//! Escalations: questions that a person has to answer, raised by a visitor or by the deputy.
use crate::{AccountId, AgentId, ConversationId, DocumentId, EscalationId, MessageId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A question for a person. The same row in every dialect.
#[derive(Clone, Debug, Deserialize)]
pub struct Escalation {
    pub id: EscalationId,
    pub workspace_id: WorkspaceId,
    pub agent_id: AgentId,
    /// None when the visitor never asked the agent, and when the conversation is gone.
    pub conversation_id: Option<ConversationId>,
    /// Whose visit it came up in; none when that is not known any more.
    pub session_key: Option<String>,
    /// The answer that was not good enough.
    pub message_id: Option<MessageId>,
    pub question: String,
    /// Who asks, as the caller names them.
    pub asked_by: String,
    /// Where to reply to.
    pub email: Option<String>,
    /// Of the answer, 0 to 1; none when there was no answer.
    pub confidence: Option<f64>,
    pub reason: EscalationReason,
    /// The reason in a sentence without the full stop, as it was said at the time.
    pub reason_text: String,
    pub status: EscalationStatus,
    pub assignee_id: Option<AccountId>,
    pub reply: Option<String>,
    pub replied_at: Option<Timestamp>,
    /// How far the reply has come; none when there is none.
    pub reply_status: Option<ReplyStatus>,
    /// The document that closed it: what answers the question from now on.
    pub document_id: Option<DocumentId>,
    pub created_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
}

/// Whether a person still has to answer an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EscalationStatus {
    Open,
    Resolved,
}

impl EscalationStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Open, Self::Resolved];

    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

/// How far a reply has come on its way to the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyStatus {
    /// The visitor was asked whether they want it.
    WaitingForConfirmation,
    /// It is about to be mailed.
    Queued,
    Sent,
    /// The visitor wants no mail.
    Unsubscribed,
    /// The operator has stopped the workspace's mail.
    Stopped,
}

impl ReplyStatus {
    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaitingForConfirmation => "waiting_for_confirmation",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Unsubscribed => "unsubscribed",
            Self::Stopped => "stopped",
        }
    }
}

/// Why a person has to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// A visitor asked for a person.
    Visitor,
    /// The documents do not answer the question well enough.
    LowConfidence,
    Approve,
    Sign,
    Authorise,
    /// To hire or dismiss a person.
    Staff,
    Discount,
    Exception,
    /// An amount above the owner's limit.
    Amount,
}

impl EscalationReason {
    /// Returns the reason's code, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::LowConfidence => "low_confidence",
            Self::Approve => "approve",
            Self::Sign => "sign",
            Self::Authorise => "authorise",
            Self::Staff => "staff",
            Self::Discount => "discount",
            Self::Exception => "exception",
            Self::Amount => "amount",
        }
    }
}
