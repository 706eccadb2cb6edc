//! Conversations between visitors and agents: messages, citations, feedback.
use crate::{AgentId, ConversationId, DocumentId, MessageId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A thread of messages. A client's session names it within its agent.
#[derive(Clone, Debug, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub workspace_id: WorkspaceId,
    pub agent_id: AgentId,
    /// The API that it came by.
    pub channel: Channel,
    /// Whose sessions these are within the channel, such as an API key's; empty where the session alone is enough.
    pub scope: String,
    pub session_key: String,
    pub created_at: Timestamp,
    pub last_message_at: Timestamp,
}

/// The API that a conversation came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Widget,
    Twin,
}

impl Channel {
    /// Returns the channel's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Twin => "twin",
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    Visitor,
    Agent,
}

impl Author {
    /// Returns the author's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
        }
    }
}

/// Whether a message is all there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    /// Being answered; after a crash, what was never finished.
    Pending,
    Complete,
    Failed,
}

impl MessageStatus {
    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }
}

/// A message as later questions need it.
#[derive(Clone, Debug, Deserialize)]
pub struct Turn {
    pub author: Author,
    pub text: String,
}

/// A passage that an answer stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    pub document_id: DocumentId,
    pub title: String,
    pub url: Option<String>,
    pub heading_path: Vec<String>,
    #[serde(rename = "chunk_index")]
    pub passage_index: u32,
    /// The passage.
    pub text: String,
    /// 0 to 1.
    pub score: f64,
}

/// An answer as it is kept: what was said, on what grounds, at which cost.
#[derive(Clone, Debug)]
pub struct Answer {
    pub message_id: MessageId,
    pub status: MessageStatus,
    pub text: String,
    pub citations: Vec<Citation>,
    /// A calibrated probability, 0 to 1.
    pub confidence: f64,
    /// False when the text is the agent's fallback.
    pub is_answered: bool,
    /// From the question's arrival to the last word.
    pub latency_ms: u64,
    /// What it was made from and by, to explain it.
    pub trace: Trace,
}

/// How it was decided whether a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Answered,
    /// The documents hold nothing of it.
    NothingFound,
    /// What they hold is less sure than the agent's threshold.
    BelowThreshold,
    /// The model found no answer in the passages.
    Declined,
    /// Only a person may answer.
    Personal,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 5] = [
        Self::Answered,
        Self::NothingFound,
        Self::BelowThreshold,
        Self::Declined,
        Self::Personal,
    ];

    /// Returns the decision's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NothingFound => "nothing_found",
            Self::BelowThreshold => "below_threshold",
            Self::Declined => "declined",
            Self::Personal => "personal",
        }
    }
}

/// Reads a decision; none of an empty or unknown word, which rows of other releases may hold.
fn known_decision<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Decision>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Ok(Decision::ALL.into_iter().find(|it| it.as_str() == word))
}

/// How an answer came about. What a trace of an earlier release lacks is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    pub agent_version: String,
    /// The index snapshot's version.
    pub snapshot: u64,
    /// What put the answer into words: `extractive`, a model's name, or `none` when nothing was asked to.
    pub generator: String,
    /// Whether the question was answered, or why the fallback was said; none when the answer failed.
    #[serde(deserialize_with = "known_decision")]
    pub decision: Option<Decision>,
    pub strategy: String,
    /// The question as it was looked up.
    pub standalone_question: String,
    /// The confidence below which the fallback is said.
    pub threshold: f64,
    /// The features behind the confidence, by name.
    pub features: Vec<(String, f64)>,
    /// The passages that were found, best first.
    pub passages: Vec<Passage>,
    /// The model that should have answered and could not.
    pub fell_back_from: Option<String>,
    /// Why it could not, or why it broke off.
    pub fault: Option<String>,
    /// How often a model was asked.
    pub attempts: u32,
    /// The embedders of the index's layers that embedded the question, in addition to the built-in table.
    pub embedders: Vec<String>,
    /// Why one of them did not, so that the table stood in for it.
    pub embedder_fault: Option<String>,
    pub timings: Timings,
}

/// A passage that was found for a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    pub document_id: DocumentId,
    pub title: String,
    pub heading_path: Vec<String>,
    #[serde(rename = "chunk_index")]
    pub passage_index: u32,
    /// 0 to 1.
    pub score: f64,
}

/// When things were done, in milliseconds after the question came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// The passages were found.
    pub found_ms: u64,
    /// The first word was said.
    pub first_text_ms: Option<u64>,
}

/// An answer as it is kept, with its question, to explain it.
#[derive(Clone, Debug, Deserialize)]
pub struct Explained {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub agent_id: AgentId,
    pub status: MessageStatus,
    /// Empty when the question is gone.
    pub question: String,
    pub text: String,
    #[serde(deserialize_with = "crate::column::json")]
    pub citations: Vec<Citation>,
    /// None while it is being answered.
    pub confidence: Option<f64>,
    pub latency_ms: Option<u64>,
    #[serde(deserialize_with = "crate::column::json")]
    pub trace: Trace,
    pub created_at: Timestamp,
}

/// A visitor's word on an answer, 1 to 5; thumbs are 5 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating(u8);

impl Rating {
    /// Thumbs up.
    pub const UP: Self = Self(5);
    /// Thumbs down.
    pub const DOWN: Self = Self(1);

    /// Returns the number, 1 to 5.
    pub fn value(self) -> u8 {
        self.0
    }
}
