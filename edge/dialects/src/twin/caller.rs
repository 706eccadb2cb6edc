//! Who calls: a program, by `Authorization: Bearer twin_live_…`.
use super::error::ApiError;
use crate::dialect::bearer;
use crate::extract::header_of;
use axum::extract::FromRequestParts;
use edge_core::limit::Meter;
use edge_core::{App, Error, program};
use edge_model::key::KeyKind;
use http::request::Parts;

/// A program with a key of this dialect; its request is counted.
pub struct Caller(pub program::Program);

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key = header_of(&parts.headers, "authorization").and_then(bearer);
        let key = key.ok_or_else(|| Error::unauthenticated("the `Authorization` header is missing"))?;
        let meter = parts.extensions.get::<Meter>().cloned().unwrap_or_default();
        Ok(Self(program::enter(app, &meter, KeyKind::Twin, key).await?))
    }
}
