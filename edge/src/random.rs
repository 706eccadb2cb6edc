//! [`Random`] over the runtime's `crypto.getRandomValues`.
use edge_core::ports::Random;
use edge_core::{Error, Result};

/// The runtime's randomness.
pub(crate) struct WorkerRandom;

impl Random for WorkerRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(Error::internal)
    }
}
