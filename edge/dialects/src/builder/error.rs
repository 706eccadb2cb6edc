//! RFC 9457: `application/problem+json` with `type`, `title`, `status`, `detail`.
use crate::error_response;
use axum::response::{IntoResponse, Response};

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        error_response::respond_with_problem(&self.0, error_response::problem(&self.0))
    }
}

/// Describes an error.
#[cfg(feature = "openapi")]
pub(super) use error_response::problem_schema as schema;

crate::error_response::error_types!();
crate::extract::extractors!();
