//! The indexes in memory: those of the workspaces that were asked last, within a budget.
use crate::memory::Reservation;
use crate::{Error, Result};
use edge_budget::Reclaim;
use edge_model::snapshot::Snapshot;
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WorkspaceId};
use retrieval::{Embedder, Index, Layer, Segment};
use std::ops::Deref;
use std::sync::{Arc, Mutex};

/// How long one request may be busy loading before another one stops waiting for it.
const LOADING_TIMEOUT: TimeDelta = TimeDelta::seconds(5);

/// The indexes in memory, and the model they share.
#[derive(Default)]
pub struct Indexes(Mutex<Cache>);

#[derive(Default)]
pub(crate) struct Cache {
    pub(crate) embedder: Option<Arc<Embedder>>,
    /// Least recently used first.
    loaded: Vec<Arc<Loaded>>,
    /// What is being loaded, by workspace or `model`, and since when.
    pub(crate) loading: Vec<(String, Timestamp)>,
}

/// A piece of an index, and the memory that was reserved for it.
pub(crate) struct Part<T> {
    pub(crate) key: String,
    pub(crate) value: Arc<T>,
    pub(crate) memory: Arc<Reservation>,
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            value: self.value.clone(),
            memory: self.memory.clone(),
        }
    }
}

impl<T> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// An index in memory. Its memory is given back when the last one who searches it is done.
pub struct Loaded {
    pub(crate) workspace: WorkspaceId,
    pub(crate) version: u64,
    pub(crate) index: Index,
    pub(crate) segments: Vec<Part<Segment>>,
    pub(crate) layers: Vec<Part<Layer>>,
    /// What the index takes besides its parts.
    pub(crate) _own: Reservation,
}

impl Loaded {
    fn bytes(&self) -> usize {
        self.index.memory_bytes()
    }
}

impl Deref for Loaded {
    type Target = Index;

    fn deref(&self) -> &Index {
        &self.index
    }
}

impl Indexes {
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Cache) -> T) -> Result<T> {
        self.0
            .lock()
            .map(|mut it| act(&mut it))
            .map_err(|_| Error::internal("the index memory is poisoned"))
    }
}

impl Cache {
    /// Returns the index of a snapshot and makes it the most recently used one.
    pub(crate) fn get(&mut self, snapshot: &Snapshot) -> Option<Arc<Loaded>> {
        let is_it = |it: &Arc<Loaded>| it.workspace == snapshot.workspace_id && it.version == snapshot.version;
        let position = self.loaded.iter().position(is_it)?;
        let loaded = self.loaded.remove(position);
        self.loaded.push(loaded.clone());
        Some(loaded)
    }

    pub(crate) fn segment(&self, workspace: &WorkspaceId, key: &str) -> Option<Part<Segment>> {
        let loaded = self.loaded.iter().find(|it| it.workspace == *workspace)?;
        loaded.segments.iter().find(|it| it.key == key).cloned()
    }

    pub(crate) fn layer(&self, workspace: &WorkspaceId, key: &str) -> Option<Part<Layer>> {
        let loaded = self.loaded.iter().find(|it| it.workspace == *workspace)?;
        loaded.layers.iter().find(|it| it.key == key).cloned()
    }

    pub(crate) fn put(&mut self, loaded: Arc<Loaded>) {
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

    /// Lets go of the indexes that were not used for longest and that are not being searched, until so many bytes are
    /// free. Of none when all of them would not be enough.
    fn release(&mut self, bytes: usize) {
        let is_idle = |it: &Arc<Loaded>| Arc::strong_count(it) == 1;
        let idle: usize = self.loaded.iter().filter(|it| is_idle(it)).map(|it| it.bytes()).sum();
        let mut missing = if idle < bytes { 0 } else { bytes };
        self.loaded.retain(|loaded| {
            let stays = missing == 0 || !is_idle(loaded);
            if !stays {
                missing = missing.saturating_sub(loaded.bytes());
            }
            stays
        });
    }

    /// Claims the loading of something, unless another request is loading it.
    pub(crate) fn claim(&mut self, what: &str, now: Timestamp) -> bool {
        self.loading.retain(|it| it.1.plus(LOADING_TIMEOUT) > now);
        let is_free = self.loading.iter().all(|it| it.0 != what);
        if is_free {
            self.loading.push((what.into(), now));
        }
        is_free
    }
}

impl Reclaim for Indexes {
    /// Lets go of indexes; they are loaded again when they are asked for.
    fn reclaim(&self, bytes: usize) {
        // Poisoned memory frees nothing, and then nothing is reserved either.
        let _ = self.with(|it| it.release(bytes));
    }
}
