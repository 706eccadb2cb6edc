//! BM25: scores a term by its frequency, the length of the passage, and its rarity.

use crate::tuning::{BM25_B, BM25_K1};

/// The most that BM25 gives for a term of weight 1, whatever its frequency.
pub(crate) const BM25_MAX: f32 = BM25_K1 + 1.0;

/// The scorer of one index; it has the average length of a passage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bm25 {
    average_length: f32,
}

impl Bm25 {
    pub(crate) fn new(total_length: u64, passages: usize) -> Self {
        Self {
            average_length: (total_length as f32 / passages.max(1) as f32).max(1.0),
        }
    }

    /// Returns the length normalization of a passage of so many words.
    pub(crate) fn length_normalization(self, length: f32) -> f32 {
        BM25_K1 * (1.0 - BM25_B + BM25_B * length / self.average_length)
    }

    /// Returns a term's share of the score for a passage that has it `frequency` times.
    #[inline]
    pub(crate) fn score(frequency: f32, length_norm: f32) -> f32 {
        frequency * BM25_MAX / (frequency + length_norm)
    }
}

/// Returns the inverse document frequency of a term that `document_frequency` of `passages` hold.
pub(crate) fn inverse_document_frequency(passages: usize, document_frequency: usize) -> f32 {
    let (passages, document_frequency) = (passages as f32, document_frequency as f32);
    (1.0 + (passages - document_frequency + 0.5).max(0.0) / (document_frequency + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_frequent_and_short_score_higher() {
        assert!(inverse_document_frequency(100, 1) > inverse_document_frequency(100, 50));
        let score = |frequency, length| Bm25::score(frequency, Bm25::new(1000, 10).length_normalization(length));
        assert!(score(2.0, 100.0) > score(1.0, 100.0));
        assert!(score(1.0, 50.0) > score(1.0, 200.0));
        assert!(score(1000.0, 100.0) < BM25_MAX);
    }
}
