//! The index of a workspace: loaded into memory, changed by replacing its snapshot.
//!
//! A snapshot is a list of immutable segments in blobs, less the documents deleted since. Memory holds the indexes of
//! the workspaces that were asked last, within a budget.
mod compact;
pub(crate) mod embed;
mod link;

use crate::app::App;
use crate::changes::Changes;
use crate::index_cache::{Loaded, Part};
use crate::memory::{Reservation, SHARED};
use crate::{Error, Kind, Result, blob, secret};
pub(crate) use compact::compact;
use edge_model::job::Task;
use edge_model::snapshot::{LayerEntry, Manifest, SegmentEntry, Snapshot};
use edge_model::time::TimeDelta;
use edge_model::{DocumentId, WorkspaceId};
use edge_store::{Constraint, TenantStore, index_snapshots};
pub use embed::Progress;
use retrieval::index::vectors::Policy;
use retrieval::{Embedder, Index, Layer, Segment};
use std::sync::Arc;
use std::time::Duration;

/// How large a workspace's index may become, in bytes: it is searched in memory, and others need some of the budget
/// meanwhile. 30,000 to 48,000 passages of 200 words.
const MAX_INDEX_BYTES: u64 = (SHARED - 8 * 1024 * 1024) as u64;
/// How long between two looks at whether another request has loaded what this one needs.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);
/// How long to wait before a change is made again that another one came before.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);
/// How long blobs are kept that a new snapshot does not name: other isolates may still be loading the one before.
const BLOB_ERASE_DELAY: TimeDelta = TimeDelta::minutes(10);
/// What is held twice while the model is loaded, in bytes.
const LOADING_MODEL: usize = 10 * 1024 * 1024;
/// The embedding table among the shipped files.
const TABLE: &str = "model/static-30k-256-int8.safetensors";
/// The tokenizer among the shipped files.
const TOKENIZER: &str = "model/tokenizer.json";
/// Returns the embedding model, loading it on first use.
///
/// # Errors
/// When the model's files are missing or damaged.
pub async fn embedder(app: &App) -> Result<Arc<Embedder>> {
    const WHAT: &str = "model";
    loop {
        if let Some(embedder) = app.indexes.with(|it| it.embedder.clone())? {
            return Ok(embedder);
        }
        if app.indexes.with(|it| it.claim(WHAT, app.now()))? {
            break;
        }
        app.clock.sleep(LOOK_INTERVAL).await;
    }
    let loaded = load_embedder(app).await;
    app.indexes.with(|cache| {
        cache.loading.retain(|it| it.0 != WHAT);
        cache.embedder = loaded.as_ref().ok().cloned();
    })?;
    loaded
}

async fn load_embedder(app: &App) -> Result<Arc<Embedder>> {
    let _copy = app.memory.reserve(LOADING_MODEL)?;
    let table = app.assets.read(TABLE).await?;
    let tokenizer = app.assets.read(TOKENIZER).await?;
    Ok(Arc::new(
        Embedder::from_shared(Arc::from(table), &tokenizer).map_err(Error::internal)?,
    ))
}

/// Returns the index of a snapshot, loading the segments that are not in memory.
///
/// Requests of one isolate wait for each other by polling: a wake-up across requests would run one request's work in
/// another's context, which the platform forbids.
///
/// # Errors
/// When a segment is missing or damaged.
pub async fn load(app: &App, snapshot: &Snapshot) -> Result<Arc<Loaded>> {
    let what = snapshot.workspace_id.as_str();
    loop {
        if let Some(index) = app.indexes.with(|it| it.get(snapshot))? {
            return Ok(index);
        }
        if app.indexes.with(|it| it.claim(what, app.now()))? {
            break;
        }
        app.clock.sleep(LOOK_INTERVAL).await;
    }
    let loaded = load_segments(app, snapshot).await;
    app.indexes.with(|it| it.loading.retain(|it| it.0 != what))?;
    let (segments, layers) = loaded?;
    let manifest = &snapshot.manifest;
    let sequences: Vec<u64> = manifest.segments.iter().map(|it| it.sequence).collect();
    let policy = Policy {
        hnsw_from: app.settings.graph_from,
        ..Policy::default()
    };
    let is_deleted = |document: &str, segment: usize| {
        !manifest.is_live(document, sequences.get(segment).copied().unwrap_or_default())
    };
    let parts = segments.iter().map(|it| it.value.clone()).collect();
    let laid = manifest.segments.iter().map(|segment| {
        let entry = segment.layer.as_ref()?;
        let layer = layers.iter().find(|it| it.key == entry.key)?;
        Some((entry.embedder.clone(), layer.value.clone()))
    });
    let index = Index::with_policy(parts, is_deleted, policy).with_layers(laid);
    let of_segments: usize = segments.iter().map(|it| it.memory.bytes()).sum();
    let of_layers: usize = layers.iter().map(|it| it.memory.bytes()).sum();
    let own = index.memory_bytes().saturating_sub(of_segments + of_layers);
    let loaded = Arc::new(Loaded {
        workspace: snapshot.workspace_id.clone(),
        version: snapshot.version,
        _own: app.memory.reserve(own)?,
        index,
        segments,
        layers,
    });
    app.indexes.with(|it| it.put(loaded.clone()))?;
    Ok(loaded)
}

type Parts = (Vec<Part<Segment>>, Vec<Part<Layer>>);

async fn load_segments(app: &App, snapshot: &Snapshot) -> Result<Parts> {
    let workspace = &snapshot.workspace_id;
    let mut segments = Vec::with_capacity(snapshot.manifest.segments.len());
    let mut layers = Vec::new();
    for entry in &snapshot.manifest.segments {
        segments.push(segment(app, workspace, entry).await?);
        // Vectors that no question can be compared with would only take room.
        let usable = entry
            .layer
            .as_ref()
            .filter(|it| app.embeddings.named(&it.embedder).is_some());
        if let Some(entry) = usable {
            layers.push(layer(app, workspace, entry).await?);
        }
    }
    Ok((segments, layers))
}

/// Returns a layer from memory, or else from its blob.
async fn layer(app: &App, workspace: &WorkspaceId, entry: &LayerEntry) -> Result<Part<Layer>> {
    let key = &entry.key;
    if let Some(layer) = app.indexes.with(|it| it.layer(workspace, key))? {
        return Ok(layer);
    }
    let (memory, bytes) = blob(app, "layer", key, entry.size).await?;
    let layer = Layer::decode(bytes).map_err(|why| Error::internal(format!("layer `{key}`: {why}")))?;
    Ok(Part {
        key: key.clone(),
        value: Arc::new(layer),
        memory,
    })
}

/// Returns a segment from memory, or else from its blob.
async fn segment(app: &App, workspace: &WorkspaceId, entry: &SegmentEntry) -> Result<Part<Segment>> {
    let key = &entry.key;
    if let Some(segment) = app.indexes.with(|it| it.segment(workspace, key))? {
        return Ok(segment);
    }
    let (memory, bytes) = blob(app, "segment", key, entry.size).await?;
    let segment = Segment::decode(bytes).map_err(|why| Error::internal(format!("segment `{key}`: {why}")))?;
    Ok(Part {
        key: key.clone(),
        value: Arc::new(segment),
        memory,
    })
}

/// Reads a blob of a known size, which is reserved before.
async fn blob(app: &App, what: &str, key: &str, size: u64) -> Result<(Arc<Reservation>, Vec<u8>)> {
    let memory = app.memory.reserve(usize::try_from(size).unwrap_or(usize::MAX))?;
    let bytes = app.blobs.get(key).await?;
    let bytes = bytes.ok_or_else(|| Error::internal(format!("{what} `{key}` is missing")))?;
    Ok((Arc::new(memory), bytes))
}

/// A segment that was written and not yet made part of an index.
pub(crate) struct Written {
    key: String,
    size: u64,
    passages: u64,
}

/// Writes a segment under a key that its content makes.
pub(crate) async fn write_segment(app: &App, workspace: &WorkspaceId, bytes: &[u8], passages: u64) -> Result<Written> {
    let hash = secret::sha256(bytes);
    let key = format!("index/{workspace}/{}", hash.get(..32).unwrap_or(&hash));
    blob::put(app, &key, bytes).await?;
    Ok(Written {
        key,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        passages,
    })
}

/// Puts a document's new segments in place of its old passages.
pub(crate) async fn replace(
    app: &App,
    changes: &mut Changes<'_>,
    document: &DocumentId,
    segments: &[Written],
) -> Result<()> {
    change(app, changes, |manifest, version| {
        manifest.deleted.insert(document.to_string(), version - 1);
        let entry = |it: &Written| SegmentEntry {
            key: it.key.clone(),
            size: it.size,
            passages: it.passages,
            linked: 0,
            sequence: version,
            layer: None,
            next_layer: None,
        };
        // The same passages may be there already, when the job that wrote them is run twice.
        manifest
            .segments
            .retain(|it| segments.iter().all(|new| new.key != it.key));
        manifest.segments.extend(segments.iter().map(entry));
        if manifest.size() > MAX_INDEX_BYTES {
            let message = format!(
                "the workspace is full: what is searched may take {} MB; delete documents first",
                MAX_INDEX_BYTES / 1024 / 1024
            );
            return Err(Error::new(Kind::Unprocessable, message));
        }
        Ok(())
    })
    .await?;
    embed::order_for_new(app, changes).await
}

/// Takes documents out of the index.
pub(crate) async fn remove(app: &App, changes: &mut Changes<'_>, documents: &[DocumentId]) -> Result<()> {
    change(app, changes, |manifest, version| {
        manifest
            .deleted
            .extend(documents.iter().map(|it| (it.to_string(), version)));
        Ok(())
    })
    .await
}

/// Replaces a workspace's snapshot by a changed one, and orders compaction where it is due.
async fn change(
    app: &App,
    changes: &mut Changes<'_>,
    change: impl FnOnce(&mut Manifest, u64) -> Result<()>,
) -> Result<()> {
    let mut snapshot = current(changes.half()).await?;
    snapshot.version += 1;
    change(&mut snapshot.manifest, snapshot.version)?;
    compact::forget(&mut snapshot.manifest);
    changes.push(index_snapshots::replace(&snapshot));
    if compact::is_due(app, &snapshot.manifest) {
        changes.enqueue(Task::CompactIndex, TimeDelta::zero())?;
    }
    Ok(())
}

async fn current(tenant: &TenantStore) -> Result<Snapshot> {
    let workspace = tenant.workspace_id();
    let found = tenant.snapshot().await?;
    Ok(found.unwrap_or_else(|| Snapshot {
        workspace_id: workspace.clone(),
        version: 0,
        manifest: Manifest::default(),
    }))
}

/// Makes a change, and makes it again from what is there then, after a moment, when another worker has changed the
/// snapshot meanwhile.
///
/// # Errors
/// Those of the change; [`Kind::Unavailable`] when others are quicker again and again.
pub(crate) async fn retry<T, F: Future<Output = Result<T>>>(app: &App, change: impl Fn() -> F) -> Result<T> {
    let mut attempt = 0;
    loop {
        match change().await {
            Err(error) if error.constraint() == Some(Constraint::SnapshotVersion) => {
                attempt += 1;
                if attempt >= 8 {
                    return Err(Error::unavailable("too many changes at once; try again", error).retry_after(1));
                }
                app.clock.sleep(CONFLICT_PAUSE).await;
            }
            end => return end,
        }
    }
}
