//! Compaction: small segments are put together and deleted documents swept out, a few megabytes at a time.
use super::embed;
use super::link::{link, next_to_link};
use super::{BLOB_ERASE_DELAY, MAX_INDEX_BYTES, Written, current, layer, segment, write_segment};
use crate::app::App;
use crate::changes::Changes;
use crate::{Error, Result};
use edge_model::WorkspaceId;
use edge_model::job::Task;
use edge_model::snapshot::{LayerEntry, Manifest, SegmentEntry, Snapshot};
use edge_model::time::TimeDelta;
use edge_store::TenantStore;
use edge_store::index_snapshots;
use retrieval::{Layer, Segment};

/// Segments smaller than this, in bytes, are worth merging.
const SMALL: u64 = 1024 * 1024;
/// What is merged at once, in bytes.
const MAX_MERGED_BYTES: u64 = 4 * 1024 * 1024;
/// Memory that a merge takes, in bytes: the sources, two and a half times as much while they are put together, and the
/// result twice while it is checked.
const ROOM: usize = 6 * MAX_MERGED_BYTES as usize;
/// More small segments than this are merged.
const SMALL_SEGMENTS: usize = 6;
/// More deleted documents than this are swept out of the segments.
const DELETED_DOCUMENTS: usize = 100;

/// Tells whether compaction is worth its while.
pub(super) fn is_due(app: &App, manifest: &Manifest) -> bool {
    let small = manifest.segments.iter().filter(|it| it.size < SMALL).count();
    // In a workspace that is nearly full, what was deleted makes room at once.
    let is_needed = !manifest.deleted.is_empty() && manifest.size() > MAX_INDEX_BYTES / 4 * 3;
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
pub(crate) async fn compact(app: &App, tenant: &TenantStore) -> Result<()> {
    let mut snapshot = current(tenant).await?;
    let Some(group) = next_group(app, &snapshot).await? else {
        return match next_to_link(app, &snapshot.manifest) {
            Some(position) => link(app, tenant, snapshot, position).await,
            None => settle_deletions(app, tenant, snapshot).await,
        };
    };
    let _room = app.memory.reserve(ROOM)?;
    let merged = merge(app, &snapshot, &group).await?;
    let is_merged = |it: &SegmentEntry| group.iter().any(|merged| merged.key == it.key);
    let keys = group
        .iter()
        .flat_map(|it| it.layers().map(|it| &it.key).chain([&it.key]));
    let mut keys: Vec<String> = keys.cloned().collect();
    snapshot.manifest.segments.retain(|it| !is_merged(it));
    snapshot.manifest.segments.extend(merged);
    keys.retain(|key| !snapshot.manifest.names(key));
    forget(&mut snapshot.manifest);
    snapshot.version += 1;
    let mut changes = Changes::new(app, tenant);
    changes.push(index_snapshots::replace(&snapshot));
    changes.enqueue(Task::EraseBlobs { keys }, BLOB_ERASE_DELAY)?;
    changes.enqueue(Task::CompactIndex, TimeDelta::zero())?;
    // A layer of some of the segments leaves holes over the others.
    embed::order_for_new(app, &mut changes).await?;
    changes.commit().await.map(drop)
}

/// Forgets every deletion, once no segment holds a deleted document.
async fn settle_deletions(app: &App, tenant: &TenantStore, mut snapshot: Snapshot) -> Result<()> {
    if snapshot.manifest.deleted.is_empty() {
        return Ok(());
    }
    snapshot.manifest.deleted.clear();
    snapshot.version += 1;
    let mut changes = Changes::new(app, tenant);
    changes.push(index_snapshots::replace(&snapshot));
    changes.commit().await.map(drop)
}

/// Returns segments to put in order together: small ones, else one with deleted documents. None when all is in order.
async fn next_group(app: &App, snapshot: &Snapshot) -> Result<Option<Vec<SegmentEntry>>> {
    let manifest = &snapshot.manifest;
    let mut small = Vec::new();
    let mut size = 0;
    for entry in manifest.segments.iter().filter(|it| it.size < SMALL) {
        size += entry.size;
        if size > MAX_MERGED_BYTES {
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
        if may_be_dirty && !is_clean(manifest, entry, &*segment(app, &snapshot.workspace_id, entry).await?) {
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
        sources.push(segment(app, &snapshot.workspace_id, entry).await?);
    }
    let sources: Vec<&Segment> = sources.iter().map(|it| &**it).collect();
    let sequence_of = |source: usize| group.get(source).map_or(0, |it| it.sequence);
    let is_live = |document: &str, source: usize| snapshot.manifest.is_live(document, sequence_of(source));
    let bytes = retrieval::segment::merge(&sources, is_live).map_err(Error::internal)?;
    let count = Segment::decode(bytes.clone()).map_err(Error::internal)?.len();
    if count == 0 {
        return Ok(None);
    }
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let Written { key, size, passages } = write_segment(app, &snapshot.workspace_id, &bytes, count).await?;
    let layer = merge_layers(app, &snapshot.workspace_id, group, &sources, is_live).await?;
    Ok(Some(SegmentEntry {
        layer,
        next_layer: None,
        key,
        size,
        passages,
        linked: 0,
        sequence: group.iter().map(|it| it.sequence).max().unwrap_or_default(),
    }))
}

/// Writes one layer of what is live in those of several segments, as far as they are of the first one's embedder. The
/// rest is embedded anew, by a job of its own.
async fn merge_layers(
    app: &App,
    workspace: &WorkspaceId,
    group: &[SegmentEntry],
    segments: &[&Segment],
    is_live: impl Fn(&str, usize) -> bool,
) -> Result<Option<LayerEntry>> {
    let Some(embedder) = group
        .iter()
        .find_map(|it| it.layer.as_ref())
        .map(|it| it.embedder.clone())
    else {
        return Ok(None);
    };
    let mut layers = Vec::with_capacity(group.len());
    for entry in group {
        layers.push(match entry.layer.as_ref().filter(|it| it.embedder == embedder) {
            Some(it) => Some(layer(app, workspace, it).await?),
            None => None,
        });
    }
    let sources: Vec<_> = segments
        .iter()
        .copied()
        .zip(layers.iter().map(Option::as_deref))
        .collect();
    let Some(bytes) = retrieval::layer::merge(&sources, is_live).map_err(Error::internal)? else {
        return Ok(None);
    };
    let covered = Layer::decode(bytes.clone()).map_err(Error::internal)?.covered();
    let Written { key, size, .. } = write_segment(app, workspace, &bytes, 0).await?;
    Ok(Some(LayerEntry {
        key,
        size,
        embedder,
        covered: u64::try_from(covered).unwrap_or(u64::MAX),
    }))
}
