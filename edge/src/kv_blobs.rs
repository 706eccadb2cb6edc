//! [`Blobs`] over Workers KV.
use async_trait::async_trait;
use edge_core::ports::Blobs;
use edge_core::{Error, Result};
use std::time::Duration;
use worker::send::IntoSendFuture as _;
use worker::{KvError, KvStore};

/// How long a place may answer from its cache. Keys are written once, so what was read stays right.
const CACHE_LIFETIME: Duration = Duration::from_hours(24);

/// The shortest time the platform lets a place remember that there is nothing under a key.
const ABSENCE_LIFETIME: Duration = Duration::from_secs(60);

/// The `BLOBS` binding.
pub(crate) struct KvBlobs(KvStore);

impl KvBlobs {
    /// Wraps the binding.
    pub(crate) fn new(store: KvStore) -> Self {
        Self(store)
    }

    async fn read(&self, key: &str) -> std::result::Result<Option<Vec<u8>>, KvError> {
        let found = self.0.get(key).cache_ttl(CACHE_LIFETIME.as_secs()).bytes().await?;
        if found.is_some() {
            return Ok(found);
        }
        // KV caches misses as well, and the blob may have been written elsewhere since.
        self.0.get(key).cache_ttl(ABSENCE_LIFETIME.as_secs()).bytes().await
    }
}

fn failed(what: &str, key: &str, why: &KvError) -> Error {
    Error::unavailable("storage is not available", format!("KV {what} `{key}`: {why}"))
}

#[async_trait]
impl Blobs for KvBlobs {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.read(key).into_send().await.map_err(|why| failed("get", key, &why))
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let write = async { self.0.put_bytes(key, bytes)?.execute().await };
        write.into_send().await.map_err(|why| failed("put", key, &why))
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.0
            .delete(key)
            .into_send()
            .await
            .map_err(|why| failed("delete", key, &why))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let list = self.0.list().prefix(prefix.into()).execute();
        let found = list.into_send().await.map_err(|why| failed("list", prefix, &why))?;
        Ok(found.keys.into_iter().map(|it| it.name).collect())
    }
}
