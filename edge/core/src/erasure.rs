//! Erasure: what is deleted leaves nothing behind, neither rows nor blobs nor counters.
use crate::Result;
use crate::app::App;
use crate::changes::Changes;
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_model::{JobId, WorkspaceId};
use edge_store::{attempts, jobs, workspaces};
use std::collections::BTreeSet;

/// When what was written late is erased: workers that were running have then ended.
const LATE_ERASE_DELAY: TimeDelta = TimeDelta::minutes(15);
/// How many blobs one run deletes: an invocation may ask other services for about 1,000 things, and two runs may come
/// in one.
const MAX_ERASED_PER_RUN: usize = 300;
/// When the next run comes: in an invocation of its own, and once lists name no more what is gone.
const RUN_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Deletes a workspace: its rows and what was to be done for it. Orders the rest to be erased.
pub(crate) fn workspace(changes: &mut Changes<'_>, id: &WorkspaceId) -> Result<()> {
    changes.push(jobs::delete_all(id, None));
    changes.push(attempts::delete_all(id));
    changes.enqueue(id, Task::EraseWorkspace { is_last: false }, TimeDelta::zero())?;
    changes.enqueue(id, Task::EraseWorkspace { is_last: true }, LATE_ERASE_DELAY)?;
    changes.push(workspaces::delete(id));
    Ok(())
}

/// Deletes the blobs of a workspace that is gone, and orders that came late. Where there is more than one
/// run can delete, it orders the next. Run twice, the second finds less to delete.
pub(crate) async fn erase(app: &App, id: &WorkspaceId, own: &JobId, is_last: bool) -> Result<()> {
    if app.store.workspace(id).await?.is_some() {
        return Ok(());
    }
    let mut changes = Changes::new(app);
    if !erase_blobs(app, id).await? {
        // The two change places at once, so that there are never two that order each other.
        changes.enqueue(id, Task::EraseWorkspace { is_last }, RUN_PAUSE)?;
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
    for id in app.store.workspaces_being_erased().await? {
        end = end.and(app.limiter.forget(id.as_str()).await);
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
