//! Scores pieces: how likely each is to be the answer, by its words, its meaning, and what the question asks for.

use std::collections::HashSet;

use super::pieces::{Kind, Piece};
use crate::embed::{Embedder, Vector};
use crate::index::Hit;
use crate::lexical::{Stemmer, terms};
use crate::text::{self, AnswerType};
use crate::tuning::{
    HEADING_SAYS_IT_FROM, SENTENCE_ANSWER_TYPE_WEIGHT, SENTENCE_COSINE_WEIGHT, SENTENCE_COVERAGE_WEIGHT,
    SENTENCE_FULL_LENGTH_STEMS, SENTENCE_HEADING_WEIGHT, SENTENCE_HIT_WEIGHT, SENTENCE_LEAD_SHARES,
    SENTENCE_LEAD_WEIGHT, SENTENCE_LENGTH_WEIGHT, SENTENCE_QUESTION_PENALTY,
};

/// A piece's score, with its stems and vector for comparison with other pieces.
pub(super) struct Scored {
    pub(super) score: f32,
    /// Whether it stands under a heading that says what is asked.
    pub(super) is_headed: bool,
    pub(super) stems: HashSet<String>,
    pub(super) vector: Vector,
}

/// Returns the scores of the pieces, in their order.
pub(super) fn score(embedder: &Embedder, question: &str, hits: &[Hit], pieces: &[Piece<'_>]) -> Vec<Scored> {
    let vector = embedder.embed(question);
    let answer_type = AnswerType::of(question);
    let best = hits.first().map_or(0.0, |hit| hit.score).max(f32::MIN_POSITIVE);
    let mut scored = Vec::with_capacity(pieces.len());
    for of_hit in pieces.chunk_by(|a, b| a.hit == b.hit) {
        let Some(hit) = of_hit.first().and_then(|piece| hits.get(piece.hit)) else {
            continue;
        };
        let language = hit.language.as_deref();
        let stemmer = Stemmer::new(language);
        let stems = |text: &str| terms(text, language, &stemmer).into_iter().filter(|term| !term.is_stop);
        let mut wanted: Vec<(String, f32)> = Vec::new();
        for term in stems(question) {
            if !wanted.iter().any(|(known, _)| *known == term.text) {
                wanted.push((term.text, embedder.norm(embedder.tokenize(&term.word))));
            }
        }
        let total = wanted
            .iter()
            .map(|(_, weight)| weight)
            .sum::<f32>()
            .max(f32::MIN_POSITIVE);
        let above: HashSet<String> = hit
            .heading_path
            .iter()
            .chain([&hit.title])
            .flat_map(|text| stems(text))
            .map(|term| term.text)
            .collect();
        let share = |held: &HashSet<String>| {
            wanted
                .iter()
                .filter(|(stem, _)| held.contains(stem))
                .map(|(_, weight)| weight)
                .sum::<f32>()
                / total
        };
        let headed = hit.heading_path.last().map_or(0.0, |heading| {
            let held = stems(heading).map(|term| term.text).collect();
            0.5 * (share(&held) + embedder.embed(heading).cosine(&vector))
        });
        let is_headed = headed >= HEADING_SAYS_IT_FROM;
        for piece in of_hit {
            let leads = SENTENCE_LEAD_SHARES
                .get(piece.place)
                .filter(|_| is_headed)
                .map_or(0.0, |leads| leads * headed);
            let stems: HashSet<String> = stems(piece.text).map(|term| term.text).collect();
            let own = embedder.embed(piece.text);
            let length = (stems.len() as f32 / SENTENCE_FULL_LENGTH_STEMS).min(1.0);
            let asks = if piece.kind == Kind::Prose && piece.text.ends_with(['?', '？']) {
                SENTENCE_QUESTION_PENALTY
            } else {
                0.0
            };
            let score = SENTENCE_COVERAGE_WEIGHT * share(&stems)
                + SENTENCE_COSINE_WEIGHT * own.cosine(&vector)
                + SENTENCE_ANSWER_TYPE_WEIGHT * f32::from(u8::from(answer_type.is_answered_by(piece.text)))
                + SENTENCE_LENGTH_WEIGHT * length
                + SENTENCE_HIT_WEIGHT * hit.score / best
                + SENTENCE_HEADING_WEIGHT * share(&above)
                + SENTENCE_LEAD_WEIGHT * leads
                + asks;
            scored.push(Scored {
                score,
                is_headed,
                stems,
                vector: own,
            });
        }
    }
    scored
}

/// Returns whether a question asks for several things or for steps, so that a list is its answer.
pub(super) fn asks_for_list(question: &str) -> bool {
    let words: Vec<String> = text::units(question)
        .filter(|unit| unit.is_word)
        .map(|unit| unit.text.to_lowercase())
        .collect();
    let starts = |start: &[&str]| {
        words
            .windows(start.len())
            .any(|window| window.iter().zip(start).all(|(a, b)| a == b))
    };
    let phrases: [&[&str]; 14] = [
        &["how", "do"],
        &["how", "can"],
        &["how", "to"],
        &["how", "should"],
        &["what", "are"],
        &["which"],
        &["steps"],
        &["list"],
        &["requirements"],
        &["what", "do"],
        &["options"],
        &["what", "kinds"],
        &["what", "types"],
        &["documents"],
    ];
    phrases.into_iter().any(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_asked_for_in_several_ways() {
        assert!(asks_for_list("How do I reset my password?"));
        assert!(asks_for_list("What are the payment options?"));
        assert!(!asks_for_list("When was it built?"));
    }
}
