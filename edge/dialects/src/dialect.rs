//! What a dialect is: a descriptor of all that is its own. Each folder makes one, `registry.rs` lists them, and the rest
//! of this crate reads them.
#[cfg(feature = "openapi")]
pub mod described;
pub mod route;

use crate::error_response;
use crate::headers::header_of;
use axum::response::Response;
use edge_core::Error;
use edge_core::limit::plan::RateLimitPolicy;
use edge_core::ports::Envelope;
use edge_model::event::{Event, EventKind};
use edge_model::key::KeyKind;
use edge_model::webhook::WebhookForm;
use http::HeaderMap;
use route::Route;

/// One of the documented APIs.
pub struct Dialect {
    /// Its name in logs.
    pub name: &'static str,
    /// What its paths begin with. Where two dialects share a beginning, the longer one decides.
    pub prefixes: &'static [&'static str],
    pub credential: Credential,
    /// Its routes, in the order of its document.
    pub routes: fn() -> Vec<Route>,
    /// Writes an error in its form.
    pub refuse: fn(Error) -> Response,
    pub webhooks: Webhooks,
    #[cfg(feature = "openapi")]
    pub document: described::Described,
}

/// Returns the name of what a request speaks, for logs.
pub fn name(dialect: Option<&Dialect>) -> &'static str {
    dialect.map_or("unresolved", |it| it.name)
}

/// Refuses a request in its dialect; in a form that programs of several dialects can read where it is not known.
pub fn refuse(dialect: Option<&Dialect>, error: Error) -> Response {
    match dialect {
        Some(dialect) => (dialect.refuse)(error),
        None => error_response::unresolved(error),
    }
}

/// How a request shows who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The token of a person: a JWT after `Authorization: Bearer`.
    AccountToken,
    /// The key of a program.
    Key(ProgramKey),
}

/// How a dialect takes the keys of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramKey {
    pub kind: KeyKind,
    pub header: KeyHeader,
    /// How requests are counted.
    pub policy: RateLimitPolicy,
}

/// Where a program's key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHeader {
    /// `Authorization: Bearer <key>`
    Authorization,
    /// `x-api-key: <key>`
    ApiKey,
}

impl KeyHeader {
    /// Returns the header's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::ApiKey => "x-api-key",
        }
    }

    /// Returns the sentence for a request without the header.
    pub(crate) fn missing(self) -> &'static str {
        match self {
            Self::Authorization => "the `Authorization` header is missing",
            Self::ApiKey => "the `x-api-key` header is missing",
        }
    }

    /// Returns the key of a request.
    pub(crate) fn key(self, headers: &HeaderMap) -> Option<&str> {
        let value = header_of(headers, self.name())?;
        match self {
            Self::Authorization => bearer(value),
            Self::ApiKey => Some(value.trim()),
        }
    }
}

impl Credential {
    /// Returns the header that it stands in.
    pub(crate) fn header(self) -> KeyHeader {
        match self {
            Self::AccountToken => KeyHeader::Authorization,
            Self::Key(key) => key.header,
        }
    }

    /// Tells whether a request shows a credential of this form. Only a person's token has dots.
    pub(crate) fn is_shown(self, headers: &HeaderMap) -> bool {
        match self {
            Self::AccountToken => KeyHeader::Authorization.key(headers).is_some_and(|it| it.contains('.')),
            Self::Key(key) => key.header.key(headers).is_some(),
        }
    }
}

/// How a dialect reports events to webhooks.
pub struct Webhooks {
    pub form: WebhookForm,
    /// Returns its name of a kind, if it has one.
    pub name: fn(EventKind) -> Option<&'static str>,
    /// Returns what is sent of an event; none when the dialect has no word for it.
    pub envelope: fn(&Event) -> Option<Envelope>,
    /// What the names of its own headers begin with, which an endpoint's headers must not.
    pub header_prefixes: &'static [&'static str],
}

impl Webhooks {
    /// Finds a kind by the dialect's name of it. The test event cannot be asked for.
    pub fn kind(&self, text: &str) -> Option<EventKind> {
        requestable().find(|it| (self.name)(*it) == Some(text))
    }

    /// Returns the dialect's names of all kinds that can be asked for.
    pub(crate) fn names(&self) -> String {
        requestable().filter_map(self.name).collect::<Vec<_>>().join(", ")
    }
}

fn requestable() -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(|it| *it != EventKind::Test)
}

/// Reads the token out of an `Authorization` header.
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}
