//! Retention: conversations older than a workspace keeps them go, by a job that orders its own next time.
use crate::app::App;
use crate::{Result, index, job};
use edge_model::job::Task;
use edge_model::time::{DAY, HOUR, MINUTE};
use edge_model::{JobId, WorkspaceId};
use edge_store::{Statement, accounts, analytics, escalations, events, jobs, mail_ledger, transcripts};

/// How many conversations one run deletes: a statement of D1 has 30 seconds.
const AT_ONCE: u32 = 200;
/// How long an answer that is under way is left alone, in milliseconds.
const ANSWERING: i64 = 10 * MINUTE;
/// After which time without any change an open escalation is closed, in milliseconds.
const FORGOTTEN: i64 = 180 * DAY;
/// The longest pause between two looks, in milliseconds.
const PAUSE: i64 = HOUR;

/// Returns the write that orders the first run, due at once.
pub(crate) fn order(app: &App, workspace: &WorkspaceId) -> Result<Statement> {
    job::insert(app, workspace, Task::PurgeConversations, 0)
}

/// Deletes what a workspace keeps no longer, and orders the next run in place of any other that waits. Run twice, the
/// second finds nothing more to delete.
pub(crate) async fn purge(app: &App, workspace: &WorkspaceId, own: &JobId) -> Result<()> {
    let Some(days) = app.store.workspace(workspace).await?.and_then(|it| it.retention_days) else {
        return Ok(());
    };
    let kept = (i64::from(days) * DAY).max(ANSWERING);
    let now = app.now();
    let deleted = app
        .store
        .write(vec![
            escalations::delete_resolved(workspace, now.plus(-kept)),
            jobs::delete_mails_about_nothing(workspace),
            analytics::forget_resolved(workspace, now.plus(-kept)),
            events::delete_older(workspace, now.plus(-kept)),
            transcripts::delete_older(workspace, now.plus(-kept), AT_ONCE),
        ])
        .await?;
    let is_more = deleted.last().map_or(0, Vec::len) >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    let pause = if is_more {
        0
    } else {
        let oldest = app.store.oldest_activity(workspace).await?;
        let due = oldest.map_or(PAUSE, |it| it.plus(kept).0.saturating_sub(now.0));
        due.clamp(MINUTE, PAUSE)
    };
    let next = job::insert(app, workspace, Task::PurgeConversations, pause)?;
    app.store
        .write(vec![
            jobs::delete_waiting(workspace, Task::PurgeConversations.name(), own),
            next,
        ])
        .await?;
    Ok(())
}

/// Deletes sessions, codes and invitations that ended a day ago and what was counted of mails before, closes escalations
/// that nobody has seen to for [`FORGOTTEN`], and orders the runs that nobody ordered: of deletions that were forgotten,
/// and of embedding when the installation's model is another than that of an index.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(app: &App) -> Result<()> {
    let forgotten = app
        .store
        .workspaces_without_job(Task::PurgeConversations.name())
        .await?;
    for workspace in forgotten {
        app.jobs.wake(&workspace).await?;
        app.store.write(vec![order(app, &workspace)?]).await?;
    }
    for workspace in app.store.workspaces_to_embed(&app.embeddings.names()).await? {
        app.jobs.wake(&workspace).await?;
        app.store.write(vec![index::embed::order(app, &workspace)?]).await?;
        app.jobs.wake(&workspace).await?;
    }
    let now = app.now();
    let day_ago = now.plus(-DAY);
    let mut writes = Vec::from(accounts::delete_ended(day_ago));
    writes.push(mail_ledger::delete_older(day_ago));
    writes.push(escalations::close_forgotten(now.plus(-FORGOTTEN), now));
    app.store.write(writes).await?;
    Ok(())
}
