//! The product of a question's int16 vector with a stored int8 vector: the innermost loop of a search.

use super::DIMENSIONS;

/// Returns the sum of the products of the components; the bytes are int8.
#[inline]
pub(crate) fn dot(query: &[i16; DIMENSIONS], stored: &[u8; DIMENSIONS]) -> i32 {
    dot_of(query, stored)
}

/// The same for vectors of any length that is a multiple of 16.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn dot_of(query: &[i16], stored: &[u8]) -> i32 {
    use core::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        v128, v128_load,
    };
    let mut sum_low = i32x4_splat(0);
    let mut sum_high = i32x4_splat(0);
    for (q, s) in query.as_chunks::<16>().0.iter().zip(stored.as_chunks::<16>().0) {
        let q = q.as_ptr().cast::<v128>();
        // SAFETY: `q` points at 32 readable bytes and `s` at 16; WebAssembly loads need no alignment.
        let (q_low, q_high, s) = unsafe { (v128_load(q), v128_load(q.add(1)), v128_load(s.as_ptr().cast::<v128>())) };
        sum_low = i32x4_add(sum_low, i32x4_dot_i16x8(q_low, i16x8_extend_low_i8x16(s)));
        sum_high = i32x4_add(sum_high, i32x4_dot_i16x8(q_high, i16x8_extend_high_i8x16(s)));
    }
    let sum = i32x4_add(sum_low, sum_high);
    i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum)
}

/// The same for vectors of any length that is a multiple of 16.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn dot_of(query: &[i16], stored: &[u8]) -> i32 {
    // Written so that the compiler sees 16-bit factors and 32-bit sums, which it turns into vector instructions.
    let mut sum = 0;
    for (q, s) in query.iter().zip(stored) {
        sum += i32::from(*q) * i32::from(i16::from(s.cast_signed()));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_the_exact_sum() {
        let mut state = 12_345_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        for _ in 0..100 {
            let query: [i16; DIMENSIONS] = std::array::from_fn(|_| (random() % 2049) as i16 - 1024);
            let stored: [u8; DIMENSIONS] = std::array::from_fn(|_| random() as u8);
            let mut exact = 0_i64;
            for (q, s) in query.iter().zip(&stored) {
                exact += i64::from(*q) * i64::from(*s as i8);
            }
            assert_eq!(i64::from(dot(&query, &stored)), exact);
        }
    }
}
