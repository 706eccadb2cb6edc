//! The product of activations with a matrix: nearly all of the model's work.

use crate::file::Matrix;

/// A sum over 1,536 products of an activation with an int8 weight fits in 32 bits.
const MAX_QUANTIZED: f32 = 8_191.0;

/// A matrix and what is added to its product.
pub(crate) struct Linear {
    pub(crate) matrix: Matrix,
    pub(crate) bias: Vec<f32>,
}

impl Linear {
    /// Returns the products of all tokens' activations, token after token.
    pub(crate) fn of(&self, activations: &Activations) -> Vec<f32> {
        let width = self.matrix.len();
        let mut products = vec![0.0; activations.factors.len() * width];
        for (number, ((row, factor), bias)) in self.matrix.rows().zip(&self.bias).enumerate() {
            let mut put = |token: usize, sum: i32| {
                let place = products.get_mut(token * width + number);
                if let (Some(place), Some(own)) = (place, activations.factors.get(token)) {
                    *place = sum as f32 * factor * own + bias;
                }
            };
            let fours = activations.components.chunks_exact(4 * activations.width);
            let rest = fours.remainder();
            let first_of_rest = fours.len() * 4;
            for (four, tokens) in fours.enumerate() {
                for (token, sum) in four_dots(tokens, row).into_iter().enumerate() {
                    put(four * 4 + token, sum);
                }
            }
            for (token, components) in rest.chunks_exact(activations.width).enumerate() {
                put(first_of_rest + token, dot(components, row));
            }
        }
        products
    }
}

/// The activations of some tokens: int16, each token with its factor.
pub(crate) struct Activations {
    components: Vec<i16>,
    factors: Vec<f32>,
    width: usize,
}

impl Activations {
    /// Takes the activations of tokens, `width` numbers each.
    pub(crate) fn new(numbers: &[f32], width: usize) -> Self {
        let mut components = Vec::with_capacity(numbers.len());
        let mut factors = Vec::with_capacity(numbers.len() / width);
        for token in numbers.chunks_exact(width) {
            let largest = token.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            let factor = (largest / MAX_QUANTIZED).max(f32::MIN_POSITIVE);
            let inverse = 1.0 / factor;
            // A conversion cuts off; half a step more in its direction makes it round.
            components.extend(token.iter().map(|x| (x * inverse + 0.5_f32.copysign(*x)) as i16));
            factors.push(factor);
        }
        Self {
            components,
            factors,
            width,
        }
    }
}

/// Returns the products of four tokens, one after the other in `tokens`, with a row: the row is widened once for all.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn four_dots(tokens: &[i16], row: &[u8]) -> [i32; 4] {
    use core::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        v128, v128_load,
    };
    let mut each = tokens.chunks_exact(row.len());
    let mut next = || each.next().unwrap_or_default().as_chunks::<16>().0;
    let (a, b, c, d) = (next(), next(), next(), next());
    let mut sums = [i32x4_splat(0); 4];
    for ((((w, a), b), c), d) in row.as_chunks::<16>().0.iter().zip(a).zip(b).zip(c).zip(d) {
        // SAFETY: 16 bytes are readable; WebAssembly loads need no alignment.
        let w = unsafe { v128_load(w.as_ptr().cast::<v128>()) };
        let (low, high) = (i16x8_extend_low_i8x16(w), i16x8_extend_high_i8x16(w));
        for (sum, token) in sums.iter_mut().zip([a, b, c, d]) {
            let at = token.as_ptr().cast::<v128>();
            // SAFETY: 32 bytes are readable.
            let (x, y) = unsafe { (v128_load(at), v128_load(at.add(1))) };
            *sum = i32x4_add(*sum, i32x4_add(i32x4_dot_i16x8(x, low), i32x4_dot_i16x8(y, high)));
        }
    }
    sums.map(|sum| {
        i32x4_extract_lane::<0>(sum)
            + i32x4_extract_lane::<1>(sum)
            + i32x4_extract_lane::<2>(sum)
            + i32x4_extract_lane::<3>(sum)
    })
}

/// Returns the products of four tokens, one after the other in `tokens`, with a row.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn four_dots(tokens: &[i16], row: &[u8]) -> [i32; 4] {
    let mut sums = [0; 4];
    for (sum, token) in sums.iter_mut().zip(tokens.chunks_exact(row.len())) {
        *sum = dot(token, row);
    }
    sums
}

#[inline]
fn dot(token: &[i16], row: &[u8]) -> i32 {
    // Written so that the compiler sees 16-bit factors and 32-bit sums, which it turns into vector instructions.
    let mut sum = 0;
    for (x, w) in token.iter().zip(row) {
        sum += i32::from(*x) * i32::from(i16::from(w.cast_signed()));
    }
    sum
}
