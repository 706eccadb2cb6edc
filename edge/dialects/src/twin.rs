//! The Twin dialect (`/v1/{twin,kb,escalations,stats,settings}`, `public/docs/api-twin.md`): a deputy that answers in
//! its owner's place.
//!
//! Quirks, as documented: a deletion answers 200; a question that is too long is 400, one too many for the month 402;
//! `Retry-After` comes with 429, and with 503 as an extension; lists take `limit`, and a cursor as an extension.

pub mod ask;
pub mod caller;
pub mod envelope;
pub mod error;
pub mod escalations;
pub mod kb;
pub mod limit;
pub mod settings;
pub mod stats;

pub use error::{ApiError, ApiResult};

#[cfg(feature = "openapi")]
use crate::dialect::described::Described;
use crate::dialect::route::{Access, Route};
use crate::dialect::{Credential, Dialect, KeyHeader, ProgramKey};
use crate::page::limit_hint;
use axum::response::IntoResponse as _;
use edge_core::limit::plan::RateLimitPolicy;
use edge_model::key::KeyKind;

/// The keys of this dialect's programs: each may send 60 requests a minute (public/docs/api-twin.md).
pub(crate) const KEY: ProgramKey = ProgramKey {
    kind: KeyKind::Twin,
    header: KeyHeader::Authorization,
    policy: RateLimitPolicy::ByKey(60),
};

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "twin",
    prefixes: &["/v1/twin", "/v1/kb", "/v1/escalations", "/v1/stats", "/v1/settings"],
    credential: Credential::Key(KEY),
    routes,
    refuse: |error| ApiError::from(error).into_response(),
    webhooks: envelope::WEBHOOKS,
    #[cfg(feature = "openapi")]
    document: Described {
        error: error::schema,
        samples: include_str!("../samples/twin.json"),
    },
};

const ACCESS: Access = Access::Program(KEY);

/// A parameter of every list.
const LIMIT: (&str, &str) = ("limit", limit_hint!(limit::ROWS));
/// A parameter of every list: an extension.
const CURSOR: (&str, &str) = ("cursor", "Extension: `nextCursor` of the page before");

/// Returns the routes, in the order of the document.
fn routes() -> Vec<Route> {
    [
        ask::routes(),
        kb::routes(),
        escalations::routes(),
        stats::routes(),
        settings::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
