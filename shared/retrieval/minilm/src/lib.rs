//! all-MiniLM-L6-v2 in int8: tokens to a vector of 384 numbers. Pure: no I/O, no clock, no threads.
//!
//! Weights are int8 with a factor for each row, activations int16 with a factor for each token, sums exact in 32 bits.

mod file;
mod forward;
mod linear;

use std::sync::Arc;

use thiserror::Error;

use file::Weights;
pub use forward::Pass;

/// Numbers of a vector.
pub const DIMENSIONS: usize = 384;
/// The most tokens that are read; what comes after them is left out.
pub const MOST_TOKENS: usize = 256;

/// What a text begins and ends with.
const CLS: u16 = 101;
const SEP: u16 = 102;

/// Why bytes are not the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the model: {0}")]
pub struct ModelError(&'static str);

/// The model. Takes as much memory as its file, 23 MB.
pub struct MiniLm {
    weights: Weights,
    bell: forward::Bell,
}

impl MiniLm {
    /// Reads the file that `convert.py` makes.
    ///
    /// # Errors
    /// When the bytes are not that file.
    pub fn read(bytes: impl Into<Arc<[u8]>>) -> Result<Self, ModelError> {
        Ok(Self {
            weights: Weights::read(bytes.into())?,
            bell: forward::Bell::new(),
        })
    }

    /// Returns the vector of a text, of length 1, given its WordPiece tokens without special ones.
    pub fn embed(&self, tokens: &[u16]) -> Vec<f32> {
        self.begin(tokens).vector()
    }

    /// Begins with a text, of which the vector is then made step by step: a long one takes a quarter of a second.
    pub fn begin(&self, tokens: &[u16]) -> Pass<'_> {
        let own = tokens.iter().copied().take(MOST_TOKENS - 2);
        let tokens: Vec<u16> = [CLS].into_iter().chain(own).chain([SEP]).collect();
        forward::begin(&self.weights, &self.bell, &tokens)
    }
}

#[cfg(test)]
mod tests;
