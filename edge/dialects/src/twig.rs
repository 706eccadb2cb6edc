//! The Twig dialect (`/api/*`, seed 000): back ends, by a key of their own. So far its webhooks.
//!
//! Quirks, as documented: what is answered stands in `data`, beside a `status`; limits are per workspace, by minute and
//! by day.
pub mod caller;
pub mod envelope;
pub mod error;
pub mod webhooks;
pub use error::{ApiError, ApiResult};

use crate::route::{Access, Route, delete, get, post};
use axum::Json;
use edge_model::key::KeyKind;
use serde::Serialize;

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

/// Returns the routes, in the order of the document.
pub fn routes() -> Vec<Route> {
    const ACCESS: Access = Access::Program(KeyKind::Twig);
    const WEBHOOKS: &str = "/api/webhooks";
    const WEBHOOK: &str = "/api/webhooks/{webhook_id}";
    vec![
        post(WEBHOOKS, webhooks::create, ACCESS, "Register a webhook")
            .takes::<webhooks::CreateWebhook>()
            .gives_data::<webhooks::CreatedWebhook>(201),
        get(WEBHOOKS, webhooks::list, ACCESS, "List webhooks")
            .gives_data::<webhooks::WebhookList>(200)
            .extension(),
        get(WEBHOOK, webhooks::show, ACCESS, "Get a webhook")
            .gives_data::<webhooks::Webhook>(200)
            .extension(),
        delete(WEBHOOK, webhooks::delete, ACCESS, "Delete a webhook")
            .gives_data::<webhooks::Deleted>(200)
            .extension(),
    ]
}
