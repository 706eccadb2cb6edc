//! What all passages of an index share: their subject. It says nothing about which of them answers.

use super::Part;
use crate::embed::Vector;

/// So many passages tell what all of them share.
const SAMPLE: usize = 4096;

/// The mean of the passages' vectors.
pub(super) struct Shared(Vector);

impl Shared {
    pub(super) fn of(parts: &[Part]) -> Self {
        let chunks: usize = parts.iter().map(|part| part.segment.len()).sum();
        let (mut sum, mut count) = (Vector::ZERO, 0);
        for part in parts {
            let vectors = part.segment.vectors().iter().zip(part.segment.scales());
            for (chunk, (vector, scale)) in vectors.enumerate().step_by(1 + chunks / SAMPLE) {
                if part.live.get(part.segment.chunk(chunk).document as usize) != Some(&true) {
                    continue;
                }
                let scale = f32::from_le_bytes(*scale);
                for (to, from) in sum.0.iter_mut().zip(vector) {
                    *to += scale * f32::from(from.cast_signed());
                }
                count += 1;
            }
        }
        for to in &mut sum.0 {
            *to /= count.max(1) as f32;
        }
        Self(sum)
    }

    /// Returns the question's vector without its share of the mean, and its cosine with the passages on average.
    pub(super) fn without(&self, question: &Vector) -> (Vector, f32) {
        let Self(mean) = self;
        let usual = question.cosine(mean);
        let share = usual / mean.cosine(mean).max(f32::MIN_POSITIVE);
        let mut own = question.clone();
        for (to, from) in own.0.iter_mut().zip(mean.0) {
            *to -= share * from;
        }
        (own, usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(components: [f32; 3]) -> Vector {
        let mut vector = Vector::ZERO;
        for (to, from) in vector.0.iter_mut().zip(components) {
            *to = from;
        }
        vector
    }

    #[test]
    fn nothing_of_the_mean_is_left_in_a_question() {
        let mean = vector([0.6, 0.0, 0.3]);
        let question = vector([0.8, 0.6, 0.0]);
        let (own, usual) = Shared(mean.clone()).without(&question);
        assert!(own.cosine(&mean).abs() < 1e-6);
        assert!((own.0[1] - 0.6).abs() < 1e-6, "what is not shared stays");
        assert!((usual - 0.48).abs() < 1e-6);
    }

    #[test]
    fn an_empty_index_takes_nothing_away() {
        let question = vector([0.8, 0.6, 0.0]);
        let (own, usual) = Shared::of(&[]).without(&question);
        assert_eq!((own, usual), (question, 0.0));
    }
}
