//! Randomness that comes again: unpredictable without the key, and with it the same each time.
use crate::ports::Random;
use crate::{Error, Result, secret};
use edge_model::Timestamp;
use edge_store::Made;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// HMAC-SHA256 of a counter (NIST SP 800-108, counter mode).
pub(crate) struct Seeded {
    key: Vec<u8>,
    counter: AtomicU64,
}

impl Seeded {
    pub(crate) fn new(key: Vec<u8>) -> Self {
        Self {
            key,
            counter: AtomicU64::new(0),
        }
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(32) {
            let number = self.counter.fetch_add(1, Ordering::Relaxed);
            let block = secret::hmac_sha256(&self.key, &number.to_be_bytes())?;
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
        Ok(())
    }
}

/// The ids of a request. Each kind is counted by itself, since what was written may make another kind needless.
pub struct SameIds {
    key: Vec<u8>,
    at: Timestamp,
    counts: Mutex<BTreeMap<String, u64>>,
    made: Made,
}

impl SameIds {
    pub(crate) fn new(key: Vec<u8>, at: Timestamp, made: Made) -> Self {
        Self {
            key,
            at,
            counts: Mutex::default(),
            made,
        }
    }

    pub(crate) fn next(&self, prefix: &str) -> Result<String> {
        let mut counts = self.counts.lock().map_err(Error::internal)?;
        let count = counts.entry(prefix.to_owned()).or_default();
        *count += 1;
        let key = secret::hmac_sha256(&self.key, format!("{prefix}{count}").as_bytes())?;
        let id = secret::id(&Seeded::new(key), prefix, self.at)?;
        self.made.note(&id);
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_key_gives_the_same_and_another_gives_another() {
        let draw = |key| {
            let random = Seeded::new(vec![key; 32]);
            let mut drawn = [[0; 40]; 2];
            drawn.iter_mut().for_each(|it| random.fill(it).unwrap());
            drawn
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let [first, second] = draw(1);
        assert_ne!(first, second);
    }
}
