//! The sweep: wakes workers that have work to do, since a crash may have lost the wake-up, and deletes what is kept no
//! longer.
use crate::app::App;
use crate::changes::Changes;
use crate::{Result, attempt, crawl, delivery, erasure, idempotency, reseal};
use edge_model::time::TimeDelta;
use edge_store::{Database, attempts, jobs};

/// How long a parked job is kept for the operator to look into.
const PARKED_JOBS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a parked mail is kept: some name an address.
const PARKED_MAILS_KEPT: TimeDelta = TimeDelta::days(3);

/// Wakes everybody who has work to do: after a start, since work may have been left by a crash. Deletes what is kept no
/// longer. One that cannot be woken does not keep others from it.
///
/// # Errors
/// When the database does not answer, or a worker was not woken: the first failure, once everything was tried.
pub async fn sweep(app: &App) -> Result<()> {
    let mut end = Ok(());
    for database in app.databases() {
        end = end.and(wake(app, database).await);
        end = end.and(purge(app, database).await);
    }
    end.and(delivery::sweep(app).await)
        .and(crawl::sweep(app).await)
        .and(idempotency::sweep(app).await)
        .and(reseal::sweep(app).await)
        .and(erasure::sweep(app).await)
}

/// Wakes the workers of the jobs in a database.
async fn wake(app: &App, database: &Database) -> Result<()> {
    let mut end = Ok(());
    for workspace in database.workspaces_with_jobs(app.now()).await? {
        end = end.and(app.jobs.wake(&workspace).await);
    }
    end
}

/// Deletes what a database keeps no longer of its queue.
async fn purge(app: &App, database: &Database) -> Result<()> {
    let now = app.now();
    let mut changes = Changes::new(app, database);
    changes.push(jobs::purge_parked(
        now.plus(-PARKED_JOBS_KEPT),
        now.plus(-PARKED_MAILS_KEPT),
    ));
    changes.push(attempts::purge(now.plus(-attempt::CRASHES_KEPT)));
    changes.commit().await.map(drop)
}
