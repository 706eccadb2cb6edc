//! Members: who belongs to a workspace, in which role, and how they leave.
use crate::app::App;
use crate::permission::Action;
use crate::workspace::Member;
use crate::{Error, Kind, Result};
use edge_model::AccountId;
use edge_model::workspace::{MemberSummary, Role};
use edge_store::{Page, Statement, members};

/// Lists members, the newest first, and counts them all.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &App, member: &Member, page: &Page) -> Result<(Vec<MemberSummary>, u64)> {
    member.require(Action::Read)?;
    Ok(app.store.members(&member.workspace.id, page).await?)
}

/// Gives a member another role.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not, who needs to be an owner where an owner is made or unmade;
/// [`Kind::NotFound`]; [`Kind::Conflict`] for the last owner.
pub async fn set_role(app: &App, member: &Member, id: &AccountId, role: Role) -> Result<MemberSummary> {
    member.require(Action::Administer)?;
    let found = find(app, member, id).await?;
    if found.role == Role::Owner || role == Role::Owner {
        member.require(Action::ManageOwners)?;
    }
    let workspace = &member.workspace.id;
    write(
        app,
        vec![members::set_role(workspace, id, role), members::settle_owner(workspace)],
    )
    .await?;
    Ok(MemberSummary { role, ..found })
}

/// Takes a member out of the workspace; everybody may take out themselves.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not; [`Kind::NotFound`]; [`Kind::Conflict`] for the last owner.
pub async fn remove(app: &App, member: &Member, id: &AccountId) -> Result<()> {
    let is_self = *id == member.person.account.id;
    member.require(if is_self { Action::Read } else { Action::Administer })?;
    let found = find(app, member, id).await?;
    if found.role == Role::Owner && !is_self {
        member.require(Action::ManageOwners)?;
    }
    let workspace = &member.workspace.id;
    write(
        app,
        vec![members::delete(workspace, id), members::settle_owner(workspace)],
    )
    .await
}

/// Writes a change whose first statement returns a row unless it would leave the workspace without an owner.
async fn write(app: &App, writes: Vec<Statement>) -> Result<()> {
    let answers = app.store.write(writes).await?;
    if answers.first().is_none_or(Vec::is_empty) {
        let message = "a workspace needs an owner: make somebody else one first";
        return Err(Error::new(Kind::Conflict, message));
    }
    Ok(())
}

async fn find(app: &App, member: &Member, id: &AccountId) -> Result<MemberSummary> {
    let found = app.store.member_summary(&member.workspace.id, id).await?;
    found.ok_or_else(|| Error::not_found("member"))
}
