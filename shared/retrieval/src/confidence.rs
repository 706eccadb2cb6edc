//! How sure the index is that it holds the answer: a logistic regression over named features of a search.

use crate::index::{Candidates, Question, Ranked};

/// How many of the best passages are looked at.
const BEST: usize = 3;
/// The most that BM25 gives for a term of weight 1, whatever its frequency.
const SATURATED: f32 = 2.2;

// Fitted by `model/confidence.py`; the model card has the figures.
const INTERCEPT: f32 = -6.247;
const WEIGHTS: [(&str, f32); 10] = [
    ("cosine", 4.663),
    ("sentence_cosine", 1.946),
    ("heading_cosine", 4.505),
    ("bm25", 2.480),
    ("background_coverage", 0.810),
    ("background_unknown", -0.420),
    ("sentence_match", 6.534),
    ("terms", 1.002),
    ("chunks", -0.523),
    ("negation", -1.000),
];

/// Returns the features of a search by name.
pub(crate) fn features(question: &Question, candidates: &Candidates, ranked: &[Ranked]) -> Vec<(&'static str, f32)> {
    let best = ranked.get(..BEST.min(ranked.len())).unwrap_or_default();
    let most = |value: &dyn Fn(&Ranked) -> f32| best.iter().map(value).fold(0.0, f32::max);
    let held = best.iter().fold(0, |held, ranked| held | ranked.passage.terms);
    let unknown = question
        .searched
        .iter()
        .enumerate()
        .filter(|(_, term)| term.holders == 0);
    let unknown = unknown.fold(0, |unknown, (number, _)| unknown | 1 << number);
    let bm25 = candidates.found.iter().map(|found| found.bm25).fold(0.0, f32::max);
    // What a passage would score that held every term often.
    let highest_bm25 = (question.weight_of(u32::MAX) * SATURATED).max(f32::MIN_POSITIVE);
    let negates = question.negates && !best.iter().any(|ranked| ranked.passage.sentence_negates);
    vec![
        (
            "cosine",
            candidates.found.iter().map(|found| found.cosine).fold(0.0, f32::max),
        ),
        ("sentence_cosine", most(&|ranked| ranked.passage.sentence_cosine)),
        ("heading_cosine", most(&|ranked| ranked.passage.heading_cosine)),
        ("bm25", bm25 / highest_bm25),
        ("background_coverage", question.background_share(held)),
        ("background_unknown", question.background_share(unknown)),
        ("sentence_match", most(&|ranked| ranked.passage.sentence_match)),
        ("terms", (question.searched.len() as f32).ln_1p()),
        ("chunks", (candidates.chunk_count as f32).ln_1p()),
        ("negation", f32::from(u8::from(negates))),
    ]
}

/// Returns the probability that the answer is in the index.
pub(crate) fn probability(features: &[(&'static str, f32)]) -> f32 {
    let value = |name: &str| {
        features
            .iter()
            .find(|(found, _)| *found == name)
            .map_or(0.0, |(_, value)| *value)
    };
    let sum: f32 = WEIGHTS.iter().map(|(name, weight)| weight * value(name)).sum();
    1.0 / (1.0 + (-(INTERCEPT + sum)).exp())
}

/// Returns a probability between two others, at a share of the way; the way is measured in log-odds.
pub(crate) fn between(from: f32, to: f32, share: f32) -> f32 {
    let log_odds = |probability: f32| {
        let probability = probability.clamp(1e-6, 1.0 - 1e-6);
        (probability / (1.0 - probability)).ln()
    };
    let share = share.clamp(0.0, 1.0);
    let sum = log_odds(from) * (1.0 - share) + log_odds(to) * share;
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_two_probabilities_has_a_middle_and_two_ends() {
        assert!((between(0.2, 0.8, 0.5) - 0.5).abs() < 1e-5);
        assert!((between(0.2, 0.8, 0.0) - 0.2).abs() < 1e-5 && (between(0.2, 0.8, 7.0) - 0.8).abs() < 1e-5);
        assert!(between(0.0, 1.0, 0.5).is_finite());
    }
}
