//! How sure the index is that it holds the answer: a logistic regression over named features of a search.

use crate::index::{Candidates, Question, Ranked};
use crate::lexical::BM25_MAX;
use crate::text::AnswerType;
use crate::tuning::{CONFIDENCE_INTERCEPT, CONFIDENCE_PASSAGES, CONFIDENCE_RIVALS, CONFIDENCE_WEIGHTS};

/// Returns the features of a search by name. Traces show them, so the names stay as they are.
pub(crate) fn features(question: &Question, candidates: &Candidates, ranked: &[Ranked]) -> Vec<(&'static str, f32)> {
    let best = ranked.get(..CONFIDENCE_PASSAGES.min(ranked.len())).unwrap_or_default();
    let most = |value: &dyn Fn(&Ranked) -> f32| best.iter().map(value).fold(0.0, f32::max);
    let held = best.iter().fold(0, |held, ranked| held | ranked.passage.terms);
    let unknown = question
        .searched
        .iter()
        .enumerate()
        .filter(|(_, term)| term.document_frequency == 0);
    let unknown = unknown.fold(0, |unknown, (number, _)| unknown | 1 << number);
    let bm25 = candidates.found.iter().map(|found| found.bm25).fold(0.0, f32::max);
    // The score of a passage that held every term often.
    let highest_bm25 = (question.weight_of(u32::MAX) * BM25_MAX).max(f32::MIN_POSITIVE);
    let negates = question.negates && !best.iter().any(|ranked| ranked.passage.sentence_negates);
    let names = question.searched.iter().enumerate().filter(|(_, term)| term.is_name);
    let names = names.fold(0, |names, (number, _)| names | 1 << number);
    let matching = best.iter().map(|ranked| &ranked.passage);
    let matching = matching.max_by(|a, b| a.sentence_match.total_cmp(&b.sentence_match));
    let unsaid = matching.map_or(names, |passage| names & !passage.match_terms);
    let has_antonym = matching.is_some_and(|passage| passage.sentence_has_antonym);
    let lacks_kind =
        matching.is_some_and(|passage| !passage.sentence_may_answer) && question.answer_type != AnswerType::Anything;
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
        ("chunks", (candidates.passage_count as f32).ln_1p()),
        ("lead", (bm25 - rivals(candidates)) / highest_bm25),
        ("context", question.history_weight),
        ("names_unsaid", question.background_share(unsaid)),
        ("kind_unsaid", f32::from(u8::from(lacks_kind))),
        ("negation", f32::from(u8::from(negates))),
        ("opposite", f32::from(u8::from(has_antonym))),
    ]
}

/// The mean BM25 of the passages after the best.
fn rivals(candidates: &Candidates) -> f32 {
    let mut scores: Vec<f32> = candidates.found.iter().map(|found| found.bm25).collect();
    scores.sort_unstable_by(|a, b| b.total_cmp(a));
    let rivals = scores
        .get(1..scores.len().min(CONFIDENCE_RIVALS + 1))
        .unwrap_or_default();
    rivals.iter().sum::<f32>() / rivals.len().max(1) as f32
}

/// Returns the probability that the answer is in the index.
pub(crate) fn probability(features: &[(&'static str, f32)]) -> f32 {
    let value = |name: &str| {
        features
            .iter()
            .find(|(found, _)| *found == name)
            .map_or(0.0, |(_, value)| *value)
    };
    let sum: f32 = CONFIDENCE_WEIGHTS
        .iter()
        .map(|(name, weight)| weight * value(name))
        .sum();
    1.0 / (1.0 + (-(CONFIDENCE_INTERCEPT + sum)).exp())
}

/// Interpolates between two probabilities in log-odds; `share` is 0 at the first and 1 at the second.
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
