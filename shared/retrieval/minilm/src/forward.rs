//! The forward pass: embeddings, six layers of attention and of two linear maps, the mean of all tokens.

use crate::DIMENSIONS;
use crate::file::{Layer, Norm, Weights};
use crate::linear::Activations;

const HEAD: usize = 32;
const EPSILON: f32 = 1e-12;

/// A text on its way through the layers, which may be gone through one at a time.
pub struct Pass<'a> {
    bell: &'a Bell,
    layers: std::slice::Iter<'a, Layer>,
    state: Vec<f32>,
}

impl Pass<'_> {
    /// Goes through one layer; answers whether there was one left. Each takes about as long as the others.
    pub fn step(&mut self) -> bool {
        let Some(layer) = self.layers.next() else {
            return false;
        };
        self.state = through(layer, self.bell, &self.state);
        true
    }

    /// Goes through the layers that are left, and returns the vector of the text, of length 1.
    pub fn vector(mut self) -> Vec<f32> {
        while self.step() {}
        let mut mean = vec![0.0; DIMENSIONS];
        for token in self.state.chunks_exact(DIMENSIONS) {
            add(&mut mean, token, 1.0);
        }
        let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        mean.iter_mut().for_each(|x| *x /= length);
        mean
    }
}

pub(crate) fn begin<'a>(weights: &'a Weights, bell: &'a Bell, tokens: &[u16]) -> Pass<'a> {
    let mut state = Vec::with_capacity(tokens.len() * DIMENSIONS);
    for (position, token) in tokens.iter().enumerate() {
        let word = weights.words.row(usize::from(*token));
        let (Some((word, factor)), Some((place, own))) = (word, weights.positions.row(position)) else {
            continue;
        };
        let both = word.iter().zip(place).zip(&weights.kind);
        state.extend(both.map(|((word, place), kind)| {
            f32::from(word.cast_signed()) * factor + f32::from(place.cast_signed()) * own + kind
        }));
    }
    normalise(&mut state, &weights.norm);
    Pass {
        bell,
        layers: weights.layers.iter(),
        state,
    }
}

fn through(layer: &Layer, bell: &Bell, state: &[f32]) -> Vec<f32> {
    let activations = Activations::new(state, DIMENSIONS);
    let seen = attention(
        &layer.query.of(&activations),
        &layer.key.of(&activations),
        &layer.value.of(&activations),
    );
    let mut state = plus(layer.seen.of(&Activations::new(&seen, DIMENSIONS)), state);
    normalise(&mut state, &layer.seen_norm);
    let mut inner = layer.inner.of(&Activations::new(&state, DIMENSIONS));
    inner.iter_mut().for_each(|x| *x = bell.gelu(*x));
    let mut next = plus(
        layer.outer.of(&Activations::new(&inner, layer.inner.bias.len())),
        &state,
    );
    normalise(&mut next, &layer.outer_norm);
    next
}

fn attention(query: &[f32], key: &[f32], value: &[f32]) -> Vec<f32> {
    let mut seen = vec![0.0; query.len()];
    let scale = 1.0 / (HEAD as f32).sqrt();
    let mut scores = Vec::new();
    let rows = |all| <[f32]>::chunks_exact(all, DIMENSIONS);
    for (asking, seen) in rows(query).zip(seen.chunks_exact_mut(DIMENSIONS)) {
        for (head, seen) in seen.chunks_exact_mut(HEAD).enumerate() {
            let part = head * HEAD..(head + 1) * HEAD;
            let of = |row: &[f32]| -> [f32; HEAD] {
                let part = row.get(part.clone()).and_then(|it| it.try_into().ok());
                part.unwrap_or([0.0; HEAD])
            };
            let asking = of(asking);
            scores.clear();
            scores.extend(rows(key).map(|it| product(&asking, &of(it)) * scale));
            let most = scores.iter().fold(f32::NEG_INFINITY, |most, it| most.max(*it));
            scores.iter_mut().for_each(|it| *it = (*it - most).exp());
            let total: f32 = scores.iter().sum();
            for (score, value) in scores.iter().zip(rows(value)) {
                add(seen, &of(value), score / total);
            }
        }
    }
    seen
}

// Four separate sums, which the compiler turns into one vector.
fn product(a: &[f32; HEAD], b: &[f32; HEAD]) -> f32 {
    let mut sums = [0.0; 4];
    for (a, b) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

fn add(to: &mut [f32], from: &[f32], weight: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += weight * from;
    }
}

fn plus(mut numbers: Vec<f32>, others: &[f32]) -> Vec<f32> {
    add(&mut numbers, others, 1.0);
    numbers
}

fn normalise(numbers: &mut [f32], norm: &Norm) {
    for token in numbers.chunks_exact_mut(DIMENSIONS) {
        let mean = token.iter().sum::<f32>() / DIMENSIONS as f32;
        let variance = token.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / DIMENSIONS as f32;
        let scale = 1.0 / (variance + EPSILON).sqrt();
        for ((x, weight), bias) in token.iter_mut().zip(&norm.weight).zip(&norm.bias) {
            *x = (*x - mean) * scale * weight + bias;
        }
    }
}

/// The share of a normal distribution below a number, looked up: it is wanted 1,536 times a token and layer.
pub(crate) struct Bell(Vec<f32>);

impl Bell {
    /// Beyond it the share is 0 or 1.
    const END: f32 = 6.0;
    /// Steps for each 1.
    const STEPS: f32 = 256.0;

    pub(crate) fn new() -> Self {
        let count = (2.0 * Self::END * Self::STEPS) as usize + 2;
        let at = |step: usize| f64::from(step as f32 / Self::STEPS - Self::END);
        Self((0..count).map(|step| share_below(at(step)) as f32).collect())
    }

    /// Returns a number times the share below it.
    pub(crate) fn gelu(&self, x: f32) -> f32 {
        let place = (x + Self::END) * Self::STEPS;
        if place < 0.0 {
            return 0.0;
        }
        let step = place as usize;
        match self.0.get(step..step + 2) {
            Some([low, high]) => x * (low + (place - step as f32) * (high - low)),
            _ => x,
        }
    }
}

// By formula 7.1.26 of Abramowitz and Stegun, which errs by less than 2e-7.
fn share_below(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let sum = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ]
    .iter()
    .fold(0.0, |sum, factor| (sum + factor) * t);
    let error = 1.0 - sum * (-z * z).exp();
    if x < 0.0 { 0.5 - 0.5 * error } else { 0.5 + 0.5 * error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_the_normal_distribution() {
        let bell = Bell::new();
        for (x, expected) in [
            (-9.0, 0.0),
            (-1.0, -0.158_655),
            (0.0, 0.0),
            (0.5, 0.345_731),
            (2.0, 1.954_5),
            (9.0, 9.0),
        ] {
            assert!((bell.gelu(x) - expected).abs() < 1e-4, "{x}: {}", bell.gelu(x));
        }
    }
}
