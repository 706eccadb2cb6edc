//! Graphs of near vectors, made for large segments where the installation wants them (`GRAPH_FROM`).
use super::{BLOB_ERASE_DELAY, Written, segment, write_segment};
use crate::app::App;
use crate::changes::Changes;
use crate::{Error, Result};
use edge_model::job::Task;
use edge_model::snapshot::{Manifest, SegmentEntry, Snapshot};
use edge_model::time::TimeDelta;
use edge_store::{TenantStore, index_snapshots};
use retrieval::index::vectors::extend_hnsw;
use retrieval::tuning::HNSW_PASSAGES_PER_STEP;

/// Returns the place of a segment whose passages are not all linked yet, and are to be.
pub(super) fn next_to_link(app: &App, manifest: &Manifest) -> Option<usize> {
    let from = u64::try_from(app.settings.graph_from).unwrap_or(u64::MAX);
    let is_open = |it: &SegmentEntry| it.passages >= from && it.linked < it.passages;
    manifest.segments.iter().position(is_open)
}

/// Links some passages of a segment, as many as one run can afford, and orders the next run.
///
/// # Errors
/// When the segment is missing or damaged, or the snapshot changed meanwhile.
pub(super) async fn link(app: &App, tenant: &TenantStore, mut snapshot: Snapshot, position: usize) -> Result<()> {
    let Some(old) = snapshot.manifest.segments.get(position).cloned() else {
        return Ok(());
    };
    let source = segment(app, &snapshot.workspace_id, &old).await?;
    let extended = extend_hnsw(&source.value, HNSW_PASSAGES_PER_STEP).map_err(Error::internal)?;
    let linked = source.len().min(source.linked().saturating_add(HNSW_PASSAGES_PER_STEP));
    let mut new = old.clone();
    new.linked = u64::try_from(linked).unwrap_or(u64::MAX);
    let mut unused = vec![];
    if let Some(bytes) = extended {
        let Written { key, size, .. } = write_segment(app, &snapshot.workspace_id, &bytes, old.passages).await?;
        (new.key, new.size) = (key, size);
        unused.push(old.key);
    }
    if let Some(entry) = snapshot.manifest.segments.get_mut(position) {
        *entry = new;
    }
    snapshot.version += 1;
    let mut changes = Changes::new(app, tenant);
    changes.push(index_snapshots::replace(&snapshot));
    changes.enqueue(Task::CompactIndex, TimeDelta::zero())?;
    if !unused.is_empty() {
        let task = Task::EraseBlobs { keys: unused };
        changes.enqueue(task, BLOB_ERASE_DELAY)?;
    }
    changes.commit().await.map(drop)
}
