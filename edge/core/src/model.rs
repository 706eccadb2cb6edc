//! Language models: what they are asked, what may go wrong with them, and the ways of speaking to one.
//!
//! A [`crate::ports::Model`] only speaks. Patience, second tries and giving up are decided by whoever asks
//! (`answer/written.rs`), the same for every model.

pub mod breaker;
pub mod events;
pub mod openai;
pub(crate) mod server;

use crate::ports::Model;
use breaker::Breaker;
use std::fmt;
use std::sync::Arc;

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Instructions of ours and the agent's, and nothing of a document's or a visitor's.
    pub system: String,
    /// The visitor's turn, with the passages as data.
    pub user: String,
    /// The most tokens that the answer may have.
    pub max_tokens: u32,
}

/// Why a model gave no answer, or only a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There was no connection, or it ended early.
    Connection(String),
    /// It answered with this status.
    Status(u16),
    /// It kept us waiting: for what.
    Slow(&'static str),
    /// It said what cannot be understood, or said that it failed.
    Garbled(String),
    /// It said more than anybody wants to read.
    Endless,
    /// It said nothing.
    Empty,
    /// Nobody waited for it any longer, which says nothing of it.
    Unheard,
    /// It failed so often that it is left alone for a while.
    Resting,
}

impl Fault {
    /// Tells whether another try at once may go better. What was waited for once is not waited for twice.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Garbled(_) | Self::Empty => true,
            Self::Status(status) => matches!(status, 408 | 409 | 425 | 429 | 500..),
            Self::Slow(_) | Self::Endless | Self::Unheard | Self::Resting => false,
        }
    }

    /// Returns the reason in a few words of our own, for traces: nothing that the model's host said.
    pub fn reason(&self) -> String {
        match self {
            Self::Connection(_) => "connection lost".into(),
            Self::Status(status) => format!("status {status}"),
            Self::Slow(what) => format!("timeout: {what}"),
            Self::Garbled(_) => "unreadable answer".into(),
            Self::Endless => "answer too large".into(),
            Self::Empty => "empty answer".into(),
            Self::Unheard => "nobody listened".into(),
            Self::Resting => "circuit open".into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(why) | Self::Garbled(why) => write!(f, "{}: {why}", self.reason()),
            _ => f.write_str(&self.reason()),
        }
    }
}

/// The model of this installation, and how it has been doing lately.
pub struct LanguageModel {
    pub port: Arc<dyn Model>,
    pub breaker: Breaker,
    /// How long it may take from a question to its first word, in milliseconds.
    pub patience: u32,
    report: Box<dyn Fn(&Fault) + Send + Sync>,
}

impl LanguageModel {
    /// Takes a model, how long it may take to its first word in milliseconds, and somebody to report every fault to.
    pub fn new(port: Arc<dyn Model>, patience: u32, report: impl Fn(&Fault) + Send + Sync + 'static) -> Self {
        Self {
            port,
            breaker: Breaker::default(),
            patience,
            report: Box::new(report),
        }
    }

    /// Reports a fault, for the log.
    pub fn report(&self, fault: &Fault) {
        (self.report)(fault);
    }
}
