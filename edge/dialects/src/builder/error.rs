//! RFC 9457: `application/problem+json` with `type`, `title`, `status`, `detail`.
use crate::refusal;
use axum::response::{IntoResponse, Response};
use edge_core::Error;
use http::{StatusCode, header};
use serde_json::{Value, json};

fn problem(error: &Error) -> (StatusCode, Value) {
    let status = refusal::status(error.kind);
    // `type` is about:blank, so `title` is the status's own phrase (RFC 9457, 4.2.1).
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": error.message });
    if let (Some(field), Some(members)) = (&error.field, body.as_object_mut()) {
        members.insert("errors".into(), json!([{ "field": field, "detail": error.message }]));
    }
    (status, body)
}

fn respond(error: &Error, status: StatusCode, body: &Value) -> Response {
    let media_type = [(header::CONTENT_TYPE, "application/problem+json")];
    refusal::respond(error, error.retry_after, (status, media_type, body.to_string()))
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

crate::refusal::refusals!();
crate::extract::extractors!();
