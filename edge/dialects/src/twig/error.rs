//! `{"error": {"code", "message", "details"}, "status": "error"}`
use crate::log::Failure;
use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind};
use http::{StatusCode, header};
use serde_json::{Value, json};

/// A failure in this dialect.
#[derive(Debug)]
pub struct ApiError(Error);
/// What a handler of this dialect returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// Status and code of a kind. Seed 000 names six codes; what has none of its own takes the nearest.
fn shape(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid | Kind::Malformed => (StatusCode::BAD_REQUEST, "invalid_request"),
        Kind::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
        Kind::Conflict => (StatusCode::CONFLICT, "invalid_request"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
        Kind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
        Kind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"),
        Kind::QuotaExhausted => (StatusCode::TOO_MANY_REQUESTS, "quota_exceeded"),
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
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Failure::from(&self.0));
        response
    }
}

crate::extract::extractors!();
