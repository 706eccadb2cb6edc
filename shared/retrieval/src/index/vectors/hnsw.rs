//! HNSW: a graph of near vectors, made in parts, each of them small enough for one run of a job.
//!
//! The graph links numbers; the vectors stay where the segment has them, and every point holds on to the segment.

use std::sync::{Arc, OnceLock};

use instant_distance::{Builder, Hnsw, Search};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::flat::cosine;
use super::{Admits, VectorIndex};
use crate::embed::{DIMENSIONS, Query};
use crate::index::top_k::TopK;
use crate::segment::{FormatError, LINKS, Segment, UPPER_LINKS};
use crate::tuning::{HNSW_EF_CONSTRUCTION, HNSW_EF_SEARCH};

/// Seed of the random layers, so that the same vectors give the same graph.
const SEED: u64 = 42;

/// The graphs of a segment's parts, searched one after the other.
pub struct HnswIndex(Vec<Hnsw<Point>>);

impl HnswIndex {
    /// Reads the graphs that a segment carries; none when they do not link all of its passages.
    pub fn read(segment: &Arc<Segment>) -> Option<Self> {
        let mut parts = Vec::new();
        let mut linked = 0;
        for bytes in segment.graph_parts() {
            let part: Hnsw<Point> = postcard::from_bytes(bytes).ok()?;
            for (_, point) in part.iter() {
                if let Kind::Stored(_, home) = &point.0 {
                    home.set(Arc::clone(segment)).ok()?;
                }
                linked += 1;
            }
            parts.push(part);
        }
        (linked > 0 && linked == segment.len()).then_some(Self(parts))
    }
}

impl VectorIndex for HnswIndex {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        let query = Point(Kind::Asked(Box::new(query.clone())));
        let mut best = TopK::new(limit);
        for part in &self.0 {
            for item in part.search(&query, &mut Search::default()) {
                if let Kind::Stored(passage, _) = &item.point.0
                    && admits.is_none_or(|admits| admits(*passage as usize))
                {
                    best.push(-item.distance, *passage);
                }
            }
        }
        best.into_sorted()
    }

    fn memory_bytes(&self) -> usize {
        let points: usize = self.0.iter().map(|part| part.iter().count()).sum();
        // Few points are in the upper layers too.
        points * (size_of::<Point>() + LINKS * 4 + UPPER_LINKS * 2)
    }
}

/// Links the next passages of a segment with each other, at most `most` of them, and returns the segment with that
/// graph added to it; none when all are linked. The work grows with `most` a little faster than in proportion, and a
/// job does what it can afford: 1,000 take about 0.12 s in workerd, 5,000 about 1.3 s, and 50,000 minutes.
///
/// # Errors
/// When the segment would be too large.
pub fn extend_hnsw(segment: &Arc<Segment>, most: usize) -> Result<Option<Vec<u8>>, FormatError> {
    let passages = segment.linked()..segment.len().min(segment.linked().saturating_add(most.max(1)));
    if passages.is_empty() {
        return Ok(None);
    }
    let points = passages
        .filter_map(|passage| u32::try_from(passage).ok())
        .map(|passage| Point(Kind::Stored(passage, OnceLock::from(Arc::clone(segment)))))
        .collect();
    // The heuristic makes a graph that is no better here, thirty times slower.
    let (graph, _) = Builder::default()
        .select_heuristic(None)
        .ef_construction(HNSW_EF_CONSTRUCTION)
        .ef_search(HNSW_EF_SEARCH)
        .seed(SEED)
        .build_hnsw(points);
    let part = postcard::to_allocvec(&graph).map_err(|_| FormatError::TooLarge)?;
    segment.with_graph_part(&part).map(Some)
}

#[derive(Clone)]
struct Point(Kind);

#[derive(Clone)]
enum Kind {
    /// A passage, and the segment that has its vector.
    Stored(u32, OnceLock<Arc<Segment>>),
    Asked(Box<Query>),
}

impl Kind {
    fn vector(&self) -> Option<(&[u8; DIMENSIONS], [u8; 4])> {
        let Self::Stored(passage, segment) = self else {
            return None;
        };
        let segment = segment.get()?;
        let at = *passage as usize;
        Some((segment.vectors().get(at)?, *segment.scales().get(at)?))
    }
}

impl instant_distance::Point for Point {
    #[inline]
    fn distance(&self, other: &Self) -> f32 {
        let Some((there, scale)) = other.0.vector() else {
            return 0.0;
        };
        match &self.0 {
            Kind::Asked(query) => -cosine(query, there, scale),
            stored @ Kind::Stored(..) => stored.vector().map_or(0.0, |(here, own)| {
                let product = product(here, there) as f32;
                -product * f32::from_le_bytes(own) * f32::from_le_bytes(scale)
            }),
        }
    }
}

/// Widens one side to int16, so that the dot product of the scan can be used.
#[inline]
fn product(a: &[u8; DIMENSIONS], b: &[u8; DIMENSIONS]) -> i32 {
    crate::embed::dot(&a.map(|component| i16::from(component.cast_signed())), b)
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kind::Stored(passage, _) => passage.serialize(serializer),
            Kind::Asked(_) => Err(serde::ser::Error::custom("a query is in no graph")),
        }
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(|passage| Self(Kind::Stored(passage, OnceLock::new())))
    }
}
