//! The file: matrices as int8 rows with their factors, vectors as f32, one after the other in a fixed order.

use std::ops::Range;
use std::sync::Arc;

use crate::linear::Linear;
use crate::{DIMENSIONS, ModelError};

const MAGIC: &[u8; 8] = b"MINILM8\n";
const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;
const INNER: usize = 1_536;
const LAYERS: usize = 6;

/// A matrix, of which the bytes stay where they are.
pub(crate) struct Matrix {
    bytes: Arc<[u8]>,
    place: Range<usize>,
    columns: usize,
    factors: Vec<f32>,
}

impl Matrix {
    /// Returns a row and the factor that restores it.
    pub(crate) fn row(&self, number: usize) -> Option<(&[u8], f32)> {
        let start = self.place.start + number * self.columns;
        let row = self.bytes.get(start..start + self.columns)?;
        Some((row, *self.factors.get(number)?))
    }

    /// Returns every row and its factor.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&[u8], f32)> {
        let bytes = self.bytes.get(self.place.clone()).unwrap_or_default();
        bytes.chunks_exact(self.columns).zip(self.factors.iter().copied())
    }

    pub(crate) fn len(&self) -> usize {
        self.factors.len()
    }
}

/// What a row is scaled and moved by after it was brought to mean 0 and variance 1.
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// One of the six.
pub(crate) struct Layer {
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    pub(crate) seen: Linear,
    pub(crate) seen_norm: Norm,
    pub(crate) inner: Linear,
    pub(crate) outer: Linear,
    pub(crate) outer_norm: Norm,
}

pub(crate) struct Weights {
    pub(crate) words: Matrix,
    pub(crate) positions: Matrix,
    /// Of the first kind of text, the only one there is.
    pub(crate) kind: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

impl Weights {
    pub(crate) fn read(bytes: Arc<[u8]>) -> Result<Self, ModelError> {
        if !bytes.starts_with(MAGIC) {
            return Err(ModelError("it begins with something else"));
        }
        let mut reader = Reader { at: MAGIC.len(), bytes };
        let words = reader.matrix(VOCABULARY, DIMENSIONS)?;
        let positions = reader.matrix(POSITIONS, DIMENSIONS)?;
        let kinds = reader.matrix(2, DIMENSIONS)?;
        let (kind, factor) = kinds.row(0).ok_or(SHORT)?;
        let kind = kind.iter().map(|it| f32::from(it.cast_signed()) * factor).collect();
        let norm = reader.norm()?;
        let mut layers = Vec::with_capacity(LAYERS);
        for _ in 0..LAYERS {
            layers.push(Layer {
                query: reader.linear(DIMENSIONS, DIMENSIONS)?,
                key: reader.linear(DIMENSIONS, DIMENSIONS)?,
                value: reader.linear(DIMENSIONS, DIMENSIONS)?,
                seen: reader.linear(DIMENSIONS, DIMENSIONS)?,
                seen_norm: reader.norm()?,
                inner: reader.linear(INNER, DIMENSIONS)?,
                outer: reader.linear(DIMENSIONS, INNER)?,
                outer_norm: reader.norm()?,
            });
        }
        if reader.at != reader.bytes.len() {
            return Err(ModelError("it is too long"));
        }
        Ok(Self {
            words,
            positions,
            kind,
            norm,
            layers,
        })
    }
}

const SHORT: ModelError = ModelError("it is too short");

struct Reader {
    bytes: Arc<[u8]>,
    at: usize,
}

impl Reader {
    fn take(&mut self, length: usize) -> Result<Range<usize>, ModelError> {
        let place = self.at..self.at + length;
        if place.end > self.bytes.len() {
            return Err(SHORT);
        }
        self.at = place.end;
        Ok(place)
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<f32>, ModelError> {
        let place = self.take(count * 4)?;
        let bytes = self.bytes.get(place).ok_or(SHORT)?;
        let numbers: Vec<f32> = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|it| f32::from_le_bytes(*it))
            .collect();
        if !numbers.iter().all(|it| it.is_finite()) {
            return Err(ModelError("it holds what is no number"));
        }
        Ok(numbers)
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Result<Matrix, ModelError> {
        Ok(Matrix {
            place: self.take(rows * columns)?,
            factors: self.numbers(rows)?,
            bytes: Arc::clone(&self.bytes),
            columns,
        })
    }

    fn linear(&mut self, rows: usize, columns: usize) -> Result<Linear, ModelError> {
        Ok(Linear {
            matrix: self.matrix(rows, columns)?,
            bias: self.numbers(rows)?,
        })
    }

    fn norm(&mut self) -> Result<Norm, ModelError> {
        Ok(Norm {
            weight: self.numbers(DIMENSIONS)?,
            bias: self.numbers(DIMENSIONS)?,
        })
    }
}
