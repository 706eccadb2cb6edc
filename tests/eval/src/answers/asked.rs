//! A question of a set, and what came of it.
use serde::{Deserialize, Serialize};

/// A question with what a right answer must hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) question: String,
    /// Earlier questions of the session.
    #[serde(default)]
    pub(super) history: Vec<String>,
    pub(super) expect: Expect,
    /// Groups of alternatives; an answer must hold one of each.
    #[serde(default)]
    pub(super) must: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) must_not: Vec<String>,
    /// Whether an answer and a refusal are both fair.
    #[serde(default)]
    pub(super) decline_or_answer: bool,
    /// What an answer must hold where a refusal was expected.
    #[serde(default)]
    pub(super) must_if_answered: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) source: String,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Expect {
    Answer,
    Decline,
    SmallTalk,
    Handoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Right,
    /// Answered, but not as it must be, or where it had to decline.
    Wrong,
    /// Should have been answered.
    Declined,
    /// Declined where that is fair.
    DeclinedOr,
}

/// A question and its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) set: String,
    #[serde(flatten)]
    pub(super) question: Question,
    pub(super) verdict: Verdict,
    pub(super) answer: String,
    pub(super) answered: bool,
    pub(super) confidence: f64,
    pub(super) sources: Vec<String>,
    /// Milliseconds of the last question.
    pub(super) ms: f64,
}
