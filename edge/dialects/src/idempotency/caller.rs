//! Who sends a request with a key: looked up before anything is written down.
use crate::body::LetIn;
use crate::caller::Known;
use crate::dialect::route::Access;
use crate::{caller, program};
use edge_core::{App, Kind, Result, secret};
use edge_model::{InvitationId, WorkspaceId};
use edge_store::idempotency_keys::is_subject;
use http::request::Parts;

/// Looks a caller up; none when the handler will refuse them.
pub(super) async fn known(app: &App, access: Access, parts: &Parts) -> Result<Option<Known>> {
    let found = match access {
        Access::Program(key) => program::find(app, parts, key).await.map(|(key, owner)| Known {
            identity: format!("key {}", secret::sha256(key)),
            let_in: Some(LetIn(owner.workspace.id.to_string())),
            subjects: vec![owner.key.id.to_string(), owner.workspace.id.to_string()],
            workspace: Some(owner.workspace.id),
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
    if let Access::Member = access {
        let named = parts
            .uri
            .path()
            .split('/')
            .find(|it| it.starts_with(WorkspaceId::PREFIX));
        known.workspace = named.map(WorkspaceId::new);
    }
    Ok(Some(known))
}

/// Lets a caller in and counts the request, as the handler would have: a kept answer is for its caller alone.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`].
pub(super) async fn admit(app: &App, access: Access, parts: &mut Parts) -> Result<()> {
    match access {
        Access::Program(key) => program::authenticate(app, parts, key).await.map(drop),
        access => caller::admit(app, access, parts).await,
    }
}
