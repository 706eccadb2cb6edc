//! Who calls, as extractors whose refusals are in this dialect.
use super::error::ApiError;
use crate::{caller, headers};
use axum::extract::FromRequestParts;
use edge_core::App;
use edge_core::address::ClientAddress;
use edge_core::auth::session::SignedIn;
use edge_core::auth::{Caller, operator, visitor};
use http::request::Parts;

/// A signed-in person.
pub struct Person(pub SignedIn);

/// A signed-in person in the workspace of the path.
pub struct Member(pub Caller);

/// A page with a widget key, or its visitor.
pub struct Visitor(pub visitor::Visitor);

/// The operator of the installation.
pub struct Operator(pub operator::Operator);

/// Where a call without an account comes from.
pub struct From(pub ClientAddress);

impl FromRequestParts<App> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(caller::person(app, parts).await?))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(caller::member(app, parts).await?))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(caller::visitor(app, parts)?))
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(caller::operator(app, parts).await?))
    }
}

impl FromRequestParts<App> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Ok(Self(headers::address(&parts.headers)))
    }
}
