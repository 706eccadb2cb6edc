//! Letters: mails are ordered in the batch of what causes them, and sent by a job.
//!
//! That keeps a mail from being lost, and it takes the same time whether or not there is anybody to write to.
use crate::app::App;
use crate::limit::{Take, Window};
use crate::mail::Sender;
use crate::ports::Mail;
use crate::{Result, code, escalation, job, mail, mail_ledger, recipient, secret};
use edge_model::account::OtpPurpose;
use edge_model::job::Task;
use edge_model::letter::{Access, Letter};
use edge_model::mail_ledger::MailKind;
use edge_model::{CodeId, InvitationId, JobId, WebhookId, WorkspaceId};
use edge_store::Statement;

/// How many mails about new keys and webhooks a workspace may cause within an hour.
const ACCESS_NOTICES_PER_HOUR: u64 = 10;

/// Returns whose jobs the mails to an address are that belong to no workspace: a queue for each address.
pub(crate) fn queue(address: &str) -> WorkspaceId {
    let hash = secret::sha256(address);
    WorkspaceId::new(format!("mail_{}", hash.get(..22).unwrap_or(&hash)))
}

/// Returns the write that orders a mail of a workspace. The row that the letter names knows the address.
pub(crate) fn order(app: &App, workspace: &WorkspaceId, letter: Letter) -> Result<Statement> {
    order_later(app, workspace, letter, 0)
}

/// Returns the write that orders a mail of a workspace, to be sent in `delay` milliseconds.
pub(crate) fn order_later(app: &App, workspace: &WorkspaceId, letter: Letter, delay: i64) -> Result<Statement> {
    job::insert(app, workspace, Task::SendMail { to: None, letter }, delay)
}

/// Writes `writes` and the order of a mail to an address, in one batch.
pub(crate) async fn post(app: &App, to: &str, letter: Letter, mut writes: Vec<Statement>) -> Result<()> {
    let queue = queue(to);
    let to = Some(to.to_owned());
    writes.push(job::insert(app, &queue, Task::SendMail { to, letter }, 0)?);
    app.jobs.wake(&queue).await?;
    app.store.write(writes).await?;
    app.jobs.wake(&queue).await
}

/// Returns the write that orders a mail to the workspace's owner: something was added that reads the workspace's data or
/// is sent it.
pub(crate) fn access_added(app: &App, workspace: &WorkspaceId, access: Access) -> Result<Statement> {
    order(app, workspace, Letter::AccessAdded { access })
}

/// Tells an owner of something that was added, unless it is gone again, or after too many.
async fn send_notice_of_access(app: &App, workspace: &WorkspaceId, access: &Access) -> Result<()> {
    let Some(owner) = app.store.owner_address(workspace).await? else {
        return Ok(());
    };
    let Some(sender) = permitted_sender(app, workspace, &owner.email).await? else {
        return Ok(());
    };
    let url = &app.settings.public_url;
    let mail = match access {
        Access::ApiKey(id) => {
            let key = app.store.api_key(workspace, id).await?;
            let key = key.filter(|it| it.key.revoked_at.is_none());
            key.map(|it| mail::api_key_added(&owner, &it.key, url, &sender))
        }
        Access::Webhook(id) => {
            let webhook = app.store.webhook(workspace, id).await?;
            webhook.map(|it| mail::webhook_added(&owner, &it, url, &sender))
        }
    };
    let Some(mail) = mail else {
        return Ok(());
    };
    let take = Take {
        counter: "access_notices".into(),
        window: Window::Hour,
        limit: ACCESS_NOTICES_PER_HOUR,
        amount: 1,
    };
    let outcome = app.limiter.take(workspace.as_str(), &[take]).await?;
    match outcome.refused {
        None => app.mailer.send(&mail).await,
        Some(_) => Ok(()),
    }
}

/// Sends a mail, if there is still something to say.
pub(crate) async fn send(app: &App, queue: &WorkspaceId, to: Option<&str>, letter: &Letter) -> Result<()> {
    match (letter, to) {
        (Letter::Code { purpose, nonce }, Some(to)) => match code_mail(app, to, *purpose, nonce).await? {
            Some(mail) => app.mailer.send(&mail).await,
            None => Ok(()),
        },
        (Letter::SignUp { nonce }, Some(to)) => match code_mail(app, to, OtpPurpose::VerifyEmail, nonce).await? {
            Some(mail) => app.mailer.send(&mail).await,
            None => send_notice(app, to).await,
        },
        // Every code has an address.
        (Letter::Code { .. } | Letter::SignUp { .. }, None) => Ok(()),
        (Letter::Invitation { invitation_id }, _) => send_invitation(app, queue, invitation_id).await,
        (Letter::Reply { escalation_id }, _) => escalation::send_reply(app, queue, escalation_id).await,
        (Letter::ConfirmReply { escalation_id }, _) => escalation::ask_to_confirm(app, queue, escalation_id).await,
        (Letter::AccessAdded { access }, _) => send_notice_of_access(app, queue, access).await,
    }
}

/// Returns the mail with a code, if the code can still be entered.
async fn code_mail(app: &App, to: &str, purpose: OtpPurpose, nonce: &str) -> Result<Option<Mail>> {
    let secrets = code::living(app, to, purpose, &CodeId::new(nonce)).await?;
    Ok(secrets.map(|it| mail::code(to, purpose, &it, &app.settings.public_url)))
}

/// Tells an account's owner of a sign-up with their address, a few times an hour.
async fn send_notice(app: &App, to: &str) -> Result<()> {
    if !app.store.has_account(to).await? {
        return Ok(());
    }
    let standing = recipient::standing(app, None, to).await?;
    let entry = mail_ledger::entry(app, app.id(JobId::PREFIX)?, to, MailKind::Notice, None);
    if standing.is_unwanted() || !mail_ledger::admit(app, &entry).await? {
        return Ok(());
    }
    let mail = mail::signup_of_known_address(to, &sender(app, None, to)?);
    app.mailer.send(&mail).await
}

/// Returns who a mail to an address is from.
pub(crate) fn sender(app: &App, workspace: Option<&WorkspaceId>, to: &str) -> Result<Sender> {
    Ok(Sender {
        workspace: workspace.cloned(),
        unsubscribe_url: recipient::unsubscribe_url(app, workspace, to)?,
    })
}

/// Returns who a mail of a workspace is from; none when the operator stopped its mail or the address wants none of it.
async fn permitted_sender(app: &App, workspace: &WorkspaceId, to: &str) -> Result<Option<Sender>> {
    let standing = recipient::standing(app, Some(workspace), to).await?;
    if standing.is_stopped || standing.is_unwanted() {
        return Ok(None);
    }
    sender(app, Some(workspace), to).map(Some)
}

async fn send_invitation(app: &App, workspace: &WorkspaceId, id: &InvitationId) -> Result<()> {
    let Some(invitation) = app.store.invitation(workspace, id, app.now()).await? else {
        return Ok(());
    };
    // The operator or the address may have ended mail since this one was ordered.
    let Some(sender) = permitted_sender(app, workspace, &invitation.email).await? else {
        return Ok(());
    };
    let mail = mail::invitation(&invitation, &app.settings.public_url, &sender);
    app.mailer.send(&mail).await
}

/// Tells the owner of a workspace that an endpoint was disabled, unless somebody has seen to it already.
pub(crate) async fn report_webhook(app: &App, workspace: &WorkspaceId, id: &WebhookId) -> Result<()> {
    let webhook = app.store.webhook(workspace, id).await?;
    let (Some(webhook), Some(owner)) = (webhook, app.store.owner_address(workspace).await?) else {
        return Ok(());
    };
    let Some(why) = webhook.disabled_because else {
        return Ok(());
    };
    let Some(sender) = permitted_sender(app, workspace, &owner.email).await? else {
        return Ok(());
    };
    let id = app.id(JobId::PREFIX)?;
    let entry = mail_ledger::entry(app, id, &owner.email, MailKind::Notice, Some(workspace));
    if !mail_ledger::admit(app, &entry).await? {
        return Ok(());
    }
    let mail = mail::webhook_disabled(&owner, &webhook, why, &sender);
    app.mailer.send(&mail).await
}
