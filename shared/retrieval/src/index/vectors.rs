//! Finding the nearest vectors of a segment: one trait, an exact scan and a graph, and the policy that picks.

mod exact;
mod graph;
mod signs;

use std::sync::Arc;

use crate::embed::Query;
use crate::segment::Segment;

pub use exact::Exact;
pub use graph::{AFFORDABLE, Graph, extend_graph};

/// Which chunks of a segment may be found; all when it is `None`.
pub type Admits<'a> = Option<&'a dyn Fn(usize) -> bool>;

/// The vectors of one segment, ready to be searched.
pub trait VectorIndex {
    /// Returns the `limit` chunks nearest to the query, nearest first, with their cosines.
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)>;

    /// Returns how much memory it takes besides the segment.
    fn memory_bytes(&self) -> usize;
}

/// From which size on, in chunks, which index is used. The default is what was measured in workerd, in milliseconds a
/// query on one core; in brackets the share of the ten nearest that is found, in a corpus of random words:
///
/// | chunks | int8 scan | signs first | graph in parts of 5,000 | one graph |
/// |---|---|---|---|---|
/// | 1,000 | 0.02 (1) | 0.03 (1.00) | 0.15 (1.00) | the same |
/// | 10,000 | 0.18 (1) | 0.07 (0.97) | 0.81 (0.97) | 0.52 (0.89) |
/// | 50,000 | 0.88 (1) | 0.24 (0.98) | 8.7 (0.99) | 0.9 (0.59) |
/// | 100,000 | 1.77 (1) | 0.52 (0.99) | 17.6 (0.98) | not built |
///
/// Of the ten hits of a whole search, which terms decide as well, 0.98 stay at 50,000 and 0.99 at 100,000. Signs pay
/// once the scan is what a search waits for. A graph is no faster than the scan at any size that an isolate has room
/// for, and takes 350 bytes a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Of all segments together: scans compare signs first, and int8 vectors only where those promise something.
    pub signs_from: usize,
    /// Of one segment: when it carries a graph, it is searched by that.
    pub graph_from: usize,
}

impl Policy {
    /// Nothing but the scan of all int8 vectors: what the others are measured against.
    pub const EXACT: Self = Self {
        signs_from: usize::MAX,
        graph_from: usize::MAX,
    };

    /// Makes the vectors of a segment ready that is searched together with others, `chunks` in all.
    pub(super) fn prepare(&self, segment: &Arc<Segment>, chunks: usize) -> Vectors {
        let graph = (segment.len() >= self.graph_from)
            .then(|| Graph::read(segment))
            .flatten();
        let needs_signs = graph.is_none() && chunks >= self.signs_from;
        Vectors {
            exact: Exact::new(Arc::clone(segment), needs_signs),
            graph,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            signs_from: 40_000,
            graph_from: usize::MAX,
        }
    }
}

/// What a policy made of a segment.
pub(super) struct Vectors {
    exact: Exact,
    graph: Option<Graph>,
}

impl Vectors {
    /// Returns the cosine of the query with one chunk; 0 when there is no such chunk.
    pub(super) fn cosine(&self, query: &Query, chunk: usize) -> f32 {
        self.exact.cosine(query, chunk)
    }
}

impl VectorIndex for Vectors {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        match &self.graph {
            // A graph finds what is near and cannot know that all of it is hidden.
            Some(graph) if admits.is_none() => graph.nearest(query, limit, admits),
            _ => self.exact.nearest(query, limit, admits),
        }
    }

    fn memory_bytes(&self) -> usize {
        self.exact.memory_bytes() + self.graph.as_ref().map_or(0, Graph::memory_bytes)
    }
}

#[cfg(test)]
mod tests;
