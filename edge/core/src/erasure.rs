//! Erasure: what is deleted leaves nothing behind, neither rows nor blobs nor counters.
use crate::Result;
use crate::app::App;
use crate::changes::Changes;
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_model::{AccountId, JobId, WorkspaceId};
use edge_store::{TenantStore, attempts, directory, jobs, workspaces};
use std::collections::BTreeSet;

/// When what was written late is erased: workers that were running have then ended.
const LATE_ERASE_DELAY: TimeDelta = TimeDelta::minutes(15);
/// How many blobs one run deletes: an invocation may ask other services for about 1,000 things, and two runs may come
/// in one.
const MAX_ERASED_PER_RUN: usize = 300;
/// When the next run comes: in an invocation of its own, and once lists name no more what is gone.
const RUN_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Returns whose jobs those about an account are: a queue of its own in the directory.
pub(crate) fn queue(account: &AccountId) -> WorkspaceId {
    WorkspaceId::new(account.as_str())
}

/// Deletes a workspace: its rows and what was to be done for it, and then what the directory knows of it. Orders the
/// rest to be erased, and the second of these after a crash between them. Safe to repeat.
pub(crate) async fn workspace(app: &App, tenant: &TenantStore) -> Result<()> {
    let id = tenant.workspace_id();
    let mut changes = Changes::new(app, tenant);
    changes.push(jobs::delete_all(id, None));
    changes.push(attempts::delete_all(id));
    changes.enqueue(Task::EraseWorkspace { is_last: false }, TimeDelta::zero())?;
    changes.enqueue(Task::EraseWorkspace { is_last: true }, LATE_ERASE_DELAY)?;
    changes.push(workspaces::delete(id));
    changes.commit().await?;
    forget(app, tenant).await
}

/// Deletes what the directory knows of a workspace whose rows are gone. Where both are one row, that was all.
async fn forget(app: &App, tenant: &TenantStore) -> Result<()> {
    if tenant.is_in_directory() {
        return Ok(());
    }
    let id = tenant.workspace_id();
    let mut changes = Changes::of(app, app.directory(), jobs::delete_all_in_directory(id));
    changes.push(attempts::delete_all_in_directory(id));
    changes.push(directory::workspaces::delete(id));
    changes.commit().await.map(drop)
}

/// Deletes the blobs of a workspace that is gone, and orders that came late. Where there is more than one
/// run can delete, it orders the next. Run twice, the second finds less to delete.
pub(crate) async fn erase(app: &App, tenant: &TenantStore, own: &JobId, is_last: bool) -> Result<()> {
    let id = tenant.workspace_id();
    if tenant.workspace().await?.is_some() {
        return Ok(());
    }
    forget(app, tenant).await?;
    let mut changes = Changes::new(app, tenant);
    if !erase_blobs(app, id).await? {
        // The two change places at once, so that there are never two that order each other.
        changes.enqueue(Task::EraseWorkspace { is_last }, RUN_PAUSE)?;
        changes.push(jobs::delete(id, own));
    } else if is_last {
        changes.push(jobs::delete_all(id, Some(own)));
        changes.push(attempts::delete_all(id));
    } else {
        return Ok(());
    }
    changes.commit().await.map(drop)
}

/// Deletes the counters of workspaces that are being erased. Part of the sweep and not of the erasing job, because
/// background work runs in a Worker that cannot reach the counters of requests. The sweep comes every minute and the
/// last erasing job waits [`LATE`], so requests that were under way during the deletion leave no counter either.
///
/// # Errors
/// When the database or a counter does not answer, once all others were deleted.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let mut end = Ok(());
    for database in app.databases() {
        for id in database.workspaces_being_erased().await? {
            end = end.and(app.limiter.forget(id.as_str()).await);
        }
    }
    end
}

/// Deletes some blobs of a workspace that is gone, and tells whether none are left.
async fn erase_blobs(app: &App, id: &WorkspaceId) -> Result<bool> {
    let mut gone = BTreeSet::new();
    for prefix in [format!("upload/{id}/"), format!("index/{id}/")] {
        loop {
            let keys = app.blobs.list(&prefix).await?;
            if keys.is_empty() {
                break;
            }
            // Keys that were deleted a moment ago may still be listed, and fill the page so that later ones are
            // missing.
            let keys: Vec<String> = keys.into_iter().filter(|it| !gone.contains(it)).collect();
            if keys.is_empty() {
                return Ok(false);
            }
            for key in keys {
                if gone.len() >= MAX_ERASED_PER_RUN {
                    return Ok(false);
                }
                app.blobs.delete(&key).await?;
                gone.insert(key);
            }
        }
    }
    Ok(true)
}
