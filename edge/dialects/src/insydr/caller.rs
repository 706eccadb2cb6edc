//! Who calls: people by `Authorization: Bearer <token>`, widgets by `X-API-Key` and `Origin` or a visitor's token, the
//! operator by `X-Operator-Token`.
use super::error::ApiError;
use crate::body::LetIn;
use crate::dialect::bearer;
use crate::extract::{self, header_of};
use crate::idempotency::Known;
use crate::route::Access;
use axum::extract::{FromRequestParts, RawPathParams};
use edge_core::address::ClientAddress;
use edge_core::auth::session::{self, SignedIn};
use edge_core::auth::visitor::{self, Credential, Page};
use edge_core::auth::{Caller, operator};
use edge_core::limit::Meter;
use edge_core::limit::lane::Operation;
use edge_core::{App, Error, idempotency, secret};
use edge_model::WorkspaceId;
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

fn token(parts: &Parts) -> Result<&str, Error> {
    let header = header_of(&parts.headers, "authorization").and_then(bearer);
    header.ok_or_else(|| Error::unauthenticated("sign in first: the `Authorization` header is missing"))
}

fn meter(parts: &Parts) -> Meter {
    parts.extensions.get::<Meter>().cloned().unwrap_or_default()
}

/// Returns what the route's row says of the request; `route.rs` puts it there.
fn operation(parts: &Parts) -> Operation {
    parts.extensions.get::<Operation>().copied().unwrap_or_default()
}

fn address(parts: &Parts) -> ClientAddress {
    extract::address(&parts.headers)
}

fn let_in(person: &SignedIn) -> LetIn {
    LetIn(person.account.id.to_string())
}

impl FromRequestParts<App> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let person = session::signed_in(app, token(parts)?).await?;
        session::admit(app, &person, &meter(parts), operation(parts)).await?;
        parts.extensions.insert(let_in(&person));
        Ok(Self(person))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::not_found("page"))?;
        let id = params
            .iter()
            .find(|it| it.0 == "workspace_id")
            .map(|it| WorkspaceId::new(it.1));
        let id = id.ok_or_else(|| Error::internal("a member's route names no workspace"))?;
        let member = session::enter(app, token(parts)?, &id, &meter(parts), operation(parts)).await?;
        parts.extensions.insert(let_in(member.person()?));
        Ok(Self(member))
    }
}

/// Returns the page that a call comes from. Browsers leave `Origin` out of a GET by one of our own pages, and say so in
/// a header that no script can set (Fetch Metadata, W3C).
fn page(parts: &Parts) -> Page {
    match header_of(&parts.headers, "origin") {
        Some(origin) => Page::Of(origin.into()),
        None if header_of(&parts.headers, "sec-fetch-site") == Some("same-origin") => Page::Own,
        None => Page::Unknown,
    }
}

fn visitor(parts: &Parts, app: &App) -> Result<Visitor, Error> {
    let key = header_of(&parts.headers, "x-api-key").map(str::trim);
    let token = header_of(&parts.headers, "authorization").and_then(bearer);
    let credential = match (key, token) {
        (Some(key), _) => Credential::Key {
            key: key.into(),
            page: page(parts),
        },
        (None, Some(token)) => Credential::from_token(app, token)?,
        (None, None) => return Err(Error::unauthenticated("the `X-API-Key` header is missing")),
    };
    Ok(Visitor(visitor::Visitor {
        credential,
        from: address(parts),
        meter: meter(parts),
    }))
}

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(visitor(parts, app)?)
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = header_of(&parts.headers, "x-operator-token");
        let operator = operator::enter(app, &address(parts), token).await?;
        parts.extensions.insert(LetIn("operator".into()));
        Ok(Self(operator))
    }
}

impl FromRequestParts<App> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Ok(Self(address(parts)))
    }
}

/// Looks a caller up, without writing anything. Only the requests of strangers are counted: nothing else bounds their rows.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`] for a stranger; when the database does not answer.
pub(crate) async fn known(app: &App, access: Access, parts: &Parts) -> Result<Known, Error> {
    let header = |name| header_of(&parts.headers, name).map(str::trim);
    match access {
        Access::Program(_) => Err(Error::internal("programs call other dialects")),
        Access::Open => {
            idempotency::admit_stranger(app, &address(parts)).await?;
            Ok(Known {
                identity: format!("address {}", header("cf-connecting-ip").unwrap_or("unknown")),
                subjects: vec![],
                let_in: None,
            })
        }
        Access::Account | Access::Member => {
            let person = session::signed_in(app, token(parts)?).await?;
            Ok(Known {
                identity: format!("session {}", person.session),
                subjects: vec![person.session.to_string(), person.account.id.to_string()],
                let_in: Some(let_in(&person)),
            })
        }
        Access::Widget => {
            let Visitor(visitor) = visitor(parts, app)?;
            let owner = visitor::find(app, &visitor.credential).await?;
            let identity = match header("x-api-key") {
                Some(key) => format!("key {}", secret::sha256(key)),
                None => format!("visit {}", secret::sha256(token(parts)?)),
            };
            Ok(Known {
                identity,
                subjects: vec![owner.key.id.to_string(), owner.workspace.id.to_string()],
                // As without an `Idempotency-Key`.
                let_in: None,
            })
        }
        // Comparing the token here would be a guess that nobody counts; and no route of the operator takes a key.
        Access::Operator => Err(Error::unauthenticated("no route of the operator takes a key")),
    }
}

/// Lets a caller in and counts the request, as the route's own handler does.
pub(crate) async fn admit(app: &App, access: Access, parts: &mut Parts) -> Result<(), ApiError> {
    match access {
        Access::Open | Access::Program(_) => Ok(()),
        Access::Account => Person::from_request_parts(parts, app).await.map(drop),
        Access::Member => Member::from_request_parts(parts, app).await.map(drop),
        Access::Operator => Operator::from_request_parts(parts, app).await.map(drop),
        Access::Widget => {
            let Visitor(visitor) = Visitor::from_request_parts(parts, app).await?;
            Ok(visitor::enter(app, &visitor).await?)
        }
    }
}
