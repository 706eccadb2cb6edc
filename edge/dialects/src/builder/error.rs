//! RFC 9457: `application/problem+json` with `type`, `title`, `status`, `detail`.
use crate::log::Failure;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind};
use http::{HeaderValue, StatusCode, header};
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

fn shape(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::RateLimited | Kind::QuotaExhausted => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn problem(error: &Error) -> (StatusCode, Value) {
    let status = shape(error.kind);
    // `type` is about:blank, so `title` is the status's own phrase (RFC 9457, 4.2.1).
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": error.message });
    if let (Some(field), Some(members)) = (&error.field, body.as_object_mut()) {
        members.insert("errors".into(), json!([{ "field": field, "detail": error.message }]));
    }
    (status, body)
}

fn respond(error: &Error, status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response.extensions_mut().insert(Failure::from(error));
    response
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = problem(&self.0);
        respond(&self.0, status, &body)
    }
}

/// Refuses a request that may be of this dialect or of the Twin dialect: a problem with an extra `error` string, which
/// both can read.
pub fn unresolved(error: Error) -> Response {
    let (status, mut body) = problem(&error);
    if let Some(members) = body.as_object_mut() {
        members.insert("error".into(), error.message.as_str().into());
    }
    respond(&error, status, &body)
}

crate::extract::extractors!();
