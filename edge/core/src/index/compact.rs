//! Compaction: small segments are put together and deleted documents swept out, a few megabytes at a time.
use super::link::{link, next_to_link};
use super::{LARGEST, Written, current, make_room, segment, write_segment};
use crate::app::App;
use crate::{Error, Result, job};
use edge_model::WorkspaceId;
use edge_model::job::Task;
use edge_model::snapshot::{Manifest, SegmentEntry, Snapshot};
use edge_model::time::MINUTE;
use edge_store::index_snapshots;
use retrieval::Segment;

/// Segments smaller than this, in bytes, are worth merging.
const SMALL: u64 = 1024 * 1024;
/// What is merged at once, in bytes.
const AT_ONCE: u64 = 4 * 1024 * 1024;
/// Memory that a merge takes, in bytes: the sources, two and a half times as much while they are put together, and the
/// result twice while it is checked.
const ROOM: usize = 6 * AT_ONCE as usize;
/// More small segments than this are merged.
const SMALL_SEGMENTS: usize = 6;
/// More deleted documents than this are swept out of the segments.
const DELETED_DOCUMENTS: usize = 100;

/// Tells whether compaction is worth its while.
pub(super) fn is_due(app: &App, manifest: &Manifest) -> bool {
    let small = manifest.segments.iter().filter(|it| it.size < SMALL).count();
    // In a workspace that is nearly full, what was deleted makes room at once.
    let is_needed = !manifest.deleted.is_empty() && manifest.size() > LARGEST / 4 * 3;
    small > SMALL_SEGMENTS
        || manifest.deleted.len() > DELETED_DOCUMENTS
        || is_needed
        || next_to_link(app, manifest).is_some()
}

/// Forgets the deletions that no segment is as old as.
pub(super) fn forget(manifest: &mut Manifest) {
    let Manifest { segments, deleted } = manifest;
    deleted.retain(|_, version| segments.iter().any(|it| it.sequence <= *version));
}

/// Compacts some segments, if any are worth it, and orders the next run: each is small, so that questions are answered
/// between them and memory suffices however large the index is.
///
/// # Errors
/// When a segment is missing or damaged, or the snapshot changed meanwhile.
pub(crate) async fn compact(app: &App, workspace: &WorkspaceId) -> Result<()> {
    let mut snapshot = current(app, workspace).await?;
    let Some(group) = next_group(app, &snapshot).await? else {
        return match next_to_link(app, &snapshot.manifest) {
            Some(position) => link(app, snapshot, position).await,
            None => settle_deletions(app, snapshot).await,
        };
    };
    make_room(app, ROOM)?;
    let merged = merge(app, &snapshot, &group).await?;
    let is_merged = |it: &SegmentEntry| group.iter().any(|merged| merged.key == it.key);
    let keys = group.iter().map(|it| it.key.clone());
    let keys = keys
        .filter(|key| merged.as_ref().is_none_or(|it| it.key != *key))
        .collect();
    snapshot.manifest.segments.retain(|it| !is_merged(it));
    snapshot.manifest.segments.extend(merged);
    forget(&mut snapshot.manifest);
    snapshot.version += 1;
    // Other isolates may still be loading the snapshot before this one.
    let erase = job::insert(app, workspace, Task::EraseBlobs { keys }, 10 * MINUTE)?;
    let again = job::insert(app, workspace, Task::CompactIndex, 0)?;
    let writes = vec![index_snapshots::replace(&snapshot), erase, again];
    Ok(app.store.write(writes).await.map(drop)?)
}

/// Forgets every deletion, once no segment holds a deleted document.
async fn settle_deletions(app: &App, mut snapshot: Snapshot) -> Result<()> {
    if snapshot.manifest.deleted.is_empty() {
        return Ok(());
    }
    snapshot.manifest.deleted.clear();
    snapshot.version += 1;
    Ok(app
        .store
        .write(vec![index_snapshots::replace(&snapshot)])
        .await
        .map(drop)?)
}

/// Returns segments to put in order together: small ones, else one with deleted documents. None when all is in order.
async fn next_group(app: &App, snapshot: &Snapshot) -> Result<Option<Vec<SegmentEntry>>> {
    let manifest = &snapshot.manifest;
    let mut small = Vec::new();
    let mut size = 0;
    for entry in manifest.segments.iter().filter(|it| it.size < SMALL) {
        size += entry.size;
        if size > AT_ONCE {
            break;
        }
        small.push(entry.clone());
    }
    if small.len() > 1 {
        return Ok(Some(small));
    }
    for entry in &manifest.segments {
        // Most segments are younger than every deletion: they need not be read.
        let may_be_dirty = manifest.deleted.values().any(|it| *it >= entry.sequence);
        if may_be_dirty
            && !is_clean(
                manifest,
                entry,
                &*segment(app, &snapshot.workspace_id, &entry.key).await?,
            )
        {
            return Ok(Some(vec![entry.clone()]));
        }
    }
    Ok(None)
}

fn is_clean(manifest: &Manifest, entry: &SegmentEntry, segment: &Segment) -> bool {
    segment.document_ids().all(|it| manifest.is_live(it, entry.sequence))
}

/// Writes one segment of what is live in several. None when nothing is.
async fn merge(app: &App, snapshot: &Snapshot, group: &[SegmentEntry]) -> Result<Option<SegmentEntry>> {
    let mut sources = Vec::with_capacity(group.len());
    for entry in group {
        sources.push(segment(app, &snapshot.workspace_id, &entry.key).await?);
    }
    let sources: Vec<&Segment> = sources.iter().map(|it| &**it).collect();
    let sequence_of = |source: usize| group.get(source).map_or(0, |it| it.sequence);
    let is_live = |document: &str, source: usize| snapshot.manifest.is_live(document, sequence_of(source));
    let bytes = retrieval::segment::merge(&sources, is_live).map_err(Error::internal)?;
    let chunks = Segment::decode(bytes.clone()).map_err(Error::internal)?.len();
    if chunks == 0 {
        return Ok(None);
    }
    let chunks = u64::try_from(chunks).unwrap_or(u64::MAX);
    let Written { key, size, chunks } = write_segment(app, &snapshot.workspace_id, &bytes, chunks).await?;
    Ok(Some(SegmentEntry {
        key,
        size,
        chunks,
        linked: 0,
        sequence: group.iter().map(|it| it.sequence).max().unwrap_or_default(),
    }))
}
