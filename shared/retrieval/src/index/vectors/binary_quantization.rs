//! Binary quantization: estimates distances from the signs of the components, sixteen vectors at a time.

use crate::embed::{DIMENSIONS, Query};

/// Vectors in one block.
const ABREAST: usize = 16;
/// The largest entry of a table: eight of them fit in a byte together.
const MAX_WEIGHT: f32 = 31.0;
/// How many different distances there are.
pub(super) const DISTANCES: usize = 31 * HALVES + 1;

/// Half a byte has the signs of four components.
const HALVES: usize = DIMENSIONS / 4;
/// The bytes of sixteen vectors' signs: first the first of each, then the second.
type Block = [[u8; ABREAST]; DIMENSIONS / 8];
/// What each value of each half byte adds to the distance from a query.
type Tables = [[u8; 16]; HALVES];

/// Which components of vectors are below their mean over all vectors, a bit each.
pub(super) struct BinaryCodes {
    blocks: Vec<Block>,
    count: usize,
}

impl BinaryCodes {
    pub(super) fn new(vectors: &[[u8; DIMENSIONS]]) -> Self {
        let means = means(vectors);
        let block = |vectors: &[[u8; DIMENSIONS]]| {
            let mut block = [[0; ABREAST]; DIMENSIONS / 8];
            for (place, vector) in vectors.iter().enumerate() {
                for (bytes, byte) in block.iter_mut().zip(code_of(vector, &means)) {
                    if let Some(slot) = bytes.get_mut(place) {
                        *slot = byte;
                    }
                }
            }
            block
        };
        Self {
            blocks: vectors.chunks(ABREAST).map(block).collect(),
            count: vectors.len(),
        }
    }

    /// Returns a measure of each vector's distance from a query, below [`DISTANCES`]: the sum of the query's components
    /// where the vector's are below the mean, in steps that fit in a byte.
    pub(super) fn distances(&self, query: &Query) -> Vec<u16> {
        let tables = tables(query);
        let mut distances = Vec::with_capacity(self.blocks.len() * ABREAST);
        for block in &self.blocks {
            distances.extend_from_slice(&distances_of(block, &tables));
        }
        distances.truncate(self.count);
        distances
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.blocks.as_slice())
    }
}

/// The mean of all vectors, which is subtracted so that each sign splits them into halves.
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

fn code_of(vector: &[u8; DIMENSIONS], means: &[i8; DIMENSIONS]) -> [u8; DIMENSIONS / 8] {
    let mut signs = [0; DIMENSIONS / 8];
    let components = vector.as_chunks::<8>().0.iter().zip(means.as_chunks::<8>().0);
    for (byte, (components, means)) in signs.iter_mut().zip(components) {
        for (place, (component, mean)) in components.iter().zip(means).enumerate() {
            *byte |= u8::from(component.cast_signed() < *mean) << place;
        }
    }
    signs
}

fn tables(query: &Query) -> Tables {
    let sums_of = |four: &[i16; 4], value: usize| -> i32 {
        let bits = four.iter().enumerate().filter(|(bit, _)| value >> bit & 1 == 1);
        bits.map(|(_, component)| i32::from(*component)).sum()
    };
    let halves = query.components.as_chunks::<4>().0;
    // The spread of the sums of four is that of their amounts.
    let spread = |four: &[i16; 4]| four.iter().map(|it| i32::from(it.abs())).sum::<i32>();
    let widest = halves.iter().map(spread).max().unwrap_or(0).max(1);
    let mut tables = [[0; 16]; HALVES];
    for (table, four) in tables.iter_mut().zip(halves) {
        let lowest: i32 = four.iter().map(|it| i32::from(*it).min(0)).sum();
        for (value, entry) in table.iter_mut().enumerate() {
            let above = sums_of(four, value) - lowest;
            *entry = (above as f32 * MAX_WEIGHT / widest as f32).round() as u8;
        }
    }
    tables
}

/// Returns the distances of sixteen vectors.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn distances_of(block: &Block, tables: &Tables) -> [u16; ABREAST] {
    use core::arch::wasm32::{
        u8x16_add, u8x16_splat, u8x16_swizzle, u16x8_add, u16x8_extend_high_u8x16, u16x8_extend_low_u8x16, u16x8_shr,
        u16x8_splat, v128, v128_and, v128_load, v128_store,
    };
    // SAFETY: There are 16 readable bytes; WebAssembly loads need no alignment.
    let load = |bytes: &[u8; 16]| unsafe { v128_load(bytes.as_ptr().cast::<v128>()) };
    let low_half = u8x16_splat(0x0F);
    let (mut first, mut last) = (u16x8_splat(0), u16x8_splat(0));
    for (bytes, tables) in block.as_chunks::<4>().0.iter().zip(tables.as_chunks::<8>().0) {
        let mut sum = u8x16_splat(0);
        for (bytes, [low, high]) in bytes.iter().zip(tables.as_chunks::<2>().0) {
            let bytes = load(bytes);
            sum = u8x16_add(sum, u8x16_swizzle(load(low), v128_and(bytes, low_half)));
            sum = u8x16_add(sum, u8x16_swizzle(load(high), v128_and(u16x8_shr(bytes, 4), low_half)));
        }
        first = u16x8_add(first, u16x8_extend_low_u8x16(sum));
        last = u16x8_add(last, u16x8_extend_high_u8x16(sum));
    }
    let mut distances = [0; ABREAST];
    let (head, tail) = distances.split_at_mut(ABREAST / 2);
    // SAFETY: Each half has 16 writable bytes.
    unsafe {
        v128_store(head.as_mut_ptr().cast::<v128>(), first);
        v128_store(tail.as_mut_ptr().cast::<v128>(), last);
    }
    distances
}

/// Returns the distances of sixteen vectors.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn distances_of(block: &Block, tables: &Tables) -> [u16; ABREAST] {
    let mut distances = [0; ABREAST];
    for (bytes, [low, high]) in block.iter().zip(tables.as_chunks::<2>().0) {
        for (distance, byte) in distances.iter_mut().zip(bytes) {
            let entry = |table: &[u8; 16], half: u8| u16::from(table.get(usize::from(half)).copied().unwrap_or(0));
            *distance += entry(low, byte & 0x0F) + entry(high, byte >> 4);
        }
    }
    distances
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;
    use crate::embed::Vector;

    fn vector(number: u32) -> Vector {
        let mut state = number.wrapping_mul(2_654_435_761);
        let random = std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 32_768.0 - 1.0
        });
        Vector(random).normalized()
    }

    #[test]
    fn the_vectors_that_are_near_have_small_distances() {
        let vectors: Vec<_> = (0..100)
            .map(|number| vector(number).quantized().components.map(i8::cast_unsigned))
            .collect();
        let signs = BinaryCodes::new(&vectors);
        assert_eq!(signs.memory_bytes(), 112 * 32);
        for number in 0..100 {
            let distances = signs.distances(&vector(number).query());
            assert_eq!(distances.len(), 100);
            let nearest = (0..100).min_by_key(|at| distances[*at]);
            assert_eq!(nearest, Some(number as usize));
            assert!(distances.iter().all(|it| usize::from(*it) < DISTANCES));
        }
    }

    #[test]
    fn a_query_without_direction_is_as_far_from_all() {
        let signs = BinaryCodes::new(&[[1; DIMENSIONS], [255; DIMENSIONS]]);
        assert_eq!(signs.distances(&Vector::ZERO.query()), [0, 0]);
    }
}
