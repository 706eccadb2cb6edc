//! The exact scan: every int8 vector, or those whose signs agree best with the query's.

use std::sync::Arc;

use super::{Admits, VectorIndex};
use crate::embed::{DIMENSIONS, Query, dot};
use crate::index::top::Top;
use crate::segment::Segment;

/// Which components of a vector are below their mean over all vectors, a bit each.
pub type Signs = [u64; DIMENSIONS / 64];

/// One vector in so many is compared exactly after its signs were.
const RESCORED: usize = 8;
/// As many are compared exactly at least, in multiples of what is asked for.
const LEAST_RESCORED: usize = 8;

/// Scans the vectors of a segment.
pub struct Exact {
    segment: Arc<Segment>,
    /// Of every vector; empty when they are not used.
    signs: Vec<Signs>,
}

impl Exact {
    /// Makes ready to scan; `with_signs` looks at the signs first, which is faster and misses little.
    pub fn new(segment: Arc<Segment>, with_signs: bool) -> Self {
        let signs = if with_signs {
            let means = means(segment.vectors());
            segment
                .vectors()
                .iter()
                .map(|vector| signs_of(vector, &means))
                .collect()
        } else {
            Vec::new()
        };
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

    // Counts how many vectors disagree in how many signs, and so finds in how many they may at most.
    fn by_signs(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Top {
        let asked = signs_of_query(query);
        let distances: Vec<u8> = self.signs.iter().map(|signs| distance(&asked, signs)).collect();
        let mut counts = [0_usize; 256];
        for (chunk, distance) in distances.iter().enumerate() {
            if admits.is_none_or(|admits| admits(chunk)) {
                // Always there: there are as many counts as a byte has values.
                if let Some(count) = counts.get_mut(usize::from(*distance)) {
                    *count += 1;
                }
            }
        }
        let wanted = (self.signs.len() / RESCORED).max(LEAST_RESCORED * limit);
        let mut most = u8::MAX;
        let mut found = 0;
        for (distance, count) in (0..=u8::MAX).zip(counts) {
            found += count;
            if found >= wanted {
                most = distance;
                break;
            }
        }
        let mut best = Top::new(limit);
        let vectors = self.segment.vectors().iter().zip(self.segment.scales());
        for (chunk, ((vector, scale), distance)) in vectors.zip(&distances).enumerate() {
            if *distance <= most {
                let cosine = cosine(query, vector, *scale);
                if best.admits(cosine) && admits.is_none_or(|admits| admits(chunk)) {
                    best.push(cosine, u32::try_from(chunk).unwrap_or(u32::MAX));
                }
            }
        }
        best
    }
}

impl VectorIndex for Exact {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        let best = if self.signs.is_empty() {
            self.all(query, limit, admits)
        } else {
            self.by_signs(query, limit, admits)
        };
        best.into_sorted()
    }

    fn memory_bytes(&self) -> usize {
        size_of_val(self.signs.as_slice())
    }
}

#[inline]
pub(super) fn cosine(query: &Query, vector: &[u8; DIMENSIONS], scale: [u8; 4]) -> f32 {
    dot(&query.components, vector) as f32 * query.scale * f32::from_le_bytes(scale)
}

// What all vectors have in common says nothing about their order; what is left is split into halves.
fn means(vectors: &[[u8; DIMENSIONS]]) -> [i8; DIMENSIONS] {
    let mut sums = [0_i64; DIMENSIONS];
    for vector in vectors {
        for (sum, component) in sums.iter_mut().zip(vector) {
            *sum += i64::from(component.cast_signed());
        }
    }
    let count = i64::try_from(vectors.len().max(1)).unwrap_or(i64::MAX);
    sums.map(|sum| (sum as f64 / count as f64).round() as i8)
}

fn signs_of(vector: &[u8; DIMENSIONS], means: &[i8; DIMENSIONS]) -> Signs {
    let mut signs = Signs::default();
    let components = vector.as_chunks::<64>().0.iter().zip(means.as_chunks::<64>().0);
    for (word, (components, means)) in signs.iter_mut().zip(components) {
        for (place, (component, mean)) in components.iter().zip(means).enumerate() {
            *word |= u64::from(component.cast_signed() < *mean) << place;
        }
    }
    signs
}

fn signs_of_query(query: &Query) -> Signs {
    let mut signs = Signs::default();
    for (word, components) in signs.iter_mut().zip(query.components.as_chunks::<64>().0) {
        for (place, component) in components.iter().enumerate() {
            *word |= u64::from(*component < 0) << place;
        }
    }
    signs
}

// All 256 would be too many for a byte, and mean as much as 255.
#[inline]
fn distance(a: &Signs, b: &Signs) -> u8 {
    let differing: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
    differing.min(255) as u8
}
