//! `{"error": "text"}`
use crate::error_response;
use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_core::Kind;
use http::StatusCode;
use serde_json::json;

/// The status of a kind (`public/docs/api-twin.md#what-does-an-error-of-the-twin-api-look-like`); 402 when what the
/// plan allows is used up.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::QuotaExhausted | Kind::PlanLimit => StatusCode::PAYMENT_REQUIRED,
        kind => error_response::status(kind),
    }
}

/// Writes a message as the document does: a sentence, with its full stop and without marks around names.
fn sentence(message: &str) -> String {
    let mut sentence = message.replace('`', "");
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": sentence(&self.0.message) });
        // Documented on 429; an extension on 503.
        let waits = matches!(self.0.kind, Kind::RateLimited | Kind::Unavailable);
        let retry_after = self.0.retry_after.filter(|_| waits);
        error_response::respond(&self.0, retry_after, (status(self.0.kind), Json(body)))
    }
}

/// Describes an error.
#[cfg(feature = "openapi")]
pub(super) fn schema() -> serde_json::Value {
    json!({ "application/json": { "schema": {
        "type": "object",
        "required": ["error"],
        "properties": { "error": { "type": "string", "description": "A sentence for a person" } }
    } } })
}

crate::error_response::error_types!();
crate::extract::extractors!();
