//! Members: who belongs to a workspace, in which role, and how they leave.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::{self, Action};
use crate::provenance::{self, Consequences, Keep};
use crate::{Error, Kind, Result, copies};
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_model::workspace::{MemberSummary, Role};
use edge_model::{AccountId, Timestamp, WorkspaceId};
use edge_store::directory::{invitations, members};
use edge_store::provenance::{self as store, InvitationRef, Leaver};
use edge_store::{Constraint, Page, TenantStore, memberships};

/// When the job comes that has the directory follow a change: it follows at once unless there was a crash.
const SETTLE_DELAY: TimeDelta = TimeDelta::seconds(5);

/// Lists members, the newest first, and counts them all.
pub async fn list(app: &App, caller: &Caller, page: &Page) -> Result<(Vec<MemberSummary>, u64)> {
    caller.require(Action::Read)?;
    caller.person()?;
    Ok(app.directory().members(&caller.workspace().id, page).await?)
}

/// Gives a member another role. When it does not allow keys and webhooks, those that the member made end in the same
/// batch, unless they are kept.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not, who needs to be an owner where an owner is made or unmade;
/// [`Kind::NotFound`]; [`Kind::Conflict`] for the last owner; [`Kind::Invalid`] for who wants to keep their own.
pub async fn set_role(
    app: &App,
    caller: &Caller,
    id: &AccountId,
    role: Role,
    keep: Keep,
) -> Result<(MemberSummary, Consequences)> {
    caller.require(Action::Administer)?;
    check_keeper(caller, id, keep)?;
    let found = find(app, caller, id).await?;
    let action = match found.role == Role::Owner || role == Role::Owner {
        true => Action::ManageOwners,
        false => Action::Administer,
    };
    caller.require(action)?;
    if role == Role::Owner && !caller.tenant().is_in_directory() {
        give_in_directory(app, caller, &found, (action, role)).await?;
    }
    let consequences = match commit(app, caller, id, (action, Some(role)), keep).await {
        // Whether a lost batch was done is not known; the copy that is ordered does it.
        Err(error) if error.kind != Kind::Unavailable && !caller.tenant().is_in_directory() => {
            let before = members::settle(&caller.workspace().id, id, Some(found.role), app.now());
            let mut changes = Changes::new(app, app.directory());
            changes.extend(before);
            changes.commit().await?;
            return Err(error);
        }
        outcome => outcome?,
    };
    Ok((MemberSummary { role, ..found }, consequences))
}

/// Takes a member out of the workspace; everybody may take out themselves. What the member made ends in the same batch,
/// unless it is kept.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not; [`Kind::NotFound`]; [`Kind::Conflict`] for the last owner;
/// [`Kind::Invalid`] for who wants to keep their own.
pub async fn remove(app: &App, caller: &Caller, id: &AccountId, keep: Keep) -> Result<Consequences> {
    let is_self = *id == caller.person()?.account.id;
    caller.require(if is_self { Action::Read } else { Action::Administer })?;
    check_keeper(caller, id, keep)?;
    let found = find(app, caller, id).await?;
    let action = match (is_self, found.role) {
        (true, _) => Action::Read,
        (false, Role::Owner) => Action::ManageOwners,
        (false, _) => Action::Administer,
    };
    caller.require(action)?;
    commit(app, caller, id, (action, None), keep).await
}

/// Refuses to let members keep what they made themselves: who keeps it answers for it, and they will be gone.
fn check_keeper(caller: &Caller, id: &AccountId, keep: Keep) -> Result<()> {
    if keep != Keep::default() && *id == caller.person()?.account.id {
        return Err(Error::field("keep", "is for who removes somebody else"));
    }
    Ok(())
}

/// Makes a member an owner in the directory, where it is counted how many workspaces a person owns; it refuses before
/// anything is given in the tenant's database.
async fn give_in_directory(
    app: &App,
    caller: &Caller,
    found: &MemberSummary,
    (action, role): (Action, Role),
) -> Result<()> {
    let (workspace, id) = (&caller.workspace().id, &found.account_id);
    // Nothing is given that the tenant's database refuses already.
    let mut asked = Changes::of(app, caller.tenant(), caller.require_in_batch(action));
    asked.push(memberships::require_role(workspace, id, Some(found.role)));
    asked.commit().await?;
    let mut changes = Changes::of(app, app.directory(), caller.require_in_directory(action)?);
    changes.extend(members::settle(workspace, id, Some(role), app.now()));
    copies::order_account(&mut changes, id)?;
    changes.commit().await.map(drop)
}

/// Gives a member another role, or none, unless it would leave the workspace without an owner, with what follows from
/// it for what the member made. The caller must still be allowed the action. Where the directory is another database,
/// the tenant's rows change first and refuse from then on; the directory follows, by a job when a crash comes between.
async fn commit(
    app: &App,
    caller: &Caller,
    id: &AccountId,
    (action, role): (Action, Option<Role>),
    keep: Keep,
) -> Result<Consequences> {
    let (tenant, at) = (caller.tenant(), app.now());
    let workspace = tenant.workspace_id();
    let mut changes = Changes::new(app, tenant);
    // The caller is asked about first, who may be the one that is changed.
    changes.push(caller.require_in_batch(action));
    changes.push(match role {
        Some(role) => memberships::set_role(workspace, id, role, at),
        None => memberships::delete(workspace, id),
    });
    changes.push(memberships::require_role(workspace, id, role));
    changes.push(memberships::reassign_owner(workspace));
    let keeper = &caller.person()?.account.id;
    let consequences = provenance::with_member(&mut changes, id, keeper, keep, at);
    let withdrawn = if tenant.is_in_directory() {
        let withdraw = invitations::withdraw_invitations_of_member(leaver(workspace, id, &roles()));
        Some(changes.push_of_directory(withdraw)?)
    } else {
        let account_id = id.clone();
        changes.enqueue(Task::SettleMember { account_id, role, at }, SETTLE_DELAY)?;
        None
    };
    let mut committed = match changes.commit().await {
        Err(error) if error.constraint() == Some(Constraint::CallerCheck) => {
            return Err(refusal(tenant, id, error).await?);
        }
        outcome => outcome?,
    };
    let consequences = consequences.read(&mut committed)?;
    let invitations_withdrawn = match withdrawn {
        Some(withdrawn) => store::read(committed.take(withdrawn))?,
        None => settle(app, tenant, id, role, at).await?,
    };
    Ok(Consequences {
        invitations_withdrawn,
        ..consequences
    })
}

/// Says why a member's role did not change.
async fn refusal(tenant: &TenantStore, id: &AccountId, refused: Error) -> Result<Error> {
    if tenant.is_last_owner(id).await? {
        let message = "a workspace needs an owner: make somebody else one first";
        return Ok(Error::new(Kind::Conflict, message));
    }
    Ok(match tenant.has_member(id).await? {
        true => refused,
        false => Error::not_found("member"),
    })
}

/// Has the directory follow what became of a member, and withdraws the invitations of one who may not have made them
/// any more. Safe to repeat.
pub(crate) async fn settle(
    app: &App,
    tenant: &TenantStore,
    account: &AccountId,
    role: Option<Role>,
    at: Timestamp,
) -> Result<Vec<InvitationRef>> {
    let roles = roles();
    copies::member(app, tenant, leaver(tenant.workspace_id(), account, &roles), role, at).await
}

/// Returns the roles that may have invited.
fn roles() -> Vec<&'static str> {
    permission::roles(Action::ManageWebhooks)
}

fn leaver<'a>(workspace: &'a WorkspaceId, account: &'a AccountId, roles: &'a [&'static str]) -> Leaver<'a> {
    Leaver {
        workspace,
        account,
        roles,
    }
}

async fn find(app: &App, caller: &Caller, id: &AccountId) -> Result<MemberSummary> {
    let found = app.directory().member_summary(&caller.workspace().id, id).await?;
    found.ok_or_else(|| Error::not_found("member"))
}
