//! The index of a workspace: loaded into memory, changed by replacing its snapshot.
//!
//! A snapshot is a list of immutable segments in blobs, less the documents deleted since. Memory holds the indexes of
//! the workspaces that were asked last, within a budget.
mod compact;
pub(crate) mod embed;
mod link;

use crate::app::App;
use crate::{Error, Kind, Result, job, secret};
pub(crate) use compact::compact;
use edge_model::job::Task;
use edge_model::snapshot::{LayerEntry, Manifest, SegmentEntry, Snapshot};
use edge_model::{DocumentId, Timestamp, WorkspaceId};
use edge_store::{Statement, index_snapshots};
pub use embed::Progress;
use retrieval::index::vectors::Policy;
use retrieval::{Embedder, Index, Layer, Segment};
use std::sync::{Arc, Mutex};

/// What all indexes in memory may take together, in bytes.
const BUDGET: usize = 56 * 1024 * 1024;
/// How large a workspace's index may be, in bytes: it is searched in memory. About 50,000 passages.
const LARGEST: u64 = BUDGET as u64;
/// What indexes and work on documents may take together, in bytes. An isolate has 96 MiB, the model 8 of them, requests
/// the rest.
const ALL: usize = 76 * 1024 * 1024;
/// The embedding table among the shipped files.
const TABLE: &str = "model/static-30k-256-int8.safetensors";
/// The tokenizer among the shipped files.
const TOKENIZER: &str = "model/tokenizer.json";
/// How long one request may be busy loading before another one stops waiting for it, in milliseconds.
const PATIENCE: i64 = 5_000;

/// The indexes in memory, and the model they share.
#[derive(Default)]
pub struct Indexes(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    embedder: Option<Arc<Embedder>>,
    /// Least recently used first.
    loaded: Vec<Loaded>,
    /// What is being loaded, by workspace or `model`, and since when.
    loading: Vec<(String, Timestamp)>,
}

struct Loaded {
    workspace: WorkspaceId,
    version: u64,
    index: Arc<Index>,
    segments: Vec<(String, Arc<Segment>)>,
    layers: Vec<(String, Arc<Layer>)>,
}

impl Loaded {
    fn bytes(&self) -> usize {
        self.index.memory_bytes()
    }
}

impl Indexes {
    fn with<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> Result<T> {
        self.0
            .lock()
            .map(|mut it| act(&mut it))
            .map_err(|_| Error::internal("the index memory is poisoned"))
    }
}

impl Memory {
    /// Returns the index of a snapshot and makes it the most recently used one.
    fn get(&mut self, snapshot: &Snapshot) -> Option<Arc<Index>> {
        let is_it = |it: &Loaded| it.workspace == snapshot.workspace_id && it.version == snapshot.version;
        let position = self.loaded.iter().position(is_it)?;
        let loaded = self.loaded.remove(position);
        let index = loaded.index.clone();
        self.loaded.push(loaded);
        Some(index)
    }

    fn segment(&self, workspace: &WorkspaceId, key: &str) -> Option<Arc<Segment>> {
        let loaded = self.loaded.iter().find(|it| it.workspace == *workspace)?;
        loaded.segments.iter().find(|it| it.0 == key).map(|it| it.1.clone())
    }

    fn layer(&self, workspace: &WorkspaceId, key: &str) -> Option<Arc<Layer>> {
        let loaded = self.loaded.iter().find(|it| it.workspace == *workspace)?;
        loaded.layers.iter().find(|it| it.0 == key).map(|it| it.1.clone())
    }

    fn put(&mut self, loaded: Loaded) {
        // An older request may be done later than a newer one; the newer index stays.
        if self
            .loaded
            .iter()
            .any(|it| it.workspace == loaded.workspace && it.version > loaded.version)
        {
            return;
        }
        self.loaded.retain(|it| it.workspace != loaded.workspace);
        self.loaded.push(loaded);
    }

    /// Lets go of the indexes that were not used for longest, but not of `spared`, until the rest takes `budget` bytes.
    fn shrink(&mut self, budget: usize, spared: Option<&WorkspaceId>) {
        let is_spared = |it: &Loaded| spared == Some(&it.workspace);
        let others = self.loaded.iter().filter(|it| !is_spared(it));
        let mut total: usize = others.map(Loaded::bytes).sum();
        while total > budget
            && let Some(oldest) = self.loaded.iter().position(|it| !is_spared(it))
        {
            total -= self.loaded.remove(oldest).bytes();
        }
    }

    /// Claims the loading of something, unless somebody else is at it.
    fn claim(&mut self, what: &str, now: Timestamp) -> bool {
        self.loading.retain(|it| it.1.plus(PATIENCE) > now);
        let is_free = self.loading.iter().all(|it| it.0 != what);
        if is_free {
            self.loading.push((what.into(), now));
        }
        is_free
    }
}

/// Lets go of indexes until as many bytes are free for something else; they are loaded again when they are asked for.
///
/// # Errors
/// When the memory is poisoned.
pub fn make_room(app: &App, bytes: usize) -> Result<()> {
    app.indexes.with(|it| it.shrink(ALL.saturating_sub(bytes), None))
}

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
        app.clock.sleep(5).await;
    }
    let loaded = load_embedder(app).await;
    app.indexes.with(|it| {
        it.loading.retain(|it| it.0 != WHAT);
        it.embedder = loaded.as_ref().ok().cloned();
    })?;
    loaded
}

async fn load_embedder(app: &App) -> Result<Arc<Embedder>> {
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
pub async fn load(app: &App, snapshot: &Snapshot) -> Result<Arc<Index>> {
    let what = snapshot.workspace_id.as_str();
    loop {
        if let Some(index) = app.indexes.with(|it| it.get(snapshot))? {
            return Ok(index);
        }
        if app.indexes.with(|it| it.claim(what, app.now()))? {
            break;
        }
        app.clock.sleep(5).await;
    }
    let loaded = load_segments(app, snapshot).await;
    app.indexes.with(|it| it.loading.retain(|it| it.0 != what))?;
    let (segments, layers) = loaded?;
    let manifest = &snapshot.manifest;
    let sequences: Vec<u64> = manifest.segments.iter().map(|it| it.sequence).collect();
    let policy = Policy {
        graph_from: app.settings.graph_from,
        ..Policy::default()
    };
    let is_deleted = |document: &str, segment: usize| {
        !manifest.is_live(document, sequences.get(segment).copied().unwrap_or_default())
    };
    let parts = segments.iter().map(|it| it.1.clone()).collect();
    let laid = manifest.segments.iter().map(|it| {
        let entry = it.layer.as_ref()?;
        let layer = layers.iter().find(|it| it.0 == entry.key)?;
        Some((entry.embedder.clone(), layer.1.clone()))
    });
    let index = Arc::new(Index::with_policy(parts, is_deleted, policy).with_layers(laid));
    let workspace = snapshot.workspace_id.clone();
    let loaded = Loaded {
        workspace,
        version: snapshot.version,
        index: index.clone(),
        segments,
        layers,
    };
    app.indexes.with(|it| it.put(loaded))?;
    Ok(index)
}

type Parts = (Vec<(String, Arc<Segment>)>, Vec<(String, Arc<Layer>)>);

async fn load_segments(app: &App, snapshot: &Snapshot) -> Result<Parts> {
    // Before, not after: together the old ones and the new one might not fit. What is there of this one is used again.
    let size = usize::try_from(snapshot.manifest.size()).unwrap_or(usize::MAX);
    let rest = BUDGET.saturating_sub(size);
    app.indexes.with(|it| it.shrink(rest, Some(&snapshot.workspace_id)))?;
    let mut segments = Vec::with_capacity(snapshot.manifest.segments.len());
    let mut layers = Vec::new();
    for entry in &snapshot.manifest.segments {
        let key = &entry.key;
        segments.push((key.clone(), segment(app, &snapshot.workspace_id, key).await?));
        // Vectors that no question can be compared with would only take room.
        let usable = entry
            .layer
            .as_ref()
            .filter(|it| app.embeddings.named(&it.embedder).is_some());
        if let Some(LayerEntry { key, .. }) = usable {
            layers.push((key.clone(), layer(app, &snapshot.workspace_id, key).await?));
        }
    }
    Ok((segments, layers))
}

/// Returns a layer from memory, or else from its blob.
async fn layer(app: &App, workspace: &WorkspaceId, key: &str) -> Result<Arc<Layer>> {
    if let Some(layer) = app.indexes.with(|it| it.layer(workspace, key))? {
        return Ok(layer);
    }
    let bytes = app.blobs.get(key).await?;
    let bytes = bytes.ok_or_else(|| Error::internal(format!("layer `{key}` is missing")))?;
    let layer = Layer::decode(bytes).map_err(|why| Error::internal(format!("layer `{key}`: {why}")))?;
    Ok(Arc::new(layer))
}

/// Returns a segment from memory, or else from its blob.
async fn segment(app: &App, workspace: &WorkspaceId, key: &str) -> Result<Arc<Segment>> {
    if let Some(segment) = app.indexes.with(|it| it.segment(workspace, key))? {
        return Ok(segment);
    }
    let bytes = app.blobs.get(key).await?;
    let bytes = bytes.ok_or_else(|| Error::internal(format!("segment `{key}` is missing")))?;
    let segment = Segment::decode(bytes).map_err(|why| Error::internal(format!("segment `{key}`: {why}")))?;
    Ok(Arc::new(segment))
}

/// A segment that was written and not yet made part of an index.
pub(crate) struct Written {
    key: String,
    size: u64,
    chunks: u64,
}

/// Writes a segment under a key that its content makes.
pub(crate) async fn write_segment(app: &App, workspace: &WorkspaceId, bytes: &[u8], chunks: u64) -> Result<Written> {
    let hash = secret::sha256(bytes);
    let key = format!("index/{workspace}/{}", hash.get(..32).unwrap_or(&hash));
    app.blobs.put(&key, bytes).await?;
    Ok(Written {
        key,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        chunks,
    })
}

/// Returns the writes that put a document's new segments in place of its old passages.
pub(crate) async fn replace(
    app: &App,
    workspace: &WorkspaceId,
    document: &DocumentId,
    segments: &[Written],
) -> Result<Vec<Statement>> {
    let mut writes = change(app, workspace, |manifest, version| {
        manifest.deleted.insert(document.to_string(), version - 1);
        let entry = |it: &Written| SegmentEntry {
            key: it.key.clone(),
            size: it.size,
            chunks: it.chunks,
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
        if manifest.size() > LARGEST {
            let message = format!(
                "the workspace is full: what is searched may take {} MB; delete documents first",
                LARGEST / 1024 / 1024
            );
            return Err(Error::new(Kind::Unprocessable, message));
        }
        Ok(())
    })
    .await?;
    writes.extend(embed::order_for_new(app, workspace).await?);
    Ok(writes)
}

/// Returns the writes that take documents out of the index.
pub(crate) async fn remove(app: &App, workspace: &WorkspaceId, documents: &[DocumentId]) -> Result<Vec<Statement>> {
    change(app, workspace, |manifest, version| {
        manifest
            .deleted
            .extend(documents.iter().map(|it| (it.to_string(), version)));
        Ok(())
    })
    .await
}

async fn change(
    app: &App,
    workspace: &WorkspaceId,
    change: impl FnOnce(&mut Manifest, u64) -> Result<()>,
) -> Result<Vec<Statement>> {
    let mut snapshot = current(app, workspace).await?;
    snapshot.version += 1;
    change(&mut snapshot.manifest, snapshot.version)?;
    compact::forget(&mut snapshot.manifest);
    let mut writes = vec![index_snapshots::replace(&snapshot)];
    if compact::is_due(app, &snapshot.manifest) {
        writes.push(job::insert(app, workspace, Task::CompactIndex, 0)?);
    }
    Ok(writes)
}

async fn current(app: &App, workspace: &WorkspaceId) -> Result<Snapshot> {
    let found = app.store.snapshot(workspace).await?;
    Ok(found.unwrap_or_else(|| Snapshot {
        workspace_id: workspace.clone(),
        version: 0,
        manifest: Manifest::default(),
    }))
}

/// Makes a change, and makes it again from what is there then, after a moment, when somebody else has changed the snapshot
/// meanwhile.
///
/// # Errors
/// Those of the change; [`Kind::Unavailable`] when others are quicker again and again.
pub(crate) async fn retry<T, F: Future<Output = Result<T>>>(app: &App, change: impl Fn() -> F) -> Result<T> {
    let mut attempt = 0;
    loop {
        match change().await {
            Err(error) if error.kind == Kind::Conflict && error.for_log().contains("index_snapshots.version") => {
                attempt += 1;
                if attempt >= 8 {
                    return Err(Error::unavailable("too many changes at once; try again", error).retry_after(1));
                }
                app.clock.sleep(20).await;
            }
            end => return end,
        }
    }
}
