//! The Builder dialect (`/v1/{me,agents,schedules,workspaces}`, `/api/public/v1/*`, `public/docs/api-builder.md`):
//! automation, by a key of its own. So far its webhooks.
//!
//! Quirks, as documented: refusals are problems of RFC 9457; webhooks are bare where all else stands in a member of its
//! name.
pub mod caller;
pub mod envelope;
pub mod error;
pub mod webhooks;
pub use error::{ApiError, ApiResult};

#[cfg(feature = "openapi")]
use crate::dialect::described::Described;
use crate::dialect::route::{Access, Route};
use crate::dialect::{Credential, Dialect, KeyHeader, ProgramKey};
use axum::response::IntoResponse as _;
use edge_core::limit::plan::RateLimitPolicy;
use edge_model::key::KeyKind;

/// The keys of this dialect's programs: each may send 600 requests a minute, which its document leaves open.
pub(crate) const KEY: ProgramKey = ProgramKey {
    kind: KeyKind::Builder,
    header: KeyHeader::ApiKey,
    policy: RateLimitPolicy::ByKey(600),
};

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "builder",
    prefixes: &[
        "/api/public/v1",
        "/v1/me",
        "/v1/agents",
        "/v1/schedules",
        "/v1/workspaces",
    ],
    credential: Credential::Key(KEY),
    routes,
    refuse: |error| ApiError::from(error).into_response(),
    webhooks: envelope::WEBHOOKS,
    #[cfg(feature = "openapi")]
    document: Described {
        error: error::schema,
        samples: include_str!("../samples/builder.json"),
    },
};

const ACCESS: Access = Access::Program(KEY);

/// Returns the routes, in the order of the document.
fn routes() -> Vec<Route> {
    webhooks::routes()
}
