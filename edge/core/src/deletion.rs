//! Deleting documents: their passages leave the index, and their contents are erased where nothing else is made of them.
use crate::app::App;
use crate::{Result, blob, index, job};
use edge_model::job::Task;
use edge_model::time::MINUTE;
use edge_model::{DocumentId, WorkspaceId};
use edge_store::Statement;

/// How many contents one job erases: an invocation may ask other services for so much, and no more.
const ERASED_AT_ONCE: usize = 100;
/// When the contents of what was deleted are erased, in milliseconds: whoever gives the same again at once has put the
/// bytes in their place before any row names them.
const DELAY: i64 = MINUTE;

/// Writes what deletes documents, all at once with what takes their passages out of the index and has their contents
/// deleted, as far as nothing else is made of them. The index is replaced also when they have no passages yet: a job
/// that is about to put them in is to notice.
pub(crate) async fn write(
    app: &App,
    workspace: &WorkspaceId,
    mut writes: Vec<Statement>,
    (documents, contents): (Vec<DocumentId>, Vec<String>),
) -> Result<()> {
    if !documents.is_empty() {
        writes.extend(index::remove(app, workspace, &documents).await?);
    }
    writes.extend(erase(app, workspace, &contents)?);
    Ok(app.store.write(writes).await.map(drop)?)
}

/// Returns the writes that have contents erased, as far as nothing else is made of them then.
pub(crate) fn erase(app: &App, workspace: &WorkspaceId, contents: &[String]) -> Result<Vec<Statement>> {
    let orders = contents.chunks(ERASED_AT_ONCE).map(|part| {
        let keys = part.iter().map(|it| blob::upload_key(workspace, it)).collect();
        job::insert(app, workspace, Task::EraseBlobs { keys }, DELAY)
    });
    orders.collect()
}
