//! People: by the token of a session, in an account of theirs or in a workspace that they are a member of.
use super::Caller;
use crate::app::App;
use crate::limit::Meter;
use crate::limit::lane::{self, Operation};
use crate::token::{self, Audience};
use crate::{Error, Result};
use edge_model::account::{Account, Session};
use edge_model::time::TimeDelta;
use edge_model::workspace::{Role, Workspace};
use edge_model::{AccountId, SessionId, WorkspaceId};
use edge_store::TenantStore;
use edge_store::directory::workspaces::Membership;
use serde::{Deserialize, Serialize};

/// How long a sign-in lasts.
pub(crate) const SESSION_LIFETIME: TimeDelta = TimeDelta::days(1);

/// What a sign-in token holds.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: AccountId,
    sid: SessionId,
}

/// A signed-in person, and the session they speak through.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    pub session: SessionId,
}

/// Reads the session out of a sign-in token.
///
/// # Errors
/// [`Kind::Unauthenticated`] when the token is not ours or its time is over.
pub fn session_of(app: &App, token: &str) -> Result<SessionId> {
    let claims: Claims = token::verify(&app.settings.auth_keys, Audience::Account, token, app.now())?;
    Ok(claims.sid)
}

/// Finds who a token speaks for.
///
/// # Errors
/// [`Kind::Unauthenticated`] when the token is not ours, its time is over, or its session was ended.
pub async fn signed_in(app: &App, token: &str) -> Result<SignedIn> {
    let session = session_of(app, token)?;
    let account = app
        .directory()
        .account_of_session(&session, app.now())
        .await?
        .ok_or_else(session_ended)?;
    Ok(SignedIn { account, session })
}

/// Counts a request of a signed-in person outside of any workspace.
///
/// # Errors
/// [`Kind::RateLimited`].
pub async fn admit(app: &App, caller: &SignedIn, meter: &Meter, operation: Operation) -> Result<()> {
    let (limiter, id) = (&*app.limiter, &caller.account.id);
    if operation == Operation::Control && lane::admit_control(limiter, meter, id).await? {
        return Ok(());
    }
    lane::admit_account(limiter, meter, id, app.now()).await
}

pub(crate) fn session_ended() -> Error {
    Error::unauthenticated("this session has ended; sign in again")
}

/// Finds who a token speaks for and their role in a workspace, and counts the request.
///
/// # Errors
/// [`crate::Kind::Unauthenticated`]; [`crate::Kind::NotFound`] for a workspace that the person is no member of, as for
/// one that does not exist; [`crate::Kind::RateLimited`].
pub async fn authenticate(
    app: &App,
    token: &str,
    id: &WorkspaceId,
    meter: &Meter,
    operation: Operation,
) -> Result<Caller> {
    let session = session_of(app, token)?;
    let (person, membership) = app.directory().member(id, &session, app.now()).await?;
    let account = person.ok_or_else(session_ended)?;
    let Some((workspace, tenant, role)) = open(app, &account.id, membership).await? else {
        lane::admit_account(&*app.limiter, meter, &account.id, app.now()).await?;
        return Err(Error::not_found("workspace"));
    };
    let is_admitted = operation == Operation::Control && lane::admit_control(&*app.limiter, meter, &account.id).await?;
    if !is_admitted {
        lane::admit_member(&*app.limiter, meter, &workspace.id, workspace.plan, app.now()).await?;
    }
    Ok(Caller::person_in(
        workspace,
        tenant,
        SignedIn { account, session },
        role,
    ))
}

/// Opens the workspace of a membership; none when there is none, the tenant's database knows of none, or the rows are
/// being erased. Where the two databases differ on the role, the lesser one counts.
async fn open(
    app: &App,
    account: &AccountId,
    membership: Option<Membership>,
) -> Result<Option<(Workspace, TenantStore, Role)>> {
    let Some(Membership { role, workspace }) = membership else {
        return Ok(None);
    };
    let tenant = app.tenant(&workspace)?;
    // In the directory's database one row is both.
    if tenant.is_in_directory() {
        return Ok(Some((workspace, tenant, role)));
    }
    let (workspace, own) = tenant.workspace_and_role(account).await?;
    Ok(workspace
        .zip(own)
        .map(|(workspace, own)| (workspace, tenant, role.min(own))))
}

/// Returns a new session of an account, to be written, and its token.
pub(crate) fn new_session(app: &App, account: &AccountId) -> Result<(Session, String)> {
    let id = SessionId::new(app.id(SessionId::PREFIX)?);
    let (now, account_id) = (app.now(), account.clone());
    let session = Session {
        id: id.clone(),
        account_id: account_id.clone(),
        expires_at: now.plus(SESSION_LIFETIME),
    };
    let claims = Claims {
        sub: account_id,
        sid: id,
    };
    let token = token::sign(
        &app.settings.auth_keys,
        Audience::Account,
        claims,
        now,
        session.expires_at,
    )?;
    Ok((session, token))
}
