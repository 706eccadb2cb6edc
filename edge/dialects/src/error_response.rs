//! What the error responses of all dialects have in common; their forms are their own.
//!
//! [`error_types!`] makes a dialect's own types of a failure, to which the dialect gives its form.
use crate::log::Failure;
use axum::response::{IntoResponse, Response};
use edge_core::{Error, Kind};
use http::{StatusCode, header};
use serde_json::{Value, json};

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

/// Returns the status of an error and its problem document (RFC 9457).
pub(crate) fn problem(error: &Error) -> (StatusCode, Value) {
    let status = status(error.kind);
    // `type` is about:blank, so `title` is the status's own phrase (RFC 9457, 4.2.1).
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": error.message });
    if let (Some(field), Some(members)) = (&error.field, body.as_object_mut()) {
        members.insert("errors".into(), json!([{ "field": field, "detail": error.message }]));
    }
    (status, body)
}

/// Answers with a problem document.
pub(crate) fn respond_with_problem(error: &Error, (status, body): (StatusCode, Value)) -> Response {
    let media_type = [(header::CONTENT_TYPE, "application/problem+json")];
    respond(error, error.retry_after, (status, media_type, body.to_string()))
}

/// Answers a request whose dialect is not known: a problem document with an extra `error` string, which the programs of
/// Builder and Twin can both read.
pub(crate) fn unresolved(error: Error) -> Response {
    let (status, mut body) = problem(&error);
    if let Some(members) = body.as_object_mut() {
        members.insert("error".into(), error.message.as_str().into());
    }
    respond_with_problem(&error, (status, body))
}

/// Describes a problem document whose dialect is not known.
#[cfg(feature = "openapi")]
pub(crate) fn unresolved_schema() -> Value {
    let mut schema = problem_schema();
    schema["application/problem+json"]["schema"]["properties"]["error"] =
        json!({ "type": "string", "description": "The same sentence as `detail`" });
    schema
}

/// Describes a problem document.
#[cfg(feature = "openapi")]
pub(crate) fn problem_schema() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({ "application/problem+json": { "schema": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": text("`about:blank`"),
            "title": text("The phrase of the status"),
            "status": { "type": "integer" },
            "detail": text("A sentence for a person"),
            "errors": { "type": "array", "items": { "type": "object" }, "description": "Which members are wrong" }
        }
    } } })
}

macro_rules! error_types {
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
pub(crate) use error_types;
