//! Events: what happened in a workspace, for the endpoints that ask for it.
use crate::{AgentId, ConversationId, DocumentId, EventId, MessageId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Something that happened. Written in the batch of the change that it reports, if any endpoint of the workspace wants
/// to be told of its kind.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    pub id: EventId,
    pub workspace_id: WorkspaceId,
    #[serde(rename = "data", deserialize_with = "crate::column::json")]
    pub payload: EventPayload,
    pub created_at: Timestamp,
}

macro_rules! event_payloads {
    ($($(#[$doc:meta])* $name:ident($data:ty) = $row:literal;)*) => {
        /// What kind of thing happened. Each dialect has its own name for it, or none.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $row)] $name,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the kind's name in rows.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $row,)*
                }
            }
        }

        /// What happened, with the facts.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum EventPayload {
            $($(#[$doc])* #[serde(rename = $row)] $name($data),)*
        }

        impl EventPayload {
            /// Returns what kind of thing happened.
            pub fn kind(&self) -> EventKind {
                match self {
                    $(Self::$name(_) => EventKind::$name,)*
                }
            }
        }
    };
}

event_payloads! {
    /// A member tests an endpoint. No endpoint asks for it; the one that is tested gets it.
    Test(Test) = "test";
    /// A visitor's session asked its first question.
    ConversationStarted(ConversationStarted) = "conversation_started";
    /// A question was answered, be it with the fallback.
    MessageAnswered(MessageAnswered) = "message_answered";
    /// A visitor rated an answer.
    FeedbackReceived(FeedbackReceived) = "feedback_received";
    /// A document can be answered from.
    DocumentProcessed(DocumentEnded) = "document_processed";
    /// A document could not be worked on.
    DocumentFailed(DocumentEnded) = "document_failed";
    /// A visitor left an address.
    LeadCaptured(LeadCaptured) = "lead_captured";
    /// A question waits for a person.
    EscalationCreated(EscalationChanged) = "escalation_created";
    /// A person has seen to it.
    EscalationResolved(EscalationChanged) = "escalation_resolved";
    AgentCreated(AgentChanged) = "agent_created";
    AgentUpdated(AgentChanged) = "agent_updated";
    AgentDeleted(AgentChanged) = "agent_deleted";
    SourceProcessed(SourceEnded) = "source_processed";
    SourceFailed(SourceEnded) = "source_failed";
    RunStarted(RunChanged) = "run_started";
    RunCompleted(RunChanged) = "run_completed";
    RunFailed(RunChanged) = "run_failed";
    RunStopped(RunChanged) = "run_stopped";
    RunPaused(RunChanged) = "run_paused";
}

impl EventPayload {
    /// Returns the agent that it is about.
    pub fn agent_id(&self) -> Option<&AgentId> {
        match self {
            Self::Test(_)
            | Self::DocumentProcessed(_)
            | Self::DocumentFailed(_)
            | Self::SourceProcessed(_)
            | Self::SourceFailed(_) => None,
            Self::ConversationStarted(it) => Some(&it.agent_id),
            Self::MessageAnswered(it) => Some(&it.agent_id),
            Self::FeedbackReceived(it) => Some(&it.agent_id),
            Self::LeadCaptured(it) => Some(&it.agent_id),
            Self::EscalationCreated(it) | Self::EscalationResolved(it) => Some(&it.agent_id),
            Self::AgentCreated(it) | Self::AgentUpdated(it) | Self::AgentDeleted(it) => Some(&it.agent_id),
            Self::RunStarted(it)
            | Self::RunCompleted(it)
            | Self::RunFailed(it)
            | Self::RunStopped(it)
            | Self::RunPaused(it) => Some(&it.agent_id),
        }
    }

    /// Returns whose visit it is about; what holds words of a visitor's has one.
    pub fn session_key(&self) -> Option<&str> {
        match self {
            Self::ConversationStarted(it) => Some(&it.session_key),
            Self::MessageAnswered(it) => Some(&it.session_key),
            Self::LeadCaptured(it) => Some(&it.session_key),
            Self::FeedbackReceived(it) => it.session_key.as_deref(),
            Self::EscalationCreated(it) | Self::EscalationResolved(it) => it.session_key.as_deref(),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// A sentence for people who read it.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationStarted {
    pub conversation_id: ConversationId,
    pub agent_id: AgentId,
    pub session_key: String,
    pub page_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageAnswered {
    pub message_id: MessageId,
    pub agent_id: AgentId,
    pub session_key: String,
    pub question: String,
    pub answer: String,
    /// 0 to 1.
    pub confidence: f64,
    /// False when the answer is the agent's fallback.
    pub is_answered: bool,
    pub latency_ms: u64,
    /// What the answer stands on, as titles in the order of citation.
    pub sources: Vec<SourceRef>,
}

/// A document that an answer stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceRef {
    pub document_id: DocumentId,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackReceived {
    pub message_id: MessageId,
    /// None in rows from before it was kept.
    pub session_key: Option<String>,
    pub agent_id: AgentId,
    /// 1 to 5.
    pub rating: u8,
    pub comment: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentEnded {
    pub document_id: DocumentId,
    pub title: String,
    pub version: u32,
    #[serde(rename = "chunk_count")]
    pub passage_count: u64,
    /// Why it failed.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadCaptured {
    pub agent_id: AgentId,
    pub session_key: String,
    pub email: String,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EscalationChanged {
    pub escalation_id: String,
    /// None when it is not known whose visit it came up in.
    pub session_key: Option<String>,
    pub agent_id: AgentId,
    pub question: String,
    pub asked_by: String,
    /// 0 to 1; none when there was no answer.
    pub confidence: Option<f64>,
    /// A sentence without the full stop.
    pub reason: String,
    pub email: Option<String>,
    pub resolved_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentChanged {
    pub agent_id: AgentId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceEnded {
    pub source_id: String,
    pub name: String,
    pub document_count: u64,
    /// Why it failed.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunChanged {
    pub run_id: String,
    pub agent_id: AgentId,
    /// How far a run that ended well got: `success`, `partial` or `fail`.
    pub outcome: Option<String>,
    pub finished_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_names_the_kind_as_the_list_of_kinds_does() {
        let payload = EventPayload::AgentCreated(AgentChanged {
            agent_id: AgentId::new("agent_1"),
            name: "Bot".into(),
        });
        let row = serde_json::to_value(&payload).unwrap();
        assert_eq!(row["kind"], payload.kind().as_str());
        assert_eq!(serde_json::from_value::<EventPayload>(row).unwrap(), payload);
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
