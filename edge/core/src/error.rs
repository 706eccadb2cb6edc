//! The one error every operation returns. Dialects decide how it looks on the wire.
mod plan;

use edge_store::{Constraint, SqlError};
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
    /// The constraint of the database that refused it, if one did.
    constraint: Option<Constraint>,
    /// For logs only; no dialect may put this on the wire.
    internal: Option<String>,
    at: &'static Location<'static>,
}

/// A text for the log. It can only be shown: what is decided by an error has a type, such as [`Kind`] or
/// [`Constraint`].
#[derive(Clone, Copy, Debug)]
pub struct LogText<'a>(&'a str);

impl fmt::Display for LogText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
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
            constraint: None,
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

    /// Returns which constraint of the database refused a write, if one did.
    pub(crate) fn constraint(&self) -> Option<Constraint> {
        self.constraint
    }

    /// Returns what is known of the cause and may be logged with a request; none of a refusal whose message may show
    /// what a caller has written.
    pub fn cause(&self) -> Option<LogText<'_>> {
        self.internal.as_deref().map(LogText)
    }

    /// Returns the text for the log of background work, the internal cause before the public message.
    pub fn for_log(&self) -> LogText<'_> {
        LogText(self.internal.as_deref().unwrap_or(&self.message))
    }

    /// Says where in our code the error was met, when that is not where it was made.
    #[must_use]
    pub(crate) fn met_at(mut self, at: &'static Location<'static>) -> Self {
        self.at = at;
        self
    }

    /// Returns where in our code the error was made.
    pub fn location(&self) -> &'static Location<'static> {
        self.at
    }
}

/// The error for a constraint that the operation does not handle itself.
impl From<Constraint> for Error {
    #[track_caller]
    fn from(constraint: Constraint) -> Self {
        let error = match constraint {
            Constraint::CallerCheck => Self::new(Kind::Forbidden, "your role here has just changed"),
            Constraint::ForeignKey => Self::new(Kind::NotFound, "what it belongs to is not there any more"),
            Constraint::Quota(resource) => Self::of_plan(resource),
            Constraint::AgentRevision
            | Constraint::ConversationSession
            | Constraint::Deputy
            | Constraint::DocumentContent
            | Constraint::DocumentVersion
            | Constraint::IdempotencyEffect
            | Constraint::MailLimit
            | Constraint::SnapshotVersion
            | Constraint::SourceUrl => Self::new(Kind::Conflict, "already exists"),
        };
        Self {
            constraint: Some(constraint),
            internal: Some(constraint.to_string()),
            ..error
        }
    }
}

impl From<SqlError> for Error {
    #[track_caller]
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Constraint(constraint) => constraint.into(),
            SqlError::OutOfMemory(text) => Self::out_of_memory(text),
            SqlError::Lost(text) => Self::unavailable("the database did not answer; try again", text).retry_after(1),
            SqlError::NotWoken(text) => Self::unavailable("background work cannot be started", text),
            SqlError::Other(text) => Self::internal(text),
        }
    }
}
