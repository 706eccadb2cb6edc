//! Why an answer is what it is: an extension.
use crate::agent::Source;
use serde::{Deserialize, Serialize};

/// An answer and how it came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trace {
    pub message_id: String,
    pub conversation_id: String,
    pub agent_id: String,
    /// pending, complete or failed.
    pub status: String,
    pub question: String,
    /// The question as it was looked up, understandable without the conversation.
    pub standalone_question: String,
    pub response: String,
    pub sources: Vec<Source>,
    pub agent_version: String,
    /// The version of the index that was searched; 0 before the first document.
    pub snapshot_version: u64,
    pub strategy: String,
    /// The passages that were found, best first.
    pub passages: Vec<TracedPassage>,
    /// What the confidence was computed from.
    pub features: Vec<Feature>,
    /// Null while it is being answered.
    pub confidence: Option<f64>,
    /// The agent's threshold at the time.
    pub threshold: f64,
    /// answered, or why the fallback was said: `nothing_found`, `below_threshold`, or declined by the model.
    pub decision: String,
    /// extractive, the name of a language model, or none.
    pub generator: String,
    /// The language model that should have answered and could not; null otherwise.
    pub fell_back_from: Option<String>,
    /// Why it could not, or why it broke off; null otherwise.
    pub fallback_reason: Option<String>,
    /// How often a language model was asked.
    pub attempts: u32,
    /// The embedders that embedded the question, in addition to the built-in table.
    #[serde(default)]
    pub embedders: Vec<String>,
    /// Why one of them did not, so that the table stood in for it; null otherwise.
    #[serde(default)]
    pub embedder_fault: Option<String>,
    pub timings: Timings,
    pub created_at: String,
}

/// A passage that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TracedPassage {
    pub document_id: String,
    pub title: String,
    pub heading_path: Vec<String>,
    /// The passage's place in its document, from 0.
    pub chunk_index: u32,
    /// 0 to 1.
    pub score: f64,
}

/// A number behind the confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feature {
    pub name: String,
    pub value: f64,
}

/// When things were done, in milliseconds after the question came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timings {
    /// The passages were found.
    pub found_ms: u64,
    /// The first word was said; null when none was.
    pub first_text_ms: Option<u64>,
    /// The answer was complete; null while it is not.
    pub total_ms: Option<u64>,
}
