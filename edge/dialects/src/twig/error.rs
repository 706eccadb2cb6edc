//! `{"error": {"code", "message", "details"}, "status": "error"}`
use crate::error_response;
use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_core::Kind;
use http::StatusCode;
use serde_json::{Value, json};

/// Status and code of a kind. The Twig API documents six codes; a kind without one of its own takes the nearest.
fn shape(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid | Kind::Malformed => (StatusCode::BAD_REQUEST, "invalid_request"),
        Kind::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
        Kind::Conflict => (StatusCode::CONFLICT, "invalid_request"),
        Kind::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, "invalid_request"),
        Kind::Gone => (StatusCode::GONE, "invalid_request"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
        Kind::TooSlow => (StatusCode::REQUEST_TIMEOUT, "invalid_request"),
        Kind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
        Kind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"),
        Kind::QuotaExhausted => (StatusCode::TOO_MANY_REQUESTS, "quota_exceeded"),
        Kind::PlanLimit => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "internal_error"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = shape(self.0.kind);
        let details = self
            .0
            .field
            .as_ref()
            .map_or_else(|| json!({}), |it| json!({ "field": it }));
        let body: Value =
            json!({ "error": { "code": code, "message": self.0.message, "details": details }, "status": "error" });
        error_response::respond(&self.0, self.0.retry_after, (status, Json(body)))
    }
}

/// Describes an error.
#[cfg(feature = "openapi")]
pub(super) fn schema() -> Value {
    json!({ "application/json": { "schema": {
        "type": "object",
        "required": ["error", "status"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": { "type": "string", "description": "For programs" },
                    "message": { "type": "string", "description": "A sentence for a person" },
                    "details": { "type": "object" }
                }
            },
            "status": { "type": "string", "description": "`error`" }
        }
    } } })
}

crate::error_response::error_types!();
crate::extract::extractors!();
