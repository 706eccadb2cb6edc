//! The `Blobs` port as Workers KV behaves: each place of the world has a cache, so that it may show an old state for a
//! minute, and a second write of one key within a second is refused.
use super::ports::SetClock;
use async_trait::async_trait;
use edge_core::ports::{Blobs, Clock as _};
use edge_core::{Error, Result};
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How long a place goes on showing what it saw.
const STALE_FOR: TimeDelta = TimeDelta::minutes(1);
/// How long a key takes no second write.
const WRITE_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// What all places share.
#[derive(Default)]
struct Central {
    blobs: BTreeMap<String, Vec<u8>>,
    written_at: BTreeMap<String, Timestamp>,
}

/// What a place saw of a key, and when; none is that there was nothing.
type Seen = (Timestamp, Option<Vec<u8>>);

/// One place of the world.
pub(crate) struct KvPlace {
    central: Arc<Mutex<Central>>,
    clock: Arc<SetClock>,
    cache: Mutex<BTreeMap<String, Seen>>,
}

impl KvPlace {
    /// Makes a place with nothing in it.
    pub(crate) fn new(clock: Arc<SetClock>) -> Self {
        Self {
            central: Arc::default(),
            clock,
            cache: Mutex::default(),
        }
    }

    /// Returns another place of the same namespace.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            central: self.central.clone(),
            clock: self.clock.clone(),
            cache: Mutex::default(),
        }
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.central.lock().unwrap().blobs.keys().cloned().collect()
    }

    fn note_write(&self, key: &str) -> Result<Timestamp> {
        let now = self.clock.now();
        let mut central = self.central.lock().unwrap();
        let last = central.written_at.insert(key.to_owned(), now);
        if last.is_some_and(|it| it.plus(WRITE_PAUSE) > now) {
            return Err(Error::unavailable(
                "storage is not available",
                format!("KV put `{key}`: 429 Too Many Requests"),
            ));
        }
        Ok(now)
    }
}

#[async_trait]
impl Blobs for KvPlace {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let now = self.clock.now();
        if let Some((at, seen)) = self.cache.lock().unwrap().get(key)
            && at.plus(STALE_FOR) > now
        {
            return Ok(seen.clone());
        }
        let found = self.central.lock().unwrap().blobs.get(key).cloned();
        self.cache.lock().unwrap().insert(key.to_owned(), (now, found.clone()));
        Ok(found)
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let now = self.note_write(key)?;
        self.central
            .lock()
            .unwrap()
            .blobs
            .insert(key.to_owned(), bytes.to_vec());
        // The place that writes sees what it wrote.
        self.cache
            .lock()
            .unwrap()
            .insert(key.to_owned(), (now, Some(bytes.to_vec())));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let now = self.note_write(key)?;
        self.central.lock().unwrap().blobs.remove(key);
        self.cache.lock().unwrap().insert(key.to_owned(), (now, None));
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let keys = self.keys().into_iter().filter(|it| it.starts_with(prefix));
        Ok(keys.take(3).collect())
    }
}
