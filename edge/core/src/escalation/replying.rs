//! Replies to visitors: mailed only to an address whose owner has said that they want them.
//!
//! A visitor may leave the address of another person. So the first mail asks, in our words alone, and the reply waits
//! in its row. It is asked when a member replies, not when the visitor leaves the address: strangers cannot cause mails
//! then.
use super::{find, set_status, updated};
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::outbox;
use crate::permission::Action;
use crate::recipient::{Confirmation, MailStanding};
use crate::{Error, Kind, Result, mail, mail_ledger, mailbox, recipient};
use edge_model::escalation::{Escalation, EscalationStatus, ReplyStatus};
use edge_model::mail_ledger::{LedgerEntry, MailKind};
use edge_model::outbox::QueuedMail;
use edge_model::text::Reply;
use edge_model::{EscalationId, JobId};
use edge_store::{TenantStore, escalations, mail_recipients};

/// How many waiting replies one batch lets go.
const RELEASED_AT_ONCE: usize = 50;

/// Replies to a visitor who left an address, and so resolves the escalation. The mail leaves by a job that is ordered
/// with the reply; a visitor who has not confirmed that they want replies is asked first. A reply that has not left yet
/// is replaced by a newer one.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content, or the operator stopped the workspace's mail;
/// [`Kind::NotFound`]; [`Kind::Conflict`] when there is no address to reply to, or it wants no mail;
/// [`Kind::RateLimited`].
pub async fn reply(app: &App, caller: &Caller, id: &EscalationId, reply: &Reply) -> Result<Escalation> {
    caller.require(Action::EditContent)?;
    let (tenant, workspace) = (caller.tenant(), caller.workspace());
    let before = find(tenant, id).await?;
    let conflict = |message: &str| Error::new(Kind::Conflict, message);
    let address = before
        .email
        .as_deref()
        .ok_or_else(|| conflict("who asked left no e-mail address to reply to"))?;
    let standing = standing(app, tenant, address).await?;
    if standing.is_unwanted() {
        return Err(conflict(
            "this address has unsubscribed from the mail of this workspace",
        ));
    }
    if !standing.is_confirmed && app.settings.public_url.is_empty() {
        return Err(conflict(
            "the visitor cannot be asked whether they want the reply: the operator has not set PUBLIC_URL",
        ));
    }
    let mut after = before.clone();
    after.reply = Some(reply.to_string());
    after.replied_at = Some(app.now());
    after.reply_status = Some(match standing.is_confirmed {
        true => ReplyStatus::Queued,
        false => ReplyStatus::WaitingForConfirmation,
    });
    set_status(app, &mut after, EscalationStatus::Resolved);
    let mut changes = Changes::new(app, tenant);
    updated(app, &mut changes, &before, &after)?;
    let escalation_id = id.clone();
    let (kind, mail) = match standing.is_confirmed {
        true => (MailKind::Reply, QueuedMail::Reply { escalation_id }),
        false => (MailKind::Confirmation, QueuedMail::ConfirmReply { escalation_id }),
    };
    if is_asked(tenant, &before, &standing).await? {
        changes.commit().await?;
        // The visitor may have confirmed before there was anything to let go.
        if self::standing(app, tenant, address).await?.is_confirmed {
            release_replies(app, tenant, &after).await?;
        }
        return find(tenant, id).await;
    }
    let entry = LedgerEntry {
        account_id: Some(caller.person()?.account.id.clone()),
        subject_id: standing.is_confirmed.then(|| id.to_string()),
        ..mail_ledger::entry(app, app.id(JobId::PREFIX)?, address, kind, Some(&workspace.id))
    };
    outbox::order(&mut changes, mail)?;
    mail_ledger::write_for_tenant(app, changes, &entry, &mail_ledger::limits(workspace.plan)).await?;
    Ok(after)
}

/// Tells whether a visitor was asked today, for a reply that still waits: they are not asked again.
async fn is_asked(tenant: &TenantStore, escalation: &Escalation, standing: &MailStanding) -> Result<bool> {
    let Some(address) = &escalation.email else {
        return Ok(false);
    };
    if standing.is_confirmed || standing.is_stopped || !standing.is_asked {
        return Ok(false);
    }
    let waiting = tenant.waiting_replies(address).await?;
    Ok(!waiting.is_empty())
}

async fn standing(app: &App, tenant: &TenantStore, address: &str) -> Result<MailStanding> {
    recipient::standing(app, Some(tenant), address).await
}

/// Mails the reply to an escalation, unless it was mailed, or its visitor wants none by now.
pub(crate) async fn send_reply(app: &App, tenant: &TenantStore, id: &EscalationId) -> Result<()> {
    let Some(escalation) = tenant.escalation(id).await? else {
        return Ok(());
    };
    let (Some(address), Some(reply)) = (&escalation.email, &escalation.reply) else {
        return Ok(());
    };
    if escalation.reply_status != Some(ReplyStatus::Queued) {
        return Ok(());
    }
    let standing = standing(app, tenant, address).await?;
    let status = match &standing {
        it if it.is_stopped => ReplyStatus::Stopped,
        it if it.is_unwanted() => ReplyStatus::Unsubscribed,
        it if !it.is_confirmed => ReplyStatus::WaitingForConfirmation,
        _ => ReplyStatus::Sent,
    };
    let mut changes = Changes::of(app, tenant, escalations::set_reply_status(&escalation, status));
    match status {
        ReplyStatus::Sent => {
            let name = standing.workspace_name.unwrap_or_default();
            let sender = outbox::sender(app, Some(tenant.workspace_id()), address)?;
            let mail = mail::reply_to_visitor(address, &name, &escalation.question, reply, &sender);
            app.mailer.send(&mail).await?;
        }
        // Ordered by a version of ours that did not ask.
        ReplyStatus::WaitingForConfirmation => {
            let escalation_id = id.clone();
            outbox::order(&mut changes, QueuedMail::ConfirmReply { escalation_id })?;
        }
        _ => {}
    }
    changes.commit().await.map(drop)
}

/// Asks a visitor whether they want the reply that waits for them.
pub(crate) async fn ask_to_confirm(app: &App, tenant: &TenantStore, id: &EscalationId) -> Result<()> {
    let Some(escalation) = tenant.escalation(id).await? else {
        return Ok(());
    };
    let (Some(address), Some(ReplyStatus::WaitingForConfirmation)) = (&escalation.email, escalation.reply_status)
    else {
        return Ok(());
    };
    let standing = standing(app, tenant, address).await?;
    let status = match &standing {
        it if it.is_stopped => ReplyStatus::Stopped,
        it if it.is_unwanted() => ReplyStatus::Unsubscribed,
        // The visitor confirmed for another escalation, before there was anything to let go of this one.
        it if it.is_confirmed => return release_replies(app, tenant, &escalation).await,
        _ => ReplyStatus::WaitingForConfirmation,
    };
    if status != ReplyStatus::WaitingForConfirmation {
        return Changes::of(app, tenant, escalations::set_reply_status(&escalation, status))
            .commit()
            .await
            .map(drop);
    }
    let url = recipient::confirm_url(app, &escalation)?;
    let url = url.ok_or_else(|| Error::internal("PUBLIC_URL is not set, and a mail needs a link"))?;
    let name = standing.workspace_name.unwrap_or_default();
    let sender = outbox::sender(app, Some(tenant.workspace_id()), address)?;
    app.mailer
        .send(&mail::confirm_reply(address, &name, &url, &sender))
        .await
}

/// Notes that a visitor wants replies, by the link that a mail asked with, and lets go those that waited for it.
///
/// # Errors
/// Those of [`recipient::confirmation`].
pub async fn confirm_replies(app: &App, token: &str) -> Result<Confirmation> {
    let found = recipient::confirmation(app, token).await?;
    release_replies(app, &found.tenant, &found.escalation).await?;
    Ok(Confirmation {
        is_confirmed: true,
        ..found
    })
}

/// Notes that a visitor wants replies of the workspace, and orders the mails of those that wait, the newest first and
/// as many within an hour and within a day as an address may get.
pub(crate) async fn release_replies(app: &App, tenant: &TenantStore, escalation: &Escalation) -> Result<()> {
    let workspace = tenant.workspace_id();
    let Some(address) = &escalation.email else {
        return Ok(());
    };
    let mut changes = Changes::new(app, tenant);
    let mut counts = vec![];
    let confirmed = mailbox::hashes(address).into_iter();
    changes.extend(confirmed.map(|it| mail_recipients::confirm(workspace, &it, app.now())));
    let (mut waiting, is_all) = waiting_for(tenant, address).await?;
    // Replies that do not fit into one batch wait for another run.
    let rest = if is_all { None } else { waiting.pop() };
    let mut delays = mail_ledger::delays();
    for (escalation_id, delay) in waiting.into_iter().zip(&mut delays) {
        let entry = mail_ledger::entry(app, app.id(JobId::PREFIX)?, address, MailKind::Reply, Some(workspace));
        counts.push(edge_store::directory::mail_ledger::note(&LedgerEntry {
            subject_id: Some(escalation_id.to_string()),
            created_at: entry.created_at.plus(delay),
            ..entry
        }));
        changes.push(escalations::queue_waiting_reply(workspace, &escalation_id));
        outbox::order_later(&mut changes, QueuedMail::Reply { escalation_id }, delay)?;
    }
    if let Some((escalation_id, delay)) = rest.zip(delays.next()) {
        let mail = QueuedMail::ConfirmReply { escalation_id };
        outbox::order_later(&mut changes, mail, delay)?;
    }
    if tenant.is_in_directory() {
        for count in counts {
            changes.push_of_directory(count)?;
        }
    } else if !counts.is_empty() {
        // Before what they count, as every mail is.
        let mut of_directory = Changes::new(app, app.directory());
        of_directory.extend(counts);
        of_directory.commit().await?;
    }
    changes.commit().await.map(drop)
}

/// Lists the replies that wait for the confirmation of an address, however it was written, newest first; and tells
/// whether these are all.
async fn waiting_for(tenant: &TenantStore, address: &str) -> Result<(Vec<EscalationId>, bool)> {
    let mut waiting = tenant.waiting_replies(address).await?;
    let recipient = mailbox::hash(address);
    for other in tenant.addresses_waited_for().await? {
        if other != address && mailbox::hash(&other) == recipient {
            waiting.extend(tenant.waiting_replies(&other).await?);
        }
    }
    let is_all = waiting.len() < RELEASED_AT_ONCE;
    waiting.truncate(RELEASED_AT_ONCE);
    Ok((waiting, is_all))
}
