//! Deleting documents: their passages leave the index, and their contents are erased where nothing else is made of
//! them.
use crate::app::App;
use crate::changes::Changes;
use crate::{Result, blob, index};
use edge_model::DocumentId;
use edge_model::job::Task;
use edge_model::time::TimeDelta;

/// How many contents one job erases: an invocation may ask other services for so much, and no more.
const ERASED_AT_ONCE: usize = 100;
/// How long erasure waits: the same content may be uploaded again meanwhile, and then its bytes are there before a row
/// names them.
const ERASE_DELAY: TimeDelta = TimeDelta::minutes(1);

/// Commits what deletes documents, all at once with what takes their passages out of the index and has their contents
/// deleted, as far as nothing else is made of them. The index is replaced also when they have no passages yet: a job
/// that is about to put them in is to notice.
pub(crate) async fn write(
    app: &App,
    mut changes: Changes<'_>,
    (documents, contents): (Vec<DocumentId>, Vec<String>),
) -> Result<()> {
    if !documents.is_empty() {
        index::remove(app, &mut changes, &documents).await?;
    }
    erase(&mut changes, &contents)?;
    changes.commit().await.map(drop)
}

/// Has contents erased, as far as nothing else is made of them then.
pub(crate) fn erase(changes: &mut Changes<'_>, contents: &[String]) -> Result<()> {
    let workspace = changes.half().workspace_id().clone();
    for part in contents.chunks(ERASED_AT_ONCE) {
        let keys = part.iter().map(|it| blob::upload_key(&workspace, it)).collect();
        changes.enqueue(Task::EraseBlobs { keys }, ERASE_DELAY)?;
    }
    Ok(())
}
