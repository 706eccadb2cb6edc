//! The mean vector of an index, which is its subject and tells nothing about which passage answers. It is removed from
//! questions.

use super::Part;
use crate::embed::Vector;
use crate::tuning::CORPUS_MEAN_SAMPLE;

/// The mean of the passages' vectors.
pub(super) struct CorpusMean(Vector);

impl CorpusMean {
    pub(super) fn of(parts: &[Part]) -> Self {
        let passages: usize = parts.iter().map(|part| part.segment.len()).sum();
        let (mut sum, mut count) = (Vector::ZERO, 0);
        for part in parts {
            let vectors = part.segment.vectors().iter().zip(part.segment.scales());
            for (passage, (vector, scale)) in vectors.enumerate().step_by(1 + passages / CORPUS_MEAN_SAMPLE) {
                if part.live.get(part.segment.passage(passage).document as usize) != Some(&true) {
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

    /// Returns the question's vector without its component along the mean, and its mean cosine with the passages.
    pub(super) fn center(&self, question: &Vector) -> (Vector, f32) {
        let Self(mean) = self;
        let mean_cosine = question.cosine(mean);
        let share = mean_cosine / mean.cosine(mean).max(f32::MIN_POSITIVE);
        let mut centered = question.clone();
        for (to, from) in centered.0.iter_mut().zip(mean.0) {
            *to -= share * from;
        }
        (centered, mean_cosine)
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
        let (centered, mean_cosine) = CorpusMean(mean.clone()).center(&question);
        assert!(centered.cosine(&mean).abs() < 1e-6);
        assert!((centered.0[1] - 0.6).abs() < 1e-6, "what is not shared stays");
        assert!((mean_cosine - 0.48).abs() < 1e-6);
    }

    #[test]
    fn an_empty_index_takes_nothing_away() {
        let question = vector([0.8, 0.6, 0.0]);
        let (centered, mean_cosine) = CorpusMean::of(&[]).center(&question);
        assert_eq!((centered, mean_cosine), (question, 0.0));
    }
}
