//! Models: what they are asked, what they answer, and what may go wrong with them.
use async_trait::async_trait;
use futures_core::Stream;
use std::fmt;
use std::pin::Pin;

/// A language model.
#[async_trait]
pub trait Model: Send + Sync {
    /// Returns what traces call it, such as `openai:llama3.2`.
    fn name(&self) -> &str;

    /// Asks it. Returns once it has begun to answer, or has at least taken the question.
    async fn ask(&self, prompt: &Prompt) -> Result<TextStream, Fault>;
}

/// A model that turns texts into vectors.
#[async_trait]
pub trait Embeddings: Send + Sync {
    /// Returns what traces and indexes call it. Vectors of models of different names are never compared.
    fn name(&self) -> &str;

    /// Returns how many texts it takes at once.
    fn batch(&self) -> usize;

    /// Returns the vectors of texts, in their order.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault>;
}

/// The pieces of a text as a language model writes them; some may be empty. A text that ends without a fault is whole.
/// Dropping the stream tells the model to stop.
pub type TextStream = Pin<Box<dyn Stream<Item = Result<String, Fault>> + Send>>;

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
    /// The client disconnected, which says nothing of the model.
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
