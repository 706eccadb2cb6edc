//! One message of a conversation, and how far it has come.

use crate::strings::Strings;
use shared::agent::Source;

/// One question or one answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// Tells messages of this page apart.
    pub(crate) key: u32,
    /// The service's name for an answer, known once it starts.
    pub(crate) id: Option<String>,
    pub(crate) author: Author,
    /// What the visitor wrote, as it is; or the answer, as Markdown.
    pub(crate) text: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) confidence: Option<f64>,
    /// False when the text is the agent's fallback.
    pub(crate) answered: bool,
    pub(crate) progress: Progress,
    pub(crate) rating: Option<Rating>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Visitor,
    Agent,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Progress {
    /// Nothing has arrived yet.
    Waiting,
    Streaming,
    Complete,
    /// The visitor stopped it.
    Stopped,
    Failed(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rating {
    Up,
    Down,
}

/// Why an answer did not come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// There is no network.
    Offline,
    /// The stream ended before the answer did.
    Interrupted,
    /// Nothing was heard for too long.
    Silent,
    /// Too many questions: ask again after so many seconds.
    Limited { seconds: u32 },
    /// This page may not use the agent, or no longer.
    Forbidden,
    /// The service says no, in its own words.
    Reported { code: String, detail: String },
}

impl Message {
    pub(crate) fn new(key: u32, author: Author, text: String, progress: Progress) -> Self {
        Self {
            key,
            id: None,
            author,
            text,
            sources: Vec::new(),
            confidence: None,
            answered: true,
            progress,
            rating: None,
        }
    }

    /// Whether more of it is to come.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.progress, Progress::Waiting | Progress::Streaming)
    }

    /// Whether the visitor can judge it.
    pub(crate) fn can_be_rated(&self) -> bool {
        self.id.is_some() && self.author == Author::Agent && self.progress == Progress::Complete
    }
}

impl Failure {
    /// Returns the failure as a sentence for the visitor.
    pub(crate) fn text(&self, strings: &Strings) -> String {
        let text = match self {
            Self::Offline => strings.offline_answer,
            Self::Interrupted => strings.interrupted,
            Self::Silent => strings.silent,
            Self::Limited { .. } => strings.limited,
            Self::Forbidden => strings.forbidden,
            Self::Reported { detail, .. } if detail.is_empty() => strings.failed,
            Self::Reported { detail, .. } => detail,
        };
        text.to_owned()
    }

    /// Returns a word for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Offline => "OFFLINE",
            Self::Interrupted => "INTERRUPTED",
            Self::Silent => "TIMEOUT",
            Self::Limited { .. } => "RATE_LIMITED",
            Self::Forbidden => "FORBIDDEN",
            Self::Reported { code, .. } => code,
        }
    }

    /// Whether the same question may fare better the next time.
    pub(crate) fn can_be_retried(&self) -> bool {
        !matches!(self, Self::Forbidden)
    }
}

impl Rating {
    /// Returns the word of the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Up => "THUMBS_UP",
            Self::Down => "THUMBS_DOWN",
        }
    }
}
