//! The Twig dialect (`/api/*`, `public/docs/api-twig.md`): back ends, by a key of their own. So far its search and its
//! webhooks.
//!
//! Quirks, as documented: what is answered stands in `data`, beside a `status`; limits are per workspace, by minute and
//! by day.
pub mod caller;
pub mod envelope;
pub mod error;
pub mod search;
pub mod webhooks;
pub use error::{ApiError, ApiResult};

#[cfg(feature = "openapi")]
use crate::dialect::described::Described;
use crate::dialect::route::{Access, Route};
use crate::dialect::{Credential, Dialect, KeyHeader, ProgramKey};
use axum::Json;
use axum::response::IntoResponse as _;
use edge_core::limit::plan::RateLimitPolicy;
use edge_model::key::KeyKind;
use serde::Serialize;

/// The keys of this dialect's programs: all programs of a workspace are counted together.
pub(crate) const KEY: ProgramKey = ProgramKey {
    kind: KeyKind::Twig,
    header: KeyHeader::Authorization,
    policy: RateLimitPolicy::ByPlan,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "twig",
    prefixes: &["/api"],
    credential: Credential::Key(KEY),
    routes,
    refuse: |error| ApiError::from(error).into_response(),
    webhooks: envelope::WEBHOOKS,
    #[cfg(feature = "openapi")]
    document: Described {
        error: error::schema,
        samples: include_str!("../samples/twig.json"),
    },
};

const ACCESS: Access = Access::Program(KEY);

/// What is answered, in this dialect's frame.
#[derive(Serialize)]
pub struct Success<T> {
    data: T,
    /// `success`.
    status: &'static str,
}

/// Puts an answer into the frame.
fn success<T>(data: T) -> Json<Success<T>> {
    Json(Success {
        data,
        status: "success",
    })
}

/// Writes a time as this dialect counts: in seconds, to the millisecond.
fn seconds(milliseconds: u64) -> f64 {
    u32::try_from(milliseconds).map_or(f64::from(u32::MAX), f64::from) / 1_000.0
}

/// Returns the routes, in the order of the document.
fn routes() -> Vec<Route> {
    [search::routes(), webhooks::routes()].into_iter().flatten().collect()
}
