//! The exact scan: every int8 vector, or those whose signs agree best with the query's.

use std::sync::Arc;

use super::signs::{DISTANCES, Signs};
use super::{Admits, VectorIndex};
use crate::embed::{DIMENSIONS, Query, dot};
use crate::index::top::Top;
use crate::segment::Segment;

/// One vector in so many is compared exactly after its signs were.
const RESCORED: usize = 24;
/// As many are compared exactly at least, in multiples of what is asked for.
const LEAST_RESCORED: usize = 8;
/// From so many vectors on, one in so many shows how many there are of each distance.
const SAMPLED_FROM: usize = 16_384;
const SAMPLED: usize = 8;
/// So many distances are looked at together.
const ABREAST: usize = 16;

/// Scans the vectors of a segment.
pub struct Exact {
    segment: Arc<Segment>,
    signs: Option<Signs>,
}

impl Exact {
    /// Makes ready to scan; `with_signs` looks at the signs first, which is faster and misses little.
    pub fn new(segment: Arc<Segment>, with_signs: bool) -> Self {
        let signs = with_signs.then(|| Signs::new(segment.vectors()));
        Self { segment, signs }
    }

    pub(super) fn cosine(&self, query: &Query, chunk: usize) -> f32 {
        let vector = self.segment.vectors().get(chunk);
        let found = vector.zip(self.segment.scales().get(chunk));
        found.map_or(0.0, |(vector, scale)| cosine(query, vector, *scale))
    }

    fn all(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Top {
        let mut best = Top::new(limit);
        let vectors = self.segment.vectors().iter().zip(self.segment.scales());
        for (chunk, (vector, scale)) in vectors.enumerate() {
            let cosine = cosine(query, vector, *scale);
            if best.admits(cosine) && admits.is_none_or(|admits| admits(chunk)) {
                best.push(cosine, u32::try_from(chunk).unwrap_or(u32::MAX));
            }
        }
        best
    }

    // Estimates all distances, finds up to which the vectors are worth an exact comparison, and compares those.
    fn by_signs(&self, signs: &Signs, query: &Query, limit: usize, admits: Admits<'_>) -> Top {
        let distances = signs.distances(query);
        let most = farthest(&distances, limit, admits);
        let mut best = Top::new(limit);
        let (vectors, scales) = (self.segment.vectors(), self.segment.scales());
        for (number, abreast) in distances.chunks(ABREAST).enumerate() {
            // Told of all at once, and true of few.
            if abreast.iter().fold(u16::MAX, |least, it| least.min(*it)) > most {
                continue;
            }
            for (place, distance) in abreast.iter().enumerate() {
                let chunk = number * ABREAST + place;
                if *distance <= most
                    && let (Some(vector), Some(scale)) = (vectors.get(chunk), scales.get(chunk))
                {
                    let cosine = cosine(query, vector, *scale);
                    if best.admits(cosine) && admits.is_none_or(|admits| admits(chunk)) {
                        best.push(cosine, u32::try_from(chunk).unwrap_or(u32::MAX));
                    }
                }
            }
        }
        best
    }
}

impl VectorIndex for Exact {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        let best = match &self.signs {
            Some(signs) => self.by_signs(signs, query, limit, admits),
            None => self.all(query, limit, admits),
        };
        best.into_sorted()
    }

    fn memory_bytes(&self) -> usize {
        self.signs.as_ref().map_or(0, Signs::memory_bytes)
    }
}

#[inline]
pub(super) fn cosine(query: &Query, vector: &[u8; DIMENSIONS], scale: [u8; 4]) -> f32 {
    dot(&query.components, vector) as f32 * query.scale * f32::from_le_bytes(scale)
}

// The distance that as many vectors are within as are to be compared exactly, counted in a sample of many.
fn farthest(distances: &[u16], limit: usize, admits: Admits<'_>) -> u16 {
    let step = if distances.len() < SAMPLED_FROM { 1 } else { SAMPLED };
    let mut counts = [0_u32; DISTANCES];
    for (chunk, distance) in distances.iter().enumerate().step_by(step) {
        if admits.is_none_or(|admits| admits(chunk))
            && let Some(count) = counts.get_mut(usize::from(*distance))
        {
            *count += 1;
        }
    }
    let wanted = (distances.len() / RESCORED).max(LEAST_RESCORED * limit) / step;
    let mut found = 0;
    for (distance, count) in (0..).zip(counts) {
        found += count as usize;
        if found >= wanted {
            return distance;
        }
    }
    u16::MAX
}
