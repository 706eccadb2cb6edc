//! `{"error": "text"}`
use crate::log::Failure;
use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind};
use http::{StatusCode, header};
use serde_json::json;

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

/// The status of a kind: "standard HTTP", says seed 002, and 402 when the month's answers are used up.
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
        Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::QuotaExhausted => StatusCode::PAYMENT_REQUIRED,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
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
        let mut response = (shape(self.0.kind), Json(body)).into_response();
        // Documented on 429 only.
        if let Some(seconds) = self.0.retry_after.filter(|_| self.0.kind == Kind::RateLimited) {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Failure::from(&self.0));
        response
    }
}

crate::extract::extractors!();
