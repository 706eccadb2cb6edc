//! Tells the owner of a workspace that an endpoint was disabled, unless it is enabled again already.
use super::Worker;
use crate::app::App;
use crate::attempt::Attempt;
use crate::outbox::permitted_sender;
use crate::{Result, mail, mail_ledger};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_model::mail_ledger::MailKind;
use edge_model::{JobId, WebhookId};
use edge_store::TenantStore;

pub(super) struct ReportWebhook<'a> {
    pub(super) webhook_id: &'a WebhookId,
}

#[async_trait(?Send)]
impl Worker for ReportWebhook<'_> {
    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        let workspace = &job.workspace_id;
        let webhook = tenant.webhook(self.webhook_id).await?;
        let (Some(webhook), Some(owner)) = (webhook, app.directory().owner_address(workspace).await?) else {
            return Ok(());
        };
        let Some(why) = webhook.disabled_because else {
            return Ok(());
        };
        let Some(sender) = permitted_sender(app, tenant, &owner.email).await? else {
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
}
