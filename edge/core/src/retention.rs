//! Retention: conversations older than a workspace keeps them go, by a job that orders its own next time.
use crate::app::App;
use crate::changes::Changes;
use crate::{Result, index};
use edge_model::JobId;
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_store::directory::{accounts, invitations, mail_ledger};
use edge_store::{Database, TenantStore, analytics, escalations, events, jobs, transcripts};

/// How many conversations one run deletes: a statement of D1 has 30 seconds.
const MAX_PURGED_PER_RUN: u32 = 200;
/// How long an answer that is under way is left alone.
const ANSWER_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// An open escalation that was not changed for so long is closed.
const ESCALATION_LIFETIME: TimeDelta = TimeDelta::days(180);
/// The longest pause between two looks.
const LONGEST_PURGE_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Orders the first run, due at once.
pub(crate) fn order(changes: &mut Changes<'_>) -> Result<()> {
    changes.enqueue(Task::PurgeConversations, TimeDelta::zero()).map(drop)
}

/// Deletes what a workspace keeps no longer, and orders the next run in place of any other that waits. Run twice, the
/// second finds nothing more to delete.
pub(crate) async fn purge(app: &App, tenant: &TenantStore, own: &JobId) -> Result<()> {
    let workspace = tenant.workspace_id();
    let Some(days) = tenant.workspace().await?.and_then(|it| it.retention_days) else {
        return Ok(());
    };
    let kept = TimeDelta::days(days.into()).max(ANSWER_LIFETIME);
    let now = app.now();
    let mut changes = Changes::new(app, tenant);
    changes.push(escalations::delete_resolved(workspace, now.plus(-kept)));
    changes.push(jobs::delete_mails_about_nothing(workspace));
    changes.push(analytics::forget_resolved(workspace, now.plus(-kept)));
    changes.push(events::delete_older(workspace, now.plus(-kept)));
    let deleted = changes.push(transcripts::delete_older(
        workspace,
        now.plus(-kept),
        MAX_PURGED_PER_RUN,
    ));
    let deleted = changes.commit().await?.count(deleted);
    let is_more = deleted >= usize::try_from(MAX_PURGED_PER_RUN).unwrap_or(usize::MAX);
    let pause = if is_more {
        TimeDelta::zero()
    } else {
        let oldest = tenant.oldest_activity().await?;
        let due = oldest.map_or(LONGEST_PURGE_PAUSE, |at| {
            TimeDelta::milliseconds(at.plus(kept).0.saturating_sub(now.0))
        });
        due.clamp(TimeDelta::minutes(1), LONGEST_PURGE_PAUSE)
    };
    let waiting = jobs::delete_waiting(workspace, Task::PurgeConversations.name(), own);
    let mut changes = Changes::of(app, tenant, waiting);
    changes.enqueue(Task::PurgeConversations, pause)?;
    changes.commit().await.map(drop)
}

/// Deletes sessions, codes and invitations that ended a day ago and what was counted of mails before, closes
/// escalations that are open for longer than [`ESCALATION_LIFETIME`], and orders runs that are missing: of deletions
/// that were forgotten, and of embedding when the installation's model is another than that of an index.
pub async fn tidy(app: &App) -> Result<()> {
    let mut end = Ok(());
    for database in app.databases() {
        end = end.and(tidy_database(app, database).await);
    }
    let day_ago = app.now().plus(-TimeDelta::days(1));
    let mut changes = Changes::new(app, app.directory());
    changes.extend(accounts::delete_ended(day_ago));
    changes.push(mail_ledger::delete_older(day_ago));
    changes.push(invitations::delete_mails_about_nothing());
    end.and(changes.commit().await.map(drop))
}

async fn tidy_database(app: &App, database: &Database) -> Result<()> {
    let now = app.now();
    for workspace in database.workspaces_without_job(Task::PurgeConversations.name()).await? {
        let mut changes = Changes::new(app, &database.tenant(&workspace));
        order(&mut changes)?;
        changes.commit().await?;
    }
    for workspace in database.workspaces_to_embed(&app.embeddings.names()).await? {
        let mut changes = Changes::new(app, &database.tenant(&workspace));
        index::embed::order(&mut changes)?;
        changes.commit().await?;
    }
    let close = escalations::close_forgotten(now.plus(-ESCALATION_LIFETIME), now);
    Changes::of(app, database, close).commit().await.map(drop)
}
