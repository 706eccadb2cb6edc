//! Erasure: what is deleted leaves nothing behind, neither rows nor blobs nor counters.
use crate::app::App;
use crate::{Result, job};
use edge_model::job::Task;
use edge_model::time::MINUTE;
use edge_model::{JobId, WorkspaceId};
use edge_store::{Statement, jobs, workspaces};

/// When what was written late is erased, in milliseconds: whoever was at work has then ended.
const LATE: i64 = 15 * MINUTE;

/// Returns the writes that delete a workspace: its rows, what was to be done for it, and the order to erase the rest.
pub(crate) fn workspace(app: &App, id: &WorkspaceId) -> Result<[Statement; 4]> {
    let erase = |is_last, delay| job::insert(app, id, Task::EraseWorkspace { is_last }, delay);
    Ok([
        jobs::delete_all(id, None),
        erase(false, 0)?,
        erase(true, LATE)?,
        workspaces::delete(id),
    ])
}

/// Deletes every blob and counter of a workspace that is gone, and orders that came late. Run twice, the second finds
/// less to delete.
pub(crate) async fn erase(app: &App, id: &WorkspaceId, own: &JobId, is_last: bool) -> Result<()> {
    if app.store.workspace(id).await?.is_some() {
        return Ok(());
    }
    for prefix in [format!("upload/{id}/"), format!("index/{id}/")] {
        loop {
            let keys = app.blobs.list(&prefix).await?;
            if keys.is_empty() {
                break;
            }
            for key in keys {
                app.blobs.delete(&key).await?;
            }
        }
    }
    app.limiter.forget(id.as_str()).await?;
    if is_last {
        app.store.write(vec![jobs::delete_all(id, Some(own))]).await?;
    }
    Ok(())
}
