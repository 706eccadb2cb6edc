//! Who sends a request with a key: looked up before anything is written down.
use crate::body::LetIn;
use crate::dialect::Dialect;
use crate::route::Access;
use crate::{caller, program};
use axum::response::Response;
use edge_core::{App, Kind, Result, secret};
use edge_model::InvitationId;
use edge_store::idempotency_keys::is_subject;
use http::request::Parts;

/// A caller, as far as a repeated request is concerned.
pub(crate) struct Known {
    /// What tells this caller's keys from those of others.
    pub(crate) identity: String,
    /// The ids of what an answer to the caller may show.
    pub(crate) subjects: Vec<String>,
    /// Whose part of the memory their body takes; none where the route's handler does not know it either.
    pub(crate) let_in: Option<LetIn>,
}

/// Looks a caller up; none when the handler will refuse them.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn known(app: &App, access: Access, parts: &Parts) -> Result<Option<Known>> {
    let found = match access {
        Access::Program(kind) => program::find(app, parts, kind).await.map(|(key, owner)| Known {
            identity: format!("key {}", secret::sha256(key)),
            let_in: Some(LetIn(owner.workspace.id.to_string())),
            subjects: vec![owner.key.id.to_string(), owner.workspace.id.to_string()],
        }),
        access => caller::known(app, access, parts).await,
    };
    let mut known = match found {
        Ok(known) => known,
        Err(error) if matches!(error.kind, Kind::Unauthenticated | Kind::Forbidden | Kind::NotFound) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    // An invitation is used up by the request that accepts it; that must not take the answer along.
    let named = parts
        .uri
        .path()
        .split('/')
        .filter(|it| is_subject(it) && !it.starts_with(InvitationId::PREFIX));
    known.subjects.extend(named.map(str::to_owned));
    Ok(Some(known))
}

/// Lets a caller in and counts the request, as the handler would have: a kept answer is for its caller alone.
pub(super) async fn admit(app: &App, access: Access, parts: &mut Parts) -> Result<(), Response> {
    let admitted = match access {
        Access::Program(kind) => program::enter(app, parts, kind).await.map(drop),
        access => caller::admit(app, access, parts).await,
    };
    admitted.map_err(|error| Dialect::of(parts.uri.path()).refuse(error))
}
