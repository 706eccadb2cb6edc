//! BM25: how much a term's frequency in a passage says.

/// Saturation of the term frequency.
const K1: f32 = 1.2;
/// Weight of the passage's length.
const B: f32 = 0.75;

/// The scorer of one index: knows how long an average passage is.
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

    /// Returns how much the length of a passage, in words, weighs against the frequencies of its terms.
    pub(crate) fn damping(self, length: f32) -> f32 {
        K1 * (1.0 - B + B * length / self.average_length)
    }

    /// Returns a term's share of the score for a passage that has it `frequency` times.
    #[inline]
    pub(crate) fn score(frequency: f32, damping: f32) -> f32 {
        frequency * (K1 + 1.0) / (frequency + damping)
    }
}

/// Returns the weight of a term that `holders` of `passages` hold: rare terms say more.
pub(crate) fn inverse_document_frequency(passages: usize, holders: usize) -> f32 {
    let (passages, holders) = (passages as f32, holders as f32);
    (1.0 + (passages - holders + 0.5).max(0.0) / (holders + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_frequent_and_short_score_higher() {
        assert!(inverse_document_frequency(100, 1) > inverse_document_frequency(100, 50));
        let score = |frequency, length| Bm25::score(frequency, Bm25::new(1000, 10).damping(length));
        assert!(score(2.0, 100.0) > score(1.0, 100.0));
        assert!(score(1.0, 50.0) > score(1.0, 200.0));
        assert!(score(1000.0, 100.0) < K1 + 1.0);
    }
}
