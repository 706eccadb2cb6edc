//! Finding the nearest vectors of a segment: one trait, an exact scan and a graph, and the policy that picks.

mod binary_quantization;
mod flat;
mod hnsw;

use std::sync::Arc;

use crate::embed::Query;
use crate::segment::Segment;
use crate::tuning::BINARY_FROM_PASSAGES;

pub use flat::FlatIndex;
pub use hnsw::{HnswIndex, extend_hnsw};

/// Which passages of a segment may be found; all when it is `None`.
pub type Admits<'a> = Option<&'a dyn Fn(usize) -> bool>;

/// The vectors of one segment, ready to be searched.
pub trait VectorIndex {
    /// Returns the `limit` passages nearest to the query, nearest first, with their cosines.
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)>;

    /// Returns how much memory it takes besides the segment.
    fn memory_bytes(&self) -> usize;
}

/// From which size on, in passages, which index is used. The default is what was measured in workerd, in milliseconds a
/// query on one core; in brackets the share of the ten nearest that is found, in a corpus of random words:
///
/// | passages | int8 scan | binary codes first | graph in parts of 5,000 | one graph |
/// |---|---|---|---|---|
/// | 1,000 | 0.02 (1) | 0.03 (1.00) | 0.15 (1.00) | the same |
/// | 10,000 | 0.18 (1) | 0.07 (0.97) | 0.81 (0.97) | 0.52 (0.89) |
/// | 50,000 | 0.88 (1) | 0.24 (0.98) | 8.7 (0.99) | 0.9 (0.59) |
/// | 100,000 | 1.77 (1) | 0.52 (0.99) | 17.6 (0.98) | not built |
///
/// Of the ten hits of a whole search, which terms decide as well, 0.98 stay at 50,000 and 0.99 at 100,000. Binary codes
/// pay once the scan is what a search waits for. A graph is no faster than the scan at any size that an isolate has
/// room for, and takes 350 bytes a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// From how many passages on, of all segments together, scans compare binary codes before int8 vectors.
    pub binary_from: usize,
    /// From how many passages on a segment that carries a graph is searched by it.
    pub hnsw_from: usize,
}

impl Policy {
    /// Nothing but the scan of all int8 vectors: what the others are measured against.
    pub const FLAT: Self = Self {
        binary_from: usize::MAX,
        hnsw_from: usize::MAX,
    };

    /// Makes the vectors of a segment ready that is searched together with others, `passages` in all.
    pub(super) fn prepare(&self, segment: &Arc<Segment>, passages: usize) -> Vectors {
        let graph = (segment.len() >= self.hnsw_from)
            .then(|| HnswIndex::read(segment))
            .flatten();
        let needs_binary_codes = graph.is_none() && passages >= self.binary_from;
        Vectors {
            exact: FlatIndex::new(Arc::clone(segment), needs_binary_codes),
            graph,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            binary_from: BINARY_FROM_PASSAGES,
            hnsw_from: usize::MAX,
        }
    }
}

/// The indexes that a policy prepared for a segment.
pub(super) struct Vectors {
    exact: FlatIndex,
    graph: Option<HnswIndex>,
}

impl Vectors {
    /// Returns the cosine of the query with one passage; 0 when there is no such passage.
    pub(super) fn cosine(&self, query: &Query, passage: usize) -> f32 {
        self.exact.cosine(query, passage)
    }
}

impl VectorIndex for Vectors {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        match &self.graph {
            // A graph cannot skip hidden passages while it searches, and might find only those.
            Some(graph) if admits.is_none() => graph.nearest(query, limit, admits),
            _ => self.exact.nearest(query, limit, admits),
        }
    }

    fn memory_bytes(&self) -> usize {
        self.exact.memory_bytes() + self.graph.as_ref().map_or(0, HnswIndex::memory_bytes)
    }
}

#[cfg(test)]
mod tests;
