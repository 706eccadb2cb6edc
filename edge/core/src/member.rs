//! Members: who belongs to a workspace, in which role, and how they leave.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::provenance::{self, Consequences, Keep};
use crate::{Error, Kind, Result};
use edge_model::AccountId;
use edge_model::workspace::{MemberSummary, Role};
use edge_store::{Page, Statement, members};

/// Lists members, the newest first, and counts them all.
pub async fn list(app: &App, caller: &Caller, page: &Page) -> Result<(Vec<MemberSummary>, u64)> {
    caller.require(Action::Read)?;
    caller.person()?;
    Ok(app.store.members(&caller.workspace().id, page).await?)
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
    let change = members::set_role(&caller.workspace().id, id, role);
    let consequences = commit(app, caller, id, (action, change), keep).await?;
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
    let change = members::delete(&caller.workspace().id, id);
    commit(app, caller, id, (action, change), keep).await
}

/// Refuses to let members keep what they made themselves: who keeps it answers for it, and they will be gone.
fn check_keeper(caller: &Caller, id: &AccountId, keep: Keep) -> Result<()> {
    if keep != Keep::default() && *id == caller.person()?.account.id {
        return Err(Error::field("keep", "is for who removes somebody else"));
    }
    Ok(())
}

/// Commits a change of a membership, which returns a row unless it would leave the workspace without an owner, and what
/// follows from it for what the member made. The caller must still be allowed the action.
async fn commit(
    app: &App,
    caller: &Caller,
    id: &AccountId,
    (action, change): (Action, Statement),
    keep: Keep,
) -> Result<Consequences> {
    let workspace = &caller.workspace().id;
    let mut changes = Changes::new(app);
    // The caller is asked about first, who may be the one that is changed.
    changes.push(caller.require_in_batch(action));
    let changed = changes.push(change);
    changes.push(members::reassign_owner(workspace));
    let keeper = &caller.person()?.account.id;
    let consequences = provenance::with_member(&mut changes, workspace, id, keeper, keep, app.now());
    let mut committed = changes.commit().await?;
    if !committed.has(changed) {
        let message = "a workspace needs an owner: make somebody else one first";
        return Err(Error::new(Kind::Conflict, message));
    }
    consequences.read(&mut committed)
}

async fn find(app: &App, caller: &Caller, id: &AccountId) -> Result<MemberSummary> {
    let found = app.store.member_summary(&caller.workspace().id, id).await?;
    found.ok_or_else(|| Error::not_found("member"))
}
