//! Sends a mail, if there is still something to say.
use super::Worker;
use crate::app::App;
use crate::attempt::Attempt;
use crate::outbox::{permitted_sender, sender};
use crate::ports::{Mail, Take, Window};
use crate::{Result, code, escalation, mail, mail_ledger, recipient};
use async_trait::async_trait;
use edge_model::account::OtpPurpose;
use edge_model::job::Job;
use edge_model::mail_ledger::MailKind;
use edge_model::outbox::{Access, QueuedMail};
use edge_model::{CodeId, InvitationId, JobId, WorkspaceId};
use edge_store::TenantStore;

/// How many mails about new keys and webhooks a workspace may cause within an hour.
const ACCESS_NOTICES_PER_HOUR: u64 = 10;

pub(super) struct SendMail<'a> {
    /// None where the mail names a row that knows the address.
    pub(super) to: Option<&'a str>,
    pub(super) mail: &'a QueuedMail,
}

#[async_trait(?Send)]
impl Worker for SendMail<'_> {
    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        match (self.mail, self.to) {
            (QueuedMail::Code { purpose, nonce }, Some(to)) => match code_mail(app, to, *purpose, nonce).await? {
                Some(mail) => app.mailer.send(&mail).await,
                None => Ok(()),
            },
            (QueuedMail::SignUp { nonce }, Some(to)) => match code_mail(app, to, OtpPurpose::VerifyEmail, nonce).await?
            {
                Some(mail) => app.mailer.send(&mail).await,
                None => send_notice(app, to).await,
            },
            // Every code has an address.
            (QueuedMail::Code { .. } | QueuedMail::SignUp { .. }, None) => Ok(()),
            (QueuedMail::Invitation { invitation_id }, _) => {
                send_invitation(app, &job.workspace_id, invitation_id).await
            }
            (QueuedMail::Reply { escalation_id }, _) => escalation::send_reply(app, tenant, escalation_id).await,
            (QueuedMail::ConfirmReply { escalation_id }, _) => {
                escalation::ask_to_confirm(app, tenant, escalation_id).await
            }
            (QueuedMail::AccessAdded { access }, _) => send_notice_of_access(app, tenant, access).await,
        }
    }
}

/// Returns the mail with a code, if the code can still be entered.
async fn code_mail(app: &App, to: &str, purpose: OtpPurpose, nonce: &str) -> Result<Option<Mail>> {
    let secrets = code::active(app, to, purpose, &CodeId::new(nonce)).await?;
    Ok(secrets.map(|it| mail::code(to, purpose, &it, &app.settings.public_url)))
}

/// Tells an account's owner of a sign-up with their address, a few times an hour.
async fn send_notice(app: &App, to: &str) -> Result<()> {
    if !app.directory().has_account(to).await? {
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

/// Tells an owner of something that was added, unless it is gone again, or after too many.
async fn send_notice_of_access(app: &App, tenant: &TenantStore, access: &Access) -> Result<()> {
    let workspace = tenant.workspace_id();
    let Some(owner) = app.directory().owner_address(workspace).await? else {
        return Ok(());
    };
    let Some(sender) = permitted_sender(app, tenant, &owner.email).await? else {
        return Ok(());
    };
    let url = &app.settings.public_url;
    let mail = match access {
        Access::ApiKey(id) => {
            let key = tenant.api_key(id).await?;
            let key = key.filter(|it| it.key.revoked_at.is_none());
            key.map(|it| mail::api_key_added(&owner, &it.key, url, &sender))
        }
        Access::Webhook(id) => {
            let webhook = tenant.webhook(id).await?;
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

async fn send_invitation(app: &App, workspace: &WorkspaceId, id: &InvitationId) -> Result<()> {
    let Some(invitation) = app.directory().invitation(workspace, id, app.now()).await? else {
        return Ok(());
    };
    // The operator or the address may have ended mail since this one was ordered.
    let Some(sender) = permitted_sender(app, &app.locate(workspace).await?, &invitation.email).await? else {
        return Ok(());
    };
    let mail = mail::invitation(&invitation, &app.settings.public_url, &sender);
    app.mailer.send(&mail).await
}
