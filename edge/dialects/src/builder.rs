//! The Builder dialect (`/v1/{me,agents,schedules,workspaces}`, `/api/public/v1/*`, seed 003): automation, by a key of
//! its own. So far its webhooks.
//!
//! Quirks, as documented: refusals are problems of RFC 9457; webhooks are bare where all else stands in a member of its
//! name.
pub mod caller;
pub mod envelope;
pub mod error;
pub mod webhooks;
pub use error::{ApiError, ApiResult, unresolved};

use crate::route::{Access, Route, delete, get, patch, post};
use edge_model::key::KeyKind;

/// Returns the routes, in the order of the document.
pub fn routes() -> Vec<Route> {
    const ACCESS: Access = Access::Program(KeyKind::Builder);
    const WEBHOOKS: &str = "/v1/agents/{agent_id}/webhooks";
    const WEBHOOK: &str = "/v1/agents/{agent_id}/webhooks/{webhook_id}";
    vec![
        post(WEBHOOKS, webhooks::create, ACCESS, "Create a webhook")
            .takes::<webhooks::CreateWebhook>()
            .gives::<webhooks::CreatedWebhook>(201),
        get(WEBHOOKS, webhooks::list, ACCESS, "List webhooks").gives::<webhooks::WebhookList>(200),
        get(WEBHOOK, webhooks::show, ACCESS, "Get a webhook").gives::<webhooks::Webhook>(200),
        patch(WEBHOOK, webhooks::update, ACCESS, "Update a webhook")
            .takes::<webhooks::UpdateWebhook>()
            .gives::<webhooks::Webhook>(200),
        delete(WEBHOOK, webhooks::delete, ACCESS, "Delete a webhook").gives_nothing(),
    ]
}
