//! Why a file is not read.
use serde::{Deserialize, Serialize};

/// The file is at fault, and reading it again would end the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub reason: Reason,
    /// Safe to show: a sentence without the full stop that says what to do where there is something to do.
    pub message: String,
}

/// What is the matter with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// There is nothing in it, or nothing that is text.
    Empty,
    /// It is of a kind that is not read.
    Unsupported,
    /// It is damaged, or not what it says it is.
    Damaged,
    /// It needs a password.
    Encrypted,
    /// Reading it would take more than is given to one file.
    TooMuch,
}

impl Refusal {
    /// Refuses for a reason, in words that may be shown.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { reason, message }
    }
}
