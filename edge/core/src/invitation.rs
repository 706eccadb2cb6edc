//! Invitations: sent by mail, accepted by an account that has confirmed the address.
use crate::app::App;
use crate::auth::Caller;
use crate::auth::session::SignedIn;
use crate::changes::{Changes, Committed, Returned};
use crate::permission::Action;
use crate::{Error, Kind, Result, copies, mail_ledger, outbox, recipient};
use edge_model::invitation::{INVITATION_DAYS, Invitation};
use edge_model::mail_ledger::{LedgerEntry, MailKind, MailLimits};
use edge_model::outbox::QueuedMail;
use edge_model::text::Email;
use edge_model::time::TimeDelta;
use edge_model::workspace::Role;
use edge_model::{InvitationId, WorkspaceId};
use edge_store::Page;
use edge_store::directory::{invitations, members};

/// Invites an address into the workspace by mail; inviting it again replaces the invitation and mails again. An address
/// that wants no mail, or has been mailed too many invitations, is invited without one.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not invite in that role, or the operator stopped the workspace's mail;
/// [`Kind::Conflict`] when the address is a member's; [`Kind::RateLimited`].
pub async fn create(app: &App, caller: &Caller, email: &Email, role: Role) -> Result<Invitation> {
    let action = match role {
        Role::Owner => Action::ManageOwners,
        _ => Action::Administer,
    };
    caller.require(action)?;
    let workspace = &caller.workspace().id;
    if app.directory().is_member(workspace, email.as_str()).await? {
        return Err(Error::new(Kind::Conflict, "this address is a member already").of_field("email"));
    }
    let now = app.now();
    let inviter = &caller.person()?.account;
    let limits = mail_ledger::invitation_limits(app, inviter, caller.workspace().plan).await?;
    let standing = recipient::standing(app, Some(caller.tenant()), email.as_str()).await?;
    let mut invitation = Invitation {
        id: InvitationId::new(app.id(InvitationId::PREFIX)?),
        workspace_id: workspace.clone(),
        email: email.to_string(),
        role,
        invited_by: Some(inviter.id.clone()),
        expires_at: now.plus(TimeDelta::days(INVITATION_DAYS)),
        created_at: now,
        is_mailed: !standing.is_unwanted(),
        workspace_name: caller.workspace().name.clone(),
        inviter_name: Some(inviter.full_name.clone()),
    };
    let entry = LedgerEntry {
        account_id: Some(inviter.id.clone()),
        ..mail_ledger::entry(
            app,
            invitation.id.to_string(),
            email.as_str(),
            MailKind::Invitation,
            Some(workspace),
        )
    };
    if invitation.is_mailed {
        match write(app, (caller, action), &invitation, &entry, &limits).await {
            // Invitations by others must not keep an address from being invited.
            Err(error)
                if error.kind == Kind::RateLimited && mail_ledger::is_recipient_full(app, &entry, &limits).await? =>
            {
                invitation.is_mailed = false;
            }
            outcome => outcome?,
        }
    }
    if !invitation.is_mailed {
        write(
            app,
            (caller, action),
            &invitation,
            &mail_ledger::unmailed(entry),
            &limits,
        )
        .await?;
    }
    Ok(invitation)
}

/// Writes an invitation, and orders its mail if it is to have one.
async fn write(
    app: &App,
    (caller, action): (&Caller, Action),
    invitation: &Invitation,
    entry: &LedgerEntry,
    limits: &MailLimits,
) -> Result<()> {
    let mut changes = Changes::new(app, app.directory());
    changes.extend(invitations::put(invitation));
    changes.push(caller.require_in_directory(action)?);
    if invitation.is_mailed {
        let mail = QueuedMail::Invitation {
            invitation_id: invitation.id.clone(),
        };
        outbox::order_of_directory(&mut changes, &invitation.workspace_id, mail)?;
    }
    let invitee = Some(invitation.email.as_str());
    mail_ledger::write(app, changes, entry, limits, invitee).await.map(drop)
}

/// Lists the workspace's open invitations, newest first, and counts them all.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace.
pub async fn list(app: &App, caller: &Caller, page: &Page) -> Result<(Vec<Invitation>, u64)> {
    caller.require(Action::Administer)?;
    Ok(app
        .directory()
        .invitations(&caller.workspace().id, app.now(), page)
        .await?)
}

/// Withdraws an invitation.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace; [`Kind::NotFound`].
pub async fn withdraw(app: &App, caller: &Caller, id: &InvitationId) -> Result<()> {
    caller.require(Action::Administer)?;
    let mut changes = Changes::new(app, app.directory());
    let withdrawn = changes.push(invitations::delete(&caller.workspace().id, id));
    check_used(&changes.commit().await?, withdrawn)
}

/// Lists the open invitations to the caller's address, newest first, and counts them all.
pub async fn received(app: &App, caller: &SignedIn, page: &Page) -> Result<(Vec<Invitation>, u64)> {
    Ok(app
        .directory()
        .invitations_to(&caller.account.email, app.now(), page)
        .await?)
}

/// Makes the caller a member, as they were invited to be. A session proves that its address is confirmed.
///
/// # Errors
/// [`Kind::NotFound`] for an invitation of another address, as for one that does not exist; [`Kind::PlanLimit`] for an
/// owner of as many workspaces as their plans allow.
pub async fn accept(app: &App, caller: &SignedIn, id: &InvitationId) -> Result<(WorkspaceId, Role)> {
    let (account, now) = (&caller.account, app.now());
    let found = app.directory().invitation_to(&account.email, id, now).await?;
    let invitation = found.ok_or_else(not_found)?;
    let mut changes = Changes::new(app, app.directory());
    let accept = members::accept(&account.id, id.as_str(), &account.email, now);
    let [_, used] = accept.map(|it| changes.push(it));
    copies::order_account(&mut changes, &account.id)?;
    check_used(&changes.commit().await?, used)?;
    // The job that was ordered does it when this fails.
    copies::account(app, &account.id).await.ok();
    Ok((invitation.workspace_id, invitation.role))
}

/// Declines an invitation.
///
/// # Errors
/// [`Kind::NotFound`] for an invitation of another address, as for one that does not exist.
pub async fn decline(app: &App, caller: &SignedIn, id: &InvitationId) -> Result<()> {
    let mut changes = Changes::new(app, app.directory());
    let declined = changes.push(invitations::decline(id, &caller.account.email));
    check_used(&changes.commit().await?, declined)
}

/// Refuses unless the statement that uses an invitation up returned a row: another request may have been faster.
fn check_used(committed: &Committed, used: Returned) -> Result<()> {
    match committed.has(used) {
        true => Ok(()),
        false => Err(not_found()),
    }
}

fn not_found() -> Error {
    Error::not_found("invitation")
}
