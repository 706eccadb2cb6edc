//! Who calls where no program does: people by `Authorization: Bearer <token>`, widgets by `X-API-Key` and `Origin` or a
//! visitor's token, the operator by `X-Operator-Token`. The dialect that has such routes makes extractors of it.
use crate::body::LetIn;
use crate::dialect::bearer;
use crate::dialect::route::Access;
use crate::headers::{address, header_of};
use axum::extract::{FromRequestParts as _, RawPathParams};
use edge_core::auth::operator::Operator;
use edge_core::auth::session::{self, SignedIn};
use edge_core::auth::visitor::{Credential, Page, Visitor};
use edge_core::auth::{self, Caller};
use edge_core::limit::Meter;
use edge_core::limit::lane::Operation;
use edge_core::{App, Error, Result, idempotency, secret};
use edge_model::WorkspaceId;
use http::request::Parts;

/// A caller, as far as a repeated request is concerned.
pub(crate) struct Known {
    /// What tells this caller's keys from those of others.
    pub(crate) identity: String,
    /// The ids of what an answer to the caller may show.
    pub(crate) subjects: Vec<String>,
    /// Whose part of the memory their body takes; none where the route's handler does not know it either.
    pub(crate) let_in: Option<LetIn>,
    /// The workspace that the call is about.
    pub(crate) workspace: Option<WorkspaceId>,
}

fn token(parts: &Parts) -> Result<&str> {
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

fn let_in(person: &SignedIn) -> LetIn {
    LetIn(person.account.id.to_string())
}

/// Lets a signed-in person in and counts the request.
///
/// # Errors
/// Those of [`session::signed_in`] and [`session::admit`].
pub(crate) async fn person(app: &App, parts: &mut Parts) -> Result<SignedIn> {
    let person = session::signed_in(app, token(parts)?).await?;
    session::admit(app, &person, &meter(parts), operation(parts)).await?;
    parts.extensions.insert(let_in(&person));
    Ok(person)
}

/// Lets a signed-in person into the workspace of the path and counts the request.
///
/// # Errors
/// Those of [`session::authenticate`].
pub(crate) async fn member(app: &App, parts: &mut Parts) -> Result<Caller> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| Error::not_found("page"))?;
    let id = params
        .iter()
        .find(|it| it.0 == "workspace_id")
        .map(|it| WorkspaceId::new(it.1));
    let id = id.ok_or_else(|| Error::internal("a member's route names no workspace"))?;
    let member = session::authenticate(app, token(parts)?, &id, &meter(parts), operation(parts)).await?;
    parts.extensions.insert(let_in(member.person()?));
    Ok(member)
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

/// Reads the credential of a page with a widget key, or of its visitor, without checking it.
///
/// # Errors
/// When there is none, or the visitor's token is not one.
pub(crate) fn visitor(app: &App, parts: &Parts) -> Result<Visitor> {
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
    Ok(Visitor {
        credential,
        from: address(&parts.headers),
        meter: meter(parts),
    })
}

/// Lets the operator of the installation in.
///
/// # Errors
/// Those of [`auth::operator::authenticate`].
pub(crate) async fn operator(app: &App, parts: &mut Parts) -> Result<Operator> {
    let token = header_of(&parts.headers, "x-operator-token");
    let operator = auth::operator::authenticate(app, &address(&parts.headers), token).await?;
    parts.extensions.insert(LetIn("operator".into()));
    Ok(operator)
}

/// Looks a caller up, without writing anything. Only the requests of strangers are counted: nothing else bounds their
/// rows.
///
/// # Errors
/// Those of the credential; [`edge_core::Kind::RateLimited`] for a stranger; when the database does not answer.
pub(crate) async fn known(app: &App, access: Access, parts: &Parts) -> Result<Known> {
    let header = |name| header_of(&parts.headers, name).map(str::trim);
    match access {
        Access::Program(_) => Err(Error::internal("programs call other dialects")),
        Access::Open => {
            idempotency::admit_stranger(app, &address(&parts.headers)).await?;
            Ok(Known {
                identity: format!("address {}", header("cf-connecting-ip").unwrap_or("unknown")),
                subjects: vec![],
                let_in: None,
                workspace: None,
            })
        }
        Access::Account | Access::Member => {
            let person = session::signed_in(app, token(parts)?).await?;
            Ok(Known {
                identity: format!("session {}", person.session),
                subjects: vec![person.session.to_string(), person.account.id.to_string()],
                let_in: Some(let_in(&person)),
                workspace: None,
            })
        }
        Access::Widget => {
            let visitor = visitor(app, parts)?;
            let owner = auth::visitor::find(app, &visitor.credential).await?;
            let identity = match header("x-api-key") {
                Some(key) => format!("key {}", secret::sha256(key)),
                None => format!("visit {}", secret::sha256(token(parts)?)),
            };
            Ok(Known {
                identity,
                subjects: vec![owner.key.id.to_string(), owner.workspace.id.to_string()],
                // As without an `Idempotency-Key`.
                let_in: None,
                workspace: Some(owner.workspace.id),
            })
        }
        // Comparing the token here would be a guess that is not counted; and no route of the operator takes a key.
        Access::Operator => Err(Error::unauthenticated("no route of the operator takes a key")),
    }
}

/// Lets a caller in and counts the request, as the route's own handler does.
///
/// # Errors
/// Those of the credential; [`edge_core::Kind::RateLimited`].
pub(crate) async fn admit(app: &App, access: Access, parts: &mut Parts) -> Result<()> {
    match access {
        Access::Open | Access::Program(_) => Ok(()),
        Access::Account => person(app, parts).await.map(drop),
        Access::Member => member(app, parts).await.map(drop),
        Access::Operator => operator(app, parts).await.map(drop),
        Access::Widget => auth::visitor::authenticate(app, &visitor(app, parts)?).await,
    }
}
