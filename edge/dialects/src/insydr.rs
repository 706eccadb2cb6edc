//! The Insydr dialect (`/api/v1/*`, `public/docs/api-insydr.md`): accounts, workspaces, knowledge, agents, the widget.
//!
//! Quirks, as documented: `verify-otp` answers without `token_type`, `login` with it; the list of API keys has no
//! `total` in the document (we add one); an upload answers 202.

pub mod agent_versions;
pub mod agents;
pub mod agents_wire;
pub mod analytics;
mod analytics_wire;
pub mod api_keys;
pub mod auth;
pub mod caller;
pub mod collections;
pub mod conversations;
pub mod csv;
pub mod document_versions;
pub mod documents;
pub mod envelope;
pub mod error;
pub mod escalations;
pub mod events;
pub mod members;
pub mod messages;
pub mod operator;
pub mod page;
mod provenance;
mod revision;
pub mod sites;
pub mod upload;
pub mod usage;
pub mod webhooks;
pub mod widget;
pub mod workspaces;

pub use error::{ApiError, ApiResult};

#[cfg(feature = "openapi")]
use crate::dialect::described::Described;
use crate::dialect::route::Route;
use crate::dialect::{Credential, Dialect};
use crate::page::limit_hint;
use axum::response::IntoResponse as _;
use shared::limits::{SHORT_ROWS, TEXT_ROWS};

/// The query of every list: extensions.
const PAGE: [(&str, &str); 2] = [
    ("limit", limit_hint!(SHORT_ROWS)),
    ("cursor", "`next_cursor` of the page before"),
];
/// The query of every list whose rows have texts of visitors or members: extensions.
const TEXTS_PAGE: [(&str, &str); 2] = [
    ("limit", limit_hint!(TEXT_ROWS)),
    ("cursor", "`next_cursor` of the page before"),
];

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "insydr",
    prefixes: &["/api/v1"],
    credential: Credential::AccountToken,
    routes,
    refuse: |error| ApiError::from(error).into_response(),
    webhooks: envelope::WEBHOOKS,
    #[cfg(feature = "openapi")]
    document: Described {
        error: error::schema,
        samples: include_str!("../samples/insydr.json"),
    },
};

/// Returns the routes, in the order of the document.
fn routes() -> Vec<Route> {
    [
        auth::routes(),
        workspaces::routes(),
        api_keys::routes(),
        agents::routes(),
        collections::routes(),
        documents::routes(),
        messages::routes(),
        escalations::routes(),
        webhooks::routes(),
        widget::routes(),
        operator::routes(),
        analytics::routes(),
        members::routes(),
        agent_versions::routes(),
        document_versions::routes(),
        sites::routes(),
        conversations::routes(),
        usage::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
