//! The figures of an evaluation.

use serde::Serialize;

/// Collects, question by question, which of the best ten were right.
#[derive(Default)]
pub(super) struct Ranks {
    /// Of every question: the place of the first right hit, and its normalized discounted gain.
    found: Vec<(Option<usize>, f64)>,
}

impl Ranks {
    pub(super) fn add(&mut self, right: &[bool], gold: usize) {
        let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
        let ideal: f64 = (0..gold.min(10)).map(discount).sum();
        let gain: f64 = right
            .iter()
            .take(10)
            .enumerate()
            .filter(|(_, right)| **right)
            .map(|(place, _)| discount(place))
            .sum();
        let first = right.iter().take(10).position(|right| *right);
        self.found.push((first, if ideal > 0.0 { gain / ideal } else { 0.0 }));
    }

    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    pub(super) fn recall(&self, within: usize) -> f64 {
        self.mean(|(first, _)| f64::from(u8::from(first.is_some_and(|place| place < within))))
    }

    pub(super) fn mrr(&self) -> f64 {
        self.mean(|(first, _)| first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0)))
    }

    pub(super) fn ndcg(&self) -> f64 {
        self.mean(|(_, gain)| *gain)
    }

    fn mean(&self, value: impl Fn(&(Option<usize>, f64)) -> f64) -> f64 {
        // Added up from 0, since the sum of nothing is -0.
        self.found.iter().map(value).fold(0.0, |sum, value| sum + value) / self.found.len().max(1) as f64
    }
}

/// Returns the probability that a true outcome has a higher confidence than a false one; `None` without both.
pub fn auroc(outcomes: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = sorted.iter().filter(|(_, is)| *is).count() as f64;
    let negatives = sorted.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    // The sum of the ranks of the true ones; equal confidences share their rank.
    let mut rank = 0.0;
    let mut sum = 0.0;
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let middle = rank + (tied.len() as f64 + 1.0) / 2.0;
        sum += middle * tied.iter().filter(|(_, is)| *is).count() as f64;
        rank += tied.len() as f64;
    }
    Some((sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// A tenth of the scale of confidences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub count: usize,
    pub mean_confidence: f64,
    pub true_share: f64,
}

/// Returns the bins that hold anything.
pub fn reliability(outcomes: &[(f64, bool)]) -> Vec<Bin> {
    let mut bins = Vec::new();
    for number in 0..10_u8 {
        let within = |confidence: f64| (confidence * 10.0).floor().clamp(0.0, 9.0) == f64::from(number);
        let held: Vec<_> = outcomes.iter().filter(|(confidence, _)| within(*confidence)).collect();
        if held.is_empty() {
            continue;
        }
        let count = held.len();
        bins.push(Bin {
            from: f64::from(number) / 10.0,
            count,
            mean_confidence: held.iter().map(|(confidence, _)| confidence).sum::<f64>() / count as f64,
            true_share: held.iter().filter(|(_, is)| *is).count() as f64 / count as f64,
        });
    }
    bins
}

/// Returns the mean distance between confidence and truth over the bins, weighted by their size.
pub fn expected_calibration_error(outcomes: &[(f64, bool)]) -> f64 {
    let weighted = |bin: &Bin| bin.count as f64 * (bin.mean_confidence - bin.true_share).abs();
    reliability(outcomes).iter().map(weighted).sum::<f64>() / outcomes.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_averaged() {
        let mut ranks = Ranks::default();
        ranks.add(&[true, false], 1);
        ranks.add(&[false, true], 1);
        ranks.add(&[false; 10], 2);
        assert!((ranks.recall(1) - 1.0 / 3.0).abs() < 1e-9);
        assert!((ranks.recall(5) - 2.0 / 3.0).abs() < 1e-9);
        assert!((ranks.mrr() - 0.5).abs() < 1e-9);
        assert!((ranks.ndcg() - (1.0 + 1.0 / 3.0_f64.log2()) / 3.0).abs() < 1e-9);
    }

    #[test]
    fn the_area_is_one_when_apart_and_half_when_equal() {
        assert_eq!(auroc(&[(0.9, true), (0.1, false)]), Some(1.0));
        assert_eq!(auroc(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(auroc(&[(0.5, true)]), None);
    }

    #[test]
    fn a_confidence_that_is_right_has_no_calibration_error() {
        assert!(expected_calibration_error(&[(0.5, true), (0.5, false)]) < 1e-9);
        assert!((expected_calibration_error(&[(0.9, false)]) - 0.9).abs() < 1e-9);
    }
}
