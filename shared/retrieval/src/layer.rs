//! A layer: a second set of vectors over the passages of a segment, by a better embedding model that is too slow to
//! embed every sentence. It may have holes, which are filled later; the segment is the same without it.

mod merge;

use std::sync::Arc;

use crate::embed::dot_of;
use crate::index::TopK;
use crate::segment::{FormatError, Segment};

pub use merge::merge;

/// The most dimensions that an embedder may have.
pub const MOST_DIMENSIONS: usize = 4096;

const MAGIC: &[u8; 8] = b"EDGELAY\n";
const VERSION: u32 = 1;
/// Magic, version, dimensions, number of rows, checksum of what follows.
const HEADER: usize = 24;
/// Rows are filled up with zeros to a multiple of this.
const ALIGNED: usize = 16;

/// Vectors of a segment's passages, read in place: int8, each with its factor. A factor of 0 is a hole.
pub struct Layer {
    bytes: Arc<[u8]>,
    dimensions: usize,
    rows: usize,
    covered: usize,
}

impl Layer {
    /// Reads and checks a layer.
    ///
    /// # Errors
    /// When the bytes are damaged or no layer.
    pub fn decode(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FormatError> {
        let bytes = bytes.into();
        let (header, body) = bytes.split_at_checked(HEADER).ok_or(FormatError::Length)?;
        if !header.starts_with(MAGIC) {
            return Err(FormatError::Magic);
        }
        let number = |at: usize| {
            let four = header.get(at..).and_then(|it| it.first_chunk());
            four.map_or(0, |it| u32::from_le_bytes(*it))
        };
        if number(8) != VERSION {
            return Err(FormatError::Version(number(8)));
        }
        let (dimensions, rows) = (number(12) as usize, number(16) as usize);
        let expected = rows.checked_mul(4 + width(dimensions));
        if !(1..=MOST_DIMENSIONS).contains(&dimensions) || expected != Some(body.len()) {
            return Err(FormatError::Length);
        }
        if crc32fast::hash(body) != number(20) {
            return Err(FormatError::Checksum("the layer"));
        }
        let mut layer = Self {
            dimensions,
            rows,
            covered: 0,
            bytes: Arc::clone(&bytes),
        };
        layer.covered = (0..rows).filter(|row| layer.scale(*row) > 0.0).count();
        Ok(layer)
    }

    /// Returns the number of passages, those without a vector included.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are no passages.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns how many passages have a vector.
    pub fn covered(&self) -> usize {
        self.covered
    }

    /// Returns the number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Returns the passages without a vector, in order.
    pub fn holes(&self) -> impl Iterator<Item = usize> {
        (0..self.rows).filter(|row| self.scale(*row) <= 0.0)
    }

    /// Returns how much memory it takes.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.len() + size_of::<Self>()
    }

    fn scale(&self, row: usize) -> f32 {
        let four = self.bytes.get(HEADER + row * 4..).and_then(|it| it.first_chunk());
        four.map_or(0.0, |it| f32::from_le_bytes(*it))
    }

    fn row(&self, row: usize) -> &[u8] {
        let width = width(self.dimensions);
        let start = HEADER + self.rows * 4 + row * width;
        self.bytes.get(start..start + width).unwrap_or_default()
    }

    /// Returns the cosine of a question with a passage; none where there is a hole.
    pub(crate) fn cosine(&self, query: &QueryEmbedding, row: usize) -> Option<f32> {
        let scale = self.scale(row);
        (row < self.rows && scale > 0.0)
            .then(|| dot_of(&query.components, self.row(row)) as f32 * scale * QueryEmbedding::SCALE)
    }

    /// Offers every passage that `admits` and has a vector, numbered from `first` on.
    pub(crate) fn nearest(
        &self,
        query: &QueryEmbedding,
        first: usize,
        admits: impl Fn(usize) -> bool,
        best: &mut TopK,
    ) {
        for row in 0..self.rows {
            if let Some(cosine) = self.cosine(query, row)
                && best.admits(cosine)
                && admits(row)
            {
                best.push(cosine, u32::try_from(first + row).unwrap_or(u32::MAX));
            }
        }
    }
}

fn width(dimensions: usize) -> usize {
    dimensions.next_multiple_of(ALIGNED)
}

/// A query embedding: a question as one embedding model encodes it.
#[derive(Debug, Clone)]
pub struct QueryEmbedding {
    /// Which embedder; layers of others are not searched with it.
    pub embedder: String,
    components: Vec<i16>,
    dimensions: usize,
}

impl QueryEmbedding {
    /// At most 2^14 a component and 127 a stored one: by Cauchy and Schwarz a sum over 4,096 dimensions fits in 32
    /// bits.
    const SCALE: f32 = 1.0 / 16384.0;

    /// Adds the vectors of earlier turns to the question's vector by their weights. None when the sum has no direction,
    /// or when the dimensions differ.
    pub fn new(embedder: &str, question: &[f32], context: &[(f32, &[f32])]) -> Option<Self> {
        let mut sum = normalized(question)?;
        for (weight, earlier) in context {
            if earlier.len() != sum.len() {
                return None;
            }
            for (to, from) in sum.iter_mut().zip(normalized(earlier)?) {
                *to += weight * from;
            }
        }
        let mut components: Vec<i16> = normalized(&sum)?
            .iter()
            .map(|it| (it / Self::SCALE).round() as i16)
            .collect();
        components.resize(width(question.len()), 0);
        Some(Self {
            embedder: embedder.to_owned(),
            components,
            dimensions: question.len(),
        })
    }

    /// Returns whether a layer has vectors of the same model.
    pub(crate) fn fits(&self, embedder: &str, layer: &Layer) -> bool {
        self.embedder == embedder && self.dimensions == layer.dimensions
    }
}

/// Returns a vector at length 1; none when it has no direction or is too long.
pub fn normalized(vector: &[f32]) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let is_right = length.is_finite() && length > 0.0 && vector.len() <= MOST_DIMENSIONS;
    is_right.then(|| vector.iter().map(|x| x / length).collect())
}

/// Writes a layer.
pub struct LayerBuilder {
    dimensions: usize,
    scales: Vec<f32>,
    vectors: Vec<u8>,
}

impl LayerBuilder {
    /// Begins with a hole for every passage.
    pub fn new(dimensions: usize, passages: usize) -> Self {
        Self {
            dimensions,
            scales: vec![0.0; passages],
            vectors: vec![0; passages * width(dimensions)],
        }
    }

    /// Begins with what a layer has.
    pub fn from_layer(layer: &Layer) -> Self {
        let vectors = layer.bytes.get(HEADER + layer.rows * 4..).unwrap_or_default();
        Self {
            dimensions: layer.dimensions,
            scales: (0..layer.rows).map(|row| layer.scale(row)).collect(),
            vectors: vectors.to_vec(),
        }
    }

    /// Returns the number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Gives a passage its vector. Returns false, and changes nothing, when the vector has another number of dimensions
    /// or no direction, or when there is no such passage.
    #[must_use]
    pub fn set(&mut self, passage: usize, vector: &[f32]) -> bool {
        let Some(vector) = normalized(vector).filter(|it| it.len() == self.dimensions) else {
            return false;
        };
        let largest = vector.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        let factor = largest / 127.0;
        let bytes: Vec<u8> = vector
            .iter()
            .map(|x| ((x / factor).round() as i8).cast_unsigned())
            .collect();
        self.copy(passage, factor, &bytes)
    }

    fn copy(&mut self, passage: usize, factor: f32, bytes: &[u8]) -> bool {
        let start = passage.saturating_mul(width(self.dimensions));
        let to = self.vectors.get_mut(start..start.saturating_add(bytes.len()));
        let (Some(scale), Some(to)) = (self.scales.get_mut(passage), to) else {
            return false;
        };
        *scale = factor;
        to.copy_from_slice(bytes);
        true
    }

    /// Returns the layer's bytes.
    ///
    /// # Errors
    /// When there are too many passages.
    pub fn finish(self) -> Result<Vec<u8>, FormatError> {
        let number = |it: usize| u32::try_from(it).map_err(|_| FormatError::TooLarge);
        let mut bytes = Vec::with_capacity(HEADER + self.scales.len() * 4 + self.vectors.len());
        bytes.extend_from_slice(MAGIC);
        for number in [VERSION, number(self.dimensions)?, number(self.scales.len())?, 0] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend(self.scales.iter().flat_map(|it| it.to_le_bytes()));
        bytes.extend_from_slice(&self.vectors);
        let checksum = crc32fast::hash(bytes.get(HEADER..).unwrap_or_default());
        if let Some(place) = bytes.get_mut(HEADER - 4..HEADER) {
            place.copy_from_slice(&checksum.to_le_bytes());
        }
        Ok(bytes)
    }
}

/// Returns the text of a passage as an embedder is to read it: under its title and its headings.
pub fn text(segment: &Segment, passage: usize) -> String {
    let record = segment.passage(passage);
    let title = segment.document_text(record.document as usize, 2).to_owned();
    let mut lines = vec![title];
    lines.extend(segment.heading_path(record.heading));
    lines.dedup();
    lines.push(segment.passage_text(passage));
    lines.retain(|it| !it.trim().is_empty());
    lines.join("\n")
}

#[cfg(test)]
mod tests;
