//! Layers: passages get the vectors of the workspace's embedder, some at a time, while the index goes on answering.
use super::{BLOB_ERASE_DELAY, MAX_INDEX_BYTES, Written, change, current, layer, retry, segment, write_segment};
use crate::app::App;
use crate::changes::Changes;
use crate::embedding::EmbeddingModel;
use crate::embedding::question::cut;
use crate::{Error, Kind, Result};
use edge_model::Timestamp;
use edge_model::job::{Job, Task};
use edge_model::snapshot::{LayerEntry, Manifest, SegmentEntry};
use edge_model::time::TimeDelta;
use edge_model::workspace::Embedder;
use edge_store::TenantStore;
use edge_store::jobs;
use retrieval::layer::{self as vectors, LayerBuilder};
use retrieval::{Layer, Segment};

/// How many passages one run embeds at most; as many requests as a run may send follow from it.
const MAX_PASSAGES_PER_RUN: usize = 256;
/// How long a run goes on sending.
const RUN_TIME: TimeDelta = TimeDelta::seconds(15);
/// How much of a passage is embedded, in bytes. Small models read 512 tokens.
const MAX_PASSAGE_BYTES: usize = 2_000;
/// When a run that failed is tried again; the last one from there on.
const RETRY_SCHEDULE: [TimeDelta; 5] = [
    TimeDelta::seconds(2),
    TimeDelta::seconds(10),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(10),
];
/// The pause between two runs: each is to be an invocation of its own, with its own subrequests.
const RUN_PAUSE: TimeDelta = TimeDelta::milliseconds(200);

/// Orders the first run.
pub(crate) fn order(changes: &mut Changes<'_>) -> Result<()> {
    let task = Task::EmbedIndex {
        failures: 0,
        reason: None,
    };
    changes.enqueue(task, TimeDelta::zero()).map(drop)
}

/// Orders a run, when the workspace's embedder is not the table.
pub(super) async fn order_for_new(app: &App, changes: &mut Changes<'_>) -> Result<()> {
    let embedder = changes.half().workspace().await?.map(|it| it.embedder);
    match embedder.and_then(|it| app.embeddings.get(it)) {
        Some(_) => order(changes),
        None => Ok(()),
    }
}

/// Embeds some passages and orders the next run, until all have vectors of the workspace's embedder. What is written is
/// what was there and more, so a second run of the same job goes on where the first one came to.
///
/// # Errors
/// When the database, the storage or a segment fails; an embedder that fails is tried again later.
pub(crate) async fn embed(app: &App, tenant: &TenantStore, own: &Job, failures: u32) -> Result<()> {
    let Some(embedder) = tenant.workspace().await?.map(|it| it.embedder) else {
        return Ok(());
    };
    let Some(model) = app.embeddings.get(embedder) else {
        return match embedder {
            Embedder::Static => {
                let all = |it: &mut SegmentEntry| [it.layer.take(), it.next_layer.take()];
                retry(app, || strip(app, tenant, all)).await
            }
            _ => Ok(()),
        };
    };
    let manifest = current(tenant).await?.manifest;
    let open = manifest.segments.iter().find(|it| !is_covered(it, model.name()));
    let Some(entry) = open else {
        // The workspace went back to its former embedder, so the unfinished layer of the other one is dropped.
        let begun = |it: &mut SegmentEntry| match is_covered(it, model.name()) {
            true => [it.next_layer.take(), None],
            false => [None, None],
        };
        return match manifest.segments.iter().any(|it| it.next_layer.is_some()) {
            true => retry(app, || strip(app, tenant, begun)).await,
            false => Ok(()),
        };
    };
    let run = Run {
        app,
        tenant,
        own,
        model,
        manifest: &manifest,
        entry,
    };
    let fault = match run.vectors(failures).await? {
        (Some(builder), fault) => {
            let bytes = builder.finish().map_err(Error::internal)?;
            let written = run.write(&bytes).await?;
            match retry(app, || run.publish(&written, &bytes, fault.clone())).await {
                Err(error) if error.kind == Kind::Unprocessable => Some(error.message.to_string()),
                end => return end,
            }
        }
        (None, fault) => fault,
    };
    let place = usize::try_from(failures).unwrap_or(usize::MAX);
    let delay = RETRY_SCHEDULE
        .get(place)
        .or(RETRY_SCHEDULE.last())
        .copied()
        .unwrap_or_default();
    let mut changes = run.changes();
    let task = Task::EmbedIndex {
        failures: failures.saturating_add(1),
        reason: fault,
    };
    changes.enqueue(task, delay)?;
    changes.commit().await.map(drop)
}

/// One run.
struct Run<'a> {
    app: &'a App,
    tenant: &'a TenantStore,
    own: &'a Job,
    model: &'a EmbeddingModel,
    manifest: &'a Manifest,
    /// The segment that it is about.
    entry: &'a SegmentEntry,
}

impl Run<'_> {
    /// Returns the layer with more vectors than it had; none when there is nothing new. And what went wrong.
    async fn vectors(&self, failures: u32) -> Result<(Option<LayerBuilder>, Option<String>)> {
        let (app, workspace) = (self.app, &self.own.workspace_id);
        // The segment with its texts, and the layer, again while it grows and while it is written and checked.
        let layers = self.entry.layers().map(|it| it.size).max().unwrap_or_default();
        let room = self
            .entry
            .size
            .saturating_mul(2)
            .saturating_add(layers.saturating_mul(4));
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let _room = app.memory.reserve_at_most(room)?;
        let segment = segment(app, workspace, self.entry).await?;
        let known = self.entry.layers().find(|it| it.embedder == self.model.name());
        let known = match known {
            Some(it) => Some(layer(app, workspace, it).await?).filter(|it| it.len() == segment.len()),
            None => None,
        };
        let most = (MAX_PASSAGES_PER_RUN >> failures.min(8)).max(1);
        let holes: Vec<usize> = match &known {
            Some(layer) => layer.holes().collect(),
            None => (0..segment.len()).collect(),
        };
        let is_live = |it: &usize| self.manifest.is_live(segment.document_of(*it), self.entry.sequence);
        let (mut live, dead): (Vec<usize>, Vec<usize>) = holes.into_iter().partition(is_live);
        live.truncate(most);
        let mut builder = known.map(|it| LayerBuilder::from_layer(&it));
        let (mut is_new, mut fault) = (false, None);
        let stop = app.now().plus(RUN_TIME);
        // A server that keeps failing may have been sent too much at once.
        let batch = (self.model.batch() >> failures.min(6)).max(1);
        for passages in live.chunks(batch) {
            let longest = MAX_PASSAGE_BYTES >> failures.min(2);
            let text = |it: &usize| cut(&vectors::text(&segment, *it), longest).to_owned();
            let texts: Vec<String> = passages.iter().map(text).collect();
            match self.model.passages(&*app.clock, &texts).await {
                Ok(found) => {
                    set(&mut builder, &segment, passages, &found);
                    is_new = true;
                }
                Err(why) => fault = Some(why.reason()),
            }
            if fault.is_some() || app.now() > stop {
                break;
            }
        }
        // Deleted passages are not embedded; any vector fills their slots, so that the layer counts as complete.
        if is_new || live.is_empty() {
            let builder = builder.get_or_insert_with(|| LayerBuilder::new(1, segment.len()));
            let mut any = vec![0.0; builder.dimensions()];
            any.iter_mut().take(1).for_each(|it| *it = 1.0);
            for passage in dead {
                is_new |= builder.set(passage, &any);
            }
        }
        Ok((builder.filter(|_| is_new), fault))
    }

    async fn write(&self, bytes: &[u8]) -> Result<Written> {
        write_segment(self.app, &self.own.workspace_id, bytes, self.entry.passages).await
    }

    /// Puts the layer into the index and orders the next run, unless the segment is gone: then only the latter.
    async fn publish(&self, written: &Written, bytes: &[u8], fault: Option<String>) -> Result<()> {
        let app = self.app;
        let layer = Layer::decode(bytes).map_err(Error::internal)?;
        let new = LayerEntry {
            key: written.key.clone(),
            size: written.size,
            embedder: self.model.name().to_owned(),
            covered: u64::try_from(layer.covered()).unwrap_or(u64::MAX),
        };
        let mut gone = Vec::new();
        let mut changes = self.changes();
        change(app, &mut changes, |manifest, _| {
            let found = manifest.segments.iter_mut().find(|it| it.key == self.entry.key);
            if let Some(entry) = found {
                let before: Vec<String> = entry.layers().map(|it| it.key.clone()).collect();
                put(entry, new);
                gone = before;
            } else {
                gone.push(new.key);
            }
            gone.retain(|key| !manifest.names(key));
            fits(manifest)
        })
        .await?;
        let delay = if fault.is_some() { RETRY_SCHEDULE[0] } else { RUN_PAUSE };
        let task = Task::EmbedIndex {
            failures: u32::from(fault.is_some()),
            reason: fault,
        };
        changes.enqueue(task, delay)?;
        if !gone.is_empty() {
            changes.enqueue(Task::EraseBlobs { keys: gone }, BLOB_ERASE_DELAY)?;
        }
        changes.commit().await.map(drop)
    }

    /// Begins changes that take back the runs that others have ordered meanwhile: one is enough.
    fn changes(&self) -> Changes<'_> {
        let mut changes = Changes::new(self.app, self.tenant);
        let (workspace, name) = (&self.own.workspace_id, Task::EMBED_INDEX);
        changes.push(jobs::delete_waiting(workspace, name, &self.own.id));
        changes
    }
}

fn set(builder: &mut Option<LayerBuilder>, segment: &Segment, passages: &[usize], vectors: &[Vec<f32>]) {
    let dimensions = vectors.first().map_or(0, Vec::len);
    // A model that answers with other dimensions than before has been replaced by another under the same name.
    let builder = match builder {
        Some(builder) if builder.dimensions() == dimensions => builder,
        other => other.insert(LayerBuilder::new(dimensions, segment.len())),
    };
    for (passage, vector) in passages.iter().zip(vectors) {
        // Vectors of length zero were refused before.
        let _is_set = builder.set(*passage, vector);
    }
}

/// Puts a layer in its place: over one of another embedder only when it is complete, so that the better vectors do not
/// go before there are new ones.
fn put(entry: &mut SegmentEntry, new: LayerEntry) {
    let is_other = entry.layer.as_ref().is_some_and(|it| it.embedder != new.embedder);
    if is_other && new.covered < entry.passages {
        entry.next_layer = Some(new);
    } else {
        entry.layer = Some(new);
        entry.next_layer = None;
    }
}

fn fits(manifest: &Manifest) -> Result<()> {
    if manifest.size() > MAX_INDEX_BYTES {
        return Err(Error::new(Kind::Unprocessable, "the workspace is full"));
    }
    Ok(())
}

fn is_covered(entry: &SegmentEntry, model: &str) -> bool {
    entry
        .layer
        .as_ref()
        .is_some_and(|it| it.embedder == model && it.covered >= entry.passages)
}

/// Takes layers off that are of no use any more.
async fn strip(
    app: &App,
    tenant: &TenantStore,
    take: impl Fn(&mut SegmentEntry) -> [Option<LayerEntry>; 2],
) -> Result<()> {
    let mut keys = Vec::new();
    let mut changes = Changes::new(app, tenant);
    let changed = change(app, &mut changes, |manifest, _| {
        let taken = manifest.segments.iter_mut().flat_map(take);
        keys.extend(taken.flatten().map(|it| it.key));
        Ok(())
    });
    changed.await?;
    if keys.is_empty() {
        return Ok(());
    }
    changes.enqueue(Task::EraseBlobs { keys }, BLOB_ERASE_DELAY)?;
    changes.commit().await.map(drop)
}

/// How far the passages of a workspace have the vectors of its embedder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The model that the embedder stands for; none for the table and for one that is not set up.
    pub model: Option<String>,
    pub passages: u64,
    pub embedded: u64,
    /// Why it does not go on just now, and when it is tried again, if it is.
    pub waiting: Option<(String, Option<Timestamp>)>,
}

/// Tells how far a workspace's passages are embedded.
pub(crate) async fn progress(app: &App, tenant: &TenantStore, embedder: Embedder) -> Result<Progress> {
    let model = app.embeddings.get(embedder).map(|it| it.name().to_owned());
    let manifest = current(tenant).await?.manifest;
    let passages = manifest.segments.iter().map(|it| it.passages).sum();
    let covered = |segment: &SegmentEntry| {
        let own = segment.layers().find(|it| Some(&it.embedder) == model.as_ref());
        own.map_or(0, |own| own.covered)
    };
    let embedded = match embedder {
        Embedder::Static => passages,
        _ => manifest.segments.iter().map(covered).sum(),
    };
    let job = match embedded < passages {
        true => tenant.embedding_job().await?,
        false => None,
    };
    let waiting = job.and_then(|job| match job.task {
        Task::EmbedIndex { reason, .. } => reason.map(|it| (it, Some(job.run_at))),
        _ => None,
    });
    let waiting = match embedder != Embedder::Static && model.is_none() {
        true => Some(("not set up".to_owned(), None)),
        false => waiting,
    };
    Ok(Progress {
        model,
        passages,
        embedded,
        waiting,
    })
}
