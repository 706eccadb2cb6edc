//! Invitations: sent by mail, accepted by whoever has confirmed the address.
use crate::account::SignedIn;
use crate::app::App;
use crate::permission::Action;
use crate::program::Caller as _;
use crate::workspace::Member;
use crate::{Error, Kind, Result, letter, mail_ledger, recipient};
use edge_model::invitation::Invitation;
use edge_model::letter::Letter;
use edge_model::mail_ledger::{LedgerEntry, MailKind};
use edge_model::text::Email;
use edge_model::time::DAY;
use edge_model::workspace::Role;
use edge_model::{InvitationId, WorkspaceId};
use edge_store::{Page, invitations, members};

/// How long an invitation is open, in days.
pub const DAYS: i64 = 7;

/// Invites an address into the workspace by mail; inviting it again replaces the invitation and mails again. An address
/// that wants no mail is invited without one.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not invite in that role, or the operator stopped the workspace's mail;
/// [`Kind::Conflict`] when the address is a member's; [`Kind::RateLimited`].
pub async fn create(app: &App, member: &Member, email: &Email, role: Role) -> Result<Invitation> {
    let action = match role {
        Role::Owner => Action::ManageOwners,
        _ => Action::Administer,
    };
    member.require(action)?;
    let workspace = &member.workspace.id;
    if app.store.is_member(workspace, email.as_str()).await? {
        return Err(Error::new(Kind::Conflict, "this address is a member already").of_field("email"));
    }
    let now = app.now();
    let caller = &member.person.account;
    let limits = mail_ledger::invitation_limits(app, caller, member.workspace.plan).await?;
    let hash = recipient::hash(email.as_str());
    let standing = app.store.mail_standing(Some(workspace), &hash, now).await?;
    let invitation = Invitation {
        id: InvitationId::new(app.id(InvitationId::PREFIX)?),
        workspace_id: workspace.clone(),
        email: email.to_string(),
        role,
        invited_by: Some(caller.id.clone()),
        expires_at: now.plus(DAYS * DAY),
        created_at: now,
        is_mailed: !standing.is_unwanted(),
        workspace_name: member.workspace.name.clone(),
        inviter_name: Some(caller.full_name.clone()),
    };
    let mut writes = Vec::from(invitations::put(&invitation));
    writes.push(member.require_in_batch(action));
    if invitation.is_mailed {
        let mail = Letter::Invitation {
            invitation_id: invitation.id.clone(),
        };
        writes.push(letter::order(app, workspace, mail)?);
    }
    let entry = LedgerEntry {
        account_id: Some(caller.id.clone()),
        ..mail_ledger::entry(
            app,
            invitation.id.to_string(),
            email.as_str(),
            MailKind::Invitation,
            Some(workspace),
        )
    };
    app.jobs.wake(workspace).await?;
    mail_ledger::write(app, &entry, &limits, Some(email.as_str()), writes).await?;
    app.jobs.wake(workspace).await?;
    Ok(invitation)
}

/// Lists the workspace's open invitations, newest first, and counts them all.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace.
pub async fn list(app: &App, member: &Member, page: &Page) -> Result<(Vec<Invitation>, u64)> {
    member.require(Action::Administer)?;
    Ok(app.store.invitations(&member.workspace.id, app.now(), page).await?)
}

/// Withdraws an invitation.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace; [`Kind::NotFound`].
pub async fn withdraw(app: &App, member: &Member, id: &InvitationId) -> Result<()> {
    member.require(Action::Administer)?;
    used(
        app.store
            .write(vec![invitations::delete(&member.workspace.id, id)])
            .await?,
    )
}

/// Lists the open invitations to the caller's address, newest first, and counts them all.
///
/// # Errors
/// When the database does not answer.
pub async fn received(app: &App, caller: &SignedIn, page: &Page) -> Result<(Vec<Invitation>, u64)> {
    Ok(app.store.invitations_to(&caller.account.email, app.now(), page).await?)
}

/// Makes the caller a member, as they were invited to be. A session proves that its address is confirmed.
///
/// # Errors
/// [`Kind::NotFound`] for an invitation of somebody else, as for one that does not exist; [`Kind::PlanLimit`] for an owner
/// of as many workspaces as their plans allow.
pub async fn accept(app: &App, caller: &SignedIn, id: &InvitationId) -> Result<(WorkspaceId, Role)> {
    let (account, now) = (&caller.account, app.now());
    let found = app.store.invitation_to(&account.email, id, now).await?;
    let invitation = found.ok_or_else(not_found)?;
    let mut answers = app
        .store
        .write(members::accept(&account.id, id.as_str(), &account.email, now).into())
        .await?;
    used(answers.split_off(1))?;
    Ok((invitation.workspace_id, invitation.role))
}

/// Declines an invitation.
///
/// # Errors
/// [`Kind::NotFound`] for an invitation of somebody else, as for one that does not exist.
pub async fn decline(app: &App, caller: &SignedIn, id: &InvitationId) -> Result<()> {
    used(
        app.store
            .write(vec![invitations::decline(id, &caller.account.email)])
            .await?,
    )
}

/// Refuses unless the first statement of a batch returned a row.
fn used(answers: Vec<Vec<serde_json::Value>>) -> Result<()> {
    if answers.first().is_none_or(Vec::is_empty) {
        return Err(not_found());
    }
    Ok(())
}

fn not_found() -> Error {
    Error::not_found("invitation")
}
