//! The one error every operation returns. Dialects decide how it looks on the wire.
mod plan;

use edge_store::{SqlError, caller_checks, quotas};
use std::fmt;
use std::panic::Location;

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the domain's words. A closed set: each dialect matches it exhaustively.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request was understood and one of its values will not do.
    Invalid,
    /// The request could not be read at all.
    Malformed,
    /// The request was read, and what it carries cannot be worked with.
    Unprocessable,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    /// What is to be changed is not as the caller has seen it.
    PreconditionFailed,
    /// It was there, and is not kept any more.
    Gone,
    TooLarge,
    /// The body of the request came too slowly.
    TooSlow,
    UnsupportedMedia,
    RateLimited,
    /// What the plan allows for the month, or the day, is used up.
    QuotaExhausted,
    /// The plan allows no more of what would be stored.
    PlanLimit,
    Unavailable,
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Invalid,
        Self::Malformed,
        Self::Unprocessable,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::Gone,
        Self::TooLarge,
        Self::TooSlow,
        Self::UnsupportedMedia,
        Self::RateLimited,
        Self::QuotaExhausted,
        Self::PlanLimit,
        Self::Unavailable,
        Self::Internal,
    ];
}

/// What exactly, where a client of some dialect acts on the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Address and password do not belong together.
    WrongCredentials,
    /// A token was genuine and its time is over.
    ExpiredToken,
    /// A key is malformed, unknown, revoked or of another kind.
    WrongKey,
    /// The code is not the one that was sent, or its time or tries are over.
    WrongCode,
    UnverifiedEmail,
    /// The page that calls is not among the key's domains.
    WrongOrigin,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::WrongCredentials,
        Self::ExpiredToken,
        Self::WrongKey,
        Self::WrongCode,
        Self::UnverifiedEmail,
        Self::WrongOrigin,
    ];
}

/// A failure.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind:?}: {message}")]
pub struct Error {
    pub kind: Kind,
    pub reason: Option<Reason>,
    /// Safe to show to the caller: a sentence without the full stop.
    pub message: String,
    /// The input field at fault, in the caller's words.
    pub field: Option<String>,
    /// Seconds until another try may succeed.
    pub retry_after: Option<u64>,
    /// For logs only; no dialect may put this on the wire.
    internal: Option<String>,
    at: &'static Location<'static>,
}

impl Error {
    /// Makes an error of a kind with a message that may be shown.
    #[track_caller]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let at = Location::caller();
        Self {
            kind,
            reason: None,
            message: message.into(),
            field: None,
            retry_after: None,
            internal: None,
            at,
        }
    }

    /// Says that there is no such thing, or none that the caller may know of.
    #[track_caller]
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("{what} not found"))
    }

    /// Says that a field of the request will not do: `why` ends a sentence that begins with the field's name.
    #[track_caller]
    pub fn field(name: impl Into<String>, why: impl fmt::Display) -> Self {
        let name = name.into();
        Self {
            field: Some(name.clone()),
            ..Self::new(Kind::Invalid, format!("`{name}` {why}"))
        }
    }

    /// Says that we failed: `cause` goes to the log, the caller learns nothing of it.
    #[track_caller]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self {
            internal: Some(cause.to_string()),
            ..Self::new(Kind::Internal, "internal error")
        }
    }

    /// Says that something we need is not there just now.
    #[track_caller]
    pub fn unavailable(message: &str, cause: impl fmt::Display) -> Self {
        Self {
            internal: Some(cause.to_string()),
            ..Self::new(Kind::Unavailable, message)
        }
    }

    /// Says that there is no memory just now, and when there may be.
    #[track_caller]
    pub fn out_of_memory(cause: impl fmt::Display) -> Self {
        Self::unavailable("too much is going on at the moment; try again", cause).retry_after(2)
    }

    /// Says that the caller is not who they must be.
    #[track_caller]
    pub fn unauthenticated(message: &str) -> Self {
        Self::new(Kind::Unauthenticated, message)
    }

    /// Says it in other words.
    #[must_use]
    pub fn saying(mut self, message: &str) -> Self {
        self.message = message.into();
        self
    }

    /// Adds what exactly it was.
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Adds the input field at fault.
    pub fn of_field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// Adds when another try may succeed, in seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says that the message shows nothing that anybody has written, so that it may be logged.
    #[must_use]
    pub fn loggable(mut self) -> Self {
        self.internal.get_or_insert_with(|| self.message.clone());
        self
    }

    /// Returns what is known of the cause and may be logged with a request; none of a refusal whose message may show what
    /// somebody has written.
    pub fn cause(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// Returns the text for the log of background work, the internal cause before the public message.
    pub fn for_log(&self) -> &str {
        self.internal.as_deref().unwrap_or(&self.message)
    }

    /// Returns where in our code the error was made.
    pub fn location(&self) -> &'static Location<'static> {
        self.at
    }
}

/// What a broken constraint tells the caller: that the plan allows no more, that what the row refers to is gone, or that
/// there is such a row already.
#[track_caller]
fn of_constraint(text: &str) -> Error {
    match quotas::exceeded(text) {
        Some(resource) => Error::of_plan(resource),
        None if is_of_reference(text) => Error::new(Kind::NotFound, "what it belongs to is not there any more"),
        None => Error::new(Kind::Conflict, "already exists"),
    }
}

/// Tells whether a constraint was broken by a row that refers to one that is not there, and not by one that is there twice.
pub(crate) fn is_of_reference(constraint: &str) -> bool {
    constraint.contains("FOREIGN KEY constraint failed")
}

impl From<SqlError> for Error {
    #[track_caller]
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Constraint(text) if caller_checks::is_refusal(&text) => Self {
                internal: Some(text),
                ..Self::new(Kind::Forbidden, "your role here has just changed")
            },
            SqlError::Constraint(text) => Self {
                internal: Some(text.clone()),
                ..of_constraint(&text)
            },
            SqlError::OutOfMemory(text) => Self::out_of_memory(text),
            SqlError::Lost(text) => Self::unavailable("the database did not answer; try again", text).retry_after(1),
            SqlError::Other(text) => Self::internal(text),
        }
    }
}
