//! Conversations as people of the workspace read and delete them.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::{Error, Result, mailbox};
use edge_model::ConversationId;
use edge_model::transcript::{ConversationSummary, Entry};
use edge_store::transcripts::Filter;
use edge_store::{Page, escalations, events, jobs, mail_recipients, transcripts};

/// Lists conversations, the latest activity first, and counts all that the filter lets through.
pub async fn list(_: &App, caller: &Caller, filter: &Filter, page: &Page) -> Result<(Vec<ConversationSummary>, u64)> {
    caller.require(Action::Read)?;
    Ok(caller.tenant().conversations(filter, page).await?)
}

/// Returns a conversation and a page of its messages, oldest first, and how many there are from there on.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn get(
    _: &App,
    caller: &Caller,
    id: &ConversationId,
    page: &Page,
) -> Result<(ConversationSummary, Vec<Entry>, u64)> {
    caller.require(Action::Read)?;
    let (conversation, entries, left) = caller.tenant().transcript(id, page).await?;
    let conversation = conversation.ok_or_else(|| Error::not_found("conversation"))?;
    Ok((conversation, entries, left))
}

/// Deletes a conversation for good.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn delete(app: &App, caller: &Caller, id: &ConversationId) -> Result<()> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let mut changes = Changes::new(app, tenant);
    changes.push(events::delete_of_conversation(workspace, id));
    changes.push(escalations::delete_of_conversation(workspace, id));
    changes.push(jobs::delete_mails_about_nothing(workspace));
    let deleted = changes.push(transcripts::delete(workspace, id));
    match changes.commit().await?.has(deleted) {
        true => Ok(()),
        false => Err(Error::not_found("conversation")),
    }
}

/// Deletes all that a visitor has said for good, with the addresses they left, and counts the conversations.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`] for a session without
/// anything.
pub async fn delete_visitor(app: &App, caller: &Caller, session: &str) -> Result<u64> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let addresses = tenant.addresses_left(session).await?;
    let mut changes = Changes::new(app, tenant);
    let escalations = changes.push(escalations::delete_of_session(workspace, session));
    let conversations = changes.push(transcripts::delete_of_session(workspace, session));
    changes.push(events::delete_of_session(workspace, session));
    changes.push(jobs::delete_mails_about_nothing(workspace));
    let hashes = addresses.iter().flat_map(|it| mailbox::hashes(it));
    changes.extend(hashes.map(|it| mail_recipients::forget(workspace, &it)));
    let committed = changes.commit().await?;
    if !committed.has(escalations) && !committed.has(conversations) {
        return Err(Error::not_found("visitor"));
    }
    Ok(u64::try_from(committed.count(conversations)).unwrap_or(u64::MAX))
}
