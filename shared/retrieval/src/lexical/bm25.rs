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

    /// Returns the term's share of the score for a passage with the term `frequency` times among `length` words.
    pub(crate) fn score(self, frequency: f32, length: f32) -> f32 {
        frequency * (K1 + 1.0) / (frequency + K1 * (1.0 - B + B * length / self.average_length))
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
        let scorer = Bm25::new(1000, 10);
        assert!(scorer.score(2.0, 100.0) > scorer.score(1.0, 100.0));
        assert!(scorer.score(1.0, 50.0) > scorer.score(1.0, 200.0));
        assert!(scorer.score(1000.0, 100.0) < K1 + 1.0);
    }
}
