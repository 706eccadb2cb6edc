//! `{"detail", "code", "field"?}`
use crate::error_response;
use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind, Reason};
use http::StatusCode;
use shared as wire;

impl ApiError {
    /// A field of the request that will not do: `why` ends a sentence that begins with its name.
    #[track_caller]
    pub fn field(name: &str, why: impl std::fmt::Display) -> Self {
        Self(Error::field(name, why))
    }
}

/// Status and code of a kind (`public/docs/errors.md#which-error-codes-are-there`).
fn shape(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
        Kind::Malformed => (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        Kind::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "UNPROCESSABLE_CONTENT"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        Kind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
        Kind::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED"),
        Kind::Gone => (StatusCode::GONE, "GONE"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
        Kind::TooSlow => (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"),
        Kind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
        Kind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        Kind::QuotaExhausted => (StatusCode::TOO_MANY_REQUESTS, "MESSAGE_LIMIT_REACHED"),
        Kind::PlanLimit => (StatusCode::FORBIDDEN, "PLAN_LIMIT_REACHED"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    }
}

/// The code of what exactly it was.
fn exact(reason: Reason) -> &'static str {
    match reason {
        Reason::WrongCredentials => "INVALID_CREDENTIALS",
        Reason::ExpiredToken => "TOKEN_EXPIRED",
        Reason::WrongKey => "INVALID_API_KEY",
        Reason::WrongCode => "INVALID_OTP",
        Reason::UnverifiedEmail => "EMAIL_NOT_VERIFIED",
        Reason::WrongOrigin => "ORIGIN_NOT_ALLOWED",
    }
}

/// Returns the code of a failure, for refusals and for the error frame of a stream.
pub(crate) fn code(error: &Error) -> &'static str {
    error.reason.map_or(shape(error.kind).1, exact)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let body = wire::error::Error {
            code: code(&error).into(),
            detail: error.message.clone(),
            field: error.field.clone(),
        };
        error_response::respond(&error, error.retry_after, (shape(error.kind).0, Json(body)))
    }
}

/// Describes an error.
#[cfg(feature = "openapi")]
pub(super) fn schema() -> serde_json::Value {
    serde_json::json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } })
}

crate::error_response::error_types!();
crate::extract::extractors!();
