//! Scores pieces: how likely each is to be the answer, by its words, its meaning, and what the question asks for.

use std::collections::HashSet;

use super::pieces::{Kind, Piece};
use crate::embed::{Embedder, Vector};
use crate::index::Hit;
use crate::lexical::{Stemmer, terms};
use crate::text::{self, Asked};

const COVERAGE: f32 = 1.0;
const COSINE: f32 = 1.0;
const ASKED_KIND: f32 = 0.2;
const LENGTH: f32 = 0.2;
const HIT: f32 = 0.5;
/// In a section about what is asked, every sentence may be part of the answer.
const HEADING: f32 = 0.3;
/// Under a heading that says what is asked, a section begins with its answer and goes on with details.
const LEADS: f32 = 0.9;
const LEADING: [f32; 3] = [1.0, 0.6, 0.3];
/// How much a heading must say of what is asked for that.
const SAYS_IT: f32 = 0.7;
/// A question among the sentences answers nothing.
const ASKS_ITSELF: f32 = -0.4;

/// A piece's score, and what it is compared with others by.
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
    let asked = Asked::of(question);
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
        let is_headed = headed >= SAYS_IT;
        for piece in of_hit {
            let leads = LEADING
                .get(piece.place)
                .filter(|_| is_headed)
                .map_or(0.0, |leads| leads * headed);
            let stems: HashSet<String> = stems(piece.text).map(|term| term.text).collect();
            let own = embedder.embed(piece.text);
            let length = (stems.len() as f32 / 8.0).min(1.0);
            let asks = if piece.kind == Kind::Prose && piece.text.ends_with(['?', '？']) {
                ASKS_ITSELF
            } else {
                0.0
            };
            let score = COVERAGE * share(&stems)
                + COSINE * own.cosine(&vector)
                + ASKED_KIND * f32::from(u8::from(asked.is_answered_by(piece.text)))
                + LENGTH * length
                + HIT * hit.score / best
                + HEADING * share(&above)
                + LEADS * leads
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
