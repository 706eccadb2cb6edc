//! Letters: mails are ordered in the batch of what causes them, and sent by a job.
//!
//! That keeps a mail from being lost, and it takes the same time whether or not there is anybody to write to.
use crate::app::App;
use crate::limit::{Take, Window};
use crate::ports::Mail;
use crate::{Result, code, job, mail, secret};
use edge_model::account::OtpPurpose;
use edge_model::job::Task;
use edge_model::letter::{Access, Letter};
use edge_model::{CodeId, WorkspaceId};
use edge_store::Statement;

/// How many people may be told within an hour that their address has an account.
const NOTICES_PER_HOUR: u64 = 3;
/// How many mails about new keys and webhooks a workspace may cause within an hour.
const ACCESS_NOTICES_PER_HOUR: u64 = 10;

/// Returns whose jobs the mails to an address are that belong to no workspace: a queue for each address.
pub(crate) fn queue(address: &str) -> WorkspaceId {
    let hash = secret::sha256(address);
    WorkspaceId::new(format!("mail_{}", hash.get(..22).unwrap_or(&hash)))
}

/// Returns the write that orders a mail.
pub(crate) fn order(app: &App, queue: &WorkspaceId, to: &str, letter: Letter) -> Result<Statement> {
    job::insert(app, queue, Task::SendMail { to: to.into(), letter }, 0)
}

/// Writes `writes` and the order of a mail to an address, in one batch.
pub(crate) async fn post(app: &App, to: &str, letter: Letter, mut writes: Vec<Statement>) -> Result<()> {
    let queue = queue(to);
    writes.push(order(app, &queue, to, letter)?);
    app.jobs.wake(&queue).await?;
    app.store.write(writes).await?;
    app.jobs.wake(&queue).await
}

/// Returns the write that orders a mail to the workspace's owner: something was added that reads the workspace's data or
/// is sent it.
pub(crate) async fn access_added(app: &App, workspace: &WorkspaceId, access: Access) -> Result<Option<Statement>> {
    let Some(owner) = app.store.owner_address(workspace).await? else {
        return Ok(None);
    };
    order(app, workspace, &owner.email, Letter::AccessAdded { access }).map(Some)
}

/// Works out what an owner is told of something that was added; nothing when it is gone again, or after too many.
async fn notice_of_access(app: &App, workspace: &WorkspaceId, to: &str, access: &Access) -> Result<Option<Mail>> {
    let Some(found) = app.store.workspace(workspace).await? else {
        return Ok(None);
    };
    let (name, url) = (&found.name, &app.settings.public_url);
    let mail = match access {
        Access::ApiKey(id) => {
            let key = app.store.api_key(workspace, id).await?;
            let key = key.filter(|it| it.key.revoked_at.is_none());
            key.map(|it| mail::api_key_added(to, name, &it.key, url))
        }
        Access::Webhook(id) => {
            let webhook = app.store.webhook(workspace, id).await?;
            webhook.map(|it| mail::webhook_added(to, name, &it, url))
        }
    };
    if mail.is_none() {
        return Ok(None);
    }
    let take = Take {
        counter: "access_notices".into(),
        window: Window::Hour,
        limit: ACCESS_NOTICES_PER_HOUR,
        amount: 1,
    };
    let outcome = app.limiter.take(workspace.as_str(), &[take]).await?;
    Ok(mail.filter(|_| outcome.refused.is_none()))
}

/// Sends a mail, if there is still something to say.
pub(crate) async fn send(app: &App, queue: &WorkspaceId, to: &str, letter: &Letter) -> Result<()> {
    let mail = match letter {
        Letter::Code { purpose, nonce } => code_mail(app, to, *purpose, nonce).await?,
        Letter::SignUp { nonce } => match code_mail(app, to, OtpPurpose::VerifyEmail, nonce).await? {
            Some(mail) => Some(mail),
            None => notice(app, queue, to).await?,
        },
        Letter::Invitation { invitation_id } => {
            let found = app.store.invitation(queue, invitation_id, app.now()).await?;
            found.map(|it| mail::invitation(&it, &app.settings.public_url))
        }
        Letter::Reply { escalation_id, text } => {
            let workspace = app.store.workspace(queue).await?;
            let escalation = app.store.escalation(queue, escalation_id).await?;
            workspace.zip(escalation).and_then(|(workspace, escalation)| {
                // Another reply may have come since, and has a mail of its own.
                let reply = text.as_ref().or(escalation.reply.as_ref())?;
                Some(mail::reply_to_visitor(to, &workspace.name, &escalation.question, reply))
            })
        }
        Letter::AccessAdded { access } => notice_of_access(app, queue, to, access).await?,
    };
    match mail {
        Some(mail) => app.mailer.send(&mail).await,
        None => Ok(()),
    }
}

/// Returns the mail with a code, if the code can still be entered.
async fn code_mail(app: &App, to: &str, purpose: OtpPurpose, nonce: &str) -> Result<Option<Mail>> {
    let secrets = code::living(app, to, purpose, &CodeId::new(nonce)).await?;
    Ok(secrets.map(|it| mail::code(to, purpose, &it, &app.settings.public_url)))
}

/// Returns the mail that tells an account's owner of a sign-up with their address.
async fn notice(app: &App, queue: &WorkspaceId, to: &str) -> Result<Option<Mail>> {
    if !app.store.has_account(to).await? {
        return Ok(None);
    }
    let take = Take {
        counter: "notices".into(),
        window: Window::Hour,
        limit: NOTICES_PER_HOUR,
        amount: 1,
    };
    let outcome = app.limiter.take(queue.as_str(), &[take]).await?;
    Ok(outcome.refused.is_none().then(|| mail::signup_of_known_address(to)))
}
