//! Flat index: a scan of every int8 vector, or of those whose binary codes are nearest to the query.

use std::sync::Arc;

use super::binary_quantization::{BinaryCodes, DISTANCES};
use super::{Admits, VectorIndex};
use crate::embed::{DIMENSIONS, Query, dot};
use crate::index::top_k::TopK;
use crate::segment::Segment;
use crate::tuning::{BINARY_MIN_RESCORED_FACTOR, BINARY_RESCORED_ONE_IN, BINARY_SAMPLED_FROM, BINARY_SAMPLED_ONE_IN};

/// So many distances are compared with the limit at once.
const ABREAST: usize = 16;

/// Scans the vectors of a segment.
pub struct FlatIndex {
    segment: Arc<Segment>,
    codes: Option<BinaryCodes>,
}

impl FlatIndex {
    /// Prepares a scan; `with_binary_codes` compares binary codes first, which is faster and misses little.
    pub fn new(segment: Arc<Segment>, with_binary_codes: bool) -> Self {
        let codes = with_binary_codes.then(|| BinaryCodes::new(segment.vectors()));
        Self { segment, codes }
    }

    pub(super) fn cosine(&self, query: &Query, passage: usize) -> f32 {
        let vector = self.segment.vectors().get(passage);
        let found = vector.zip(self.segment.scales().get(passage));
        found.map_or(0.0, |(vector, scale)| cosine(query, vector, *scale))
    }

    fn all(&self, query: &Query, limit: usize, admits: Admits<'_>) -> TopK {
        let mut best = TopK::new(limit);
        let vectors = self.segment.vectors().iter().zip(self.segment.scales());
        for (passage, (vector, scale)) in vectors.enumerate() {
            let cosine = cosine(query, vector, *scale);
            if best.admits(cosine) && admits.is_none_or(|admits| admits(passage)) {
                best.push(cosine, u32::try_from(passage).unwrap_or(u32::MAX));
            }
        }
        best
    }

    /// Estimates all distances, finds up to which the vectors are worth an exact comparison, and compares those.
    fn by_binary_codes(&self, codes: &BinaryCodes, query: &Query, limit: usize, admits: Admits<'_>) -> TopK {
        let distances = codes.distances(query);
        let most = farthest(&distances, limit, admits);
        let mut best = TopK::new(limit);
        let (vectors, scales) = (self.segment.vectors(), self.segment.scales());
        for (number, abreast) in distances.chunks(ABREAST).enumerate() {
            // One comparison skips most groups.
            if abreast.iter().fold(u16::MAX, |least, it| least.min(*it)) > most {
                continue;
            }
            for (place, distance) in abreast.iter().enumerate() {
                let passage = number * ABREAST + place;
                if *distance <= most
                    && let (Some(vector), Some(scale)) = (vectors.get(passage), scales.get(passage))
                {
                    let cosine = cosine(query, vector, *scale);
                    if best.admits(cosine) && admits.is_none_or(|admits| admits(passage)) {
                        best.push(cosine, u32::try_from(passage).unwrap_or(u32::MAX));
                    }
                }
            }
        }
        best
    }
}

impl VectorIndex for FlatIndex {
    fn nearest(&self, query: &Query, limit: usize, admits: Admits<'_>) -> Vec<(f32, u32)> {
        let best = match &self.codes {
            Some(codes) => self.by_binary_codes(codes, query, limit, admits),
            None => self.all(query, limit, admits),
        };
        best.into_sorted()
    }

    fn memory_bytes(&self) -> usize {
        self.codes.as_ref().map_or(0, BinaryCodes::memory_bytes)
    }
}

#[inline]
pub(super) fn cosine(query: &Query, vector: &[u8; DIMENSIONS], scale: [u8; 4]) -> f32 {
    dot(&query.components, vector) as f32 * query.scale * f32::from_le_bytes(scale)
}

/// Returns the distance within which as many vectors lie as are to be compared exactly, estimated from a sample.
fn farthest(distances: &[u16], limit: usize, admits: Admits<'_>) -> u16 {
    let step = if distances.len() < BINARY_SAMPLED_FROM {
        1
    } else {
        BINARY_SAMPLED_ONE_IN
    };
    let mut counts = [0_u32; DISTANCES];
    for (passage, distance) in distances.iter().enumerate().step_by(step) {
        if admits.is_none_or(|admits| admits(passage))
            && let Some(count) = counts.get_mut(usize::from(*distance))
        {
            *count += 1;
        }
    }
    let wanted = (distances.len() / BINARY_RESCORED_ONE_IN).max(BINARY_MIN_RESCORED_FACTOR * limit) / step;
    let mut found = 0;
    for (distance, count) in (0..).zip(counts) {
        found += count as usize;
        if found >= wanted {
            return distance;
        }
    }
    u16::MAX
}
