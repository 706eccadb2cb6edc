//! Deleting documents: their passages leave the index, and their contents are erased where nothing else is made of them.
use crate::app::App;
use crate::{Result, blob, index, job};
use edge_model::job::Task;
use edge_model::time::MINUTE;
use edge_model::{DocumentId, WorkspaceId};
use edge_store::Statement;

/// How many contents one job erases: an invocation may ask other services for so much, and no more.
pub(crate) const ERASED_AT_ONCE: usize = 100;
/// When the contents of what was deleted are erased, in milliseconds: whoever gives the same again at once has put the
/// bytes in their place before any row names them.
pub(crate) const DELAY: i64 = MINUTE;

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
    for part in contents.chunks(ERASED_AT_ONCE) {
        let keys = part.iter().map(|it| blob::upload_key(workspace, it)).collect();
        writes.push(job::insert(app, workspace, Task::EraseBlobs { keys }, DELAY)?);
    }
    Ok(app.store.write(writes).await.map(drop)?)
}
