//! What the dialects' refusals have in common; their forms are their own.
//!
//! [`refusals!`] makes a dialect's own types of a failure, to which the dialect gives its form.
use crate::log::Failure;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind};
use http::{StatusCode, header};

/// Returns the status that HTTP has for a kind.
pub(crate) fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden | Kind::PlanLimit => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::Gone => StatusCode::GONE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::RateLimited | Kind::QuotaExhausted => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Answers with a refusal's form, and says when to try again, in seconds. The log learns the rest.
pub(crate) fn respond(error: &Error, retry_after: Option<u64>, form: impl IntoResponse) -> Response {
    let mut response = form.into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response.extensions_mut().insert(Failure::from(error));
    response
}

macro_rules! refusals {
    () => {
        /// A failure in this dialect.
        #[derive(Debug)]
        pub struct ApiError(edge_core::Error);
        /// What a handler of this dialect returns.
        pub type ApiResult<T> = Result<T, ApiError>;

        impl From<edge_core::Error> for ApiError {
            fn from(error: edge_core::Error) -> Self {
                Self(error)
            }
        }
    };
}
pub(crate) use refusals;
