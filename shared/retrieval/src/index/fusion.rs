//! Fuses the scores of the candidates into one order.

use super::candidates::{Candidates, Window};
use super::passage::Passage;
use super::question::Question;

// The weights of the scores, each on a scale from 0 to 1 over the candidates. Found on the development sets named in
// the model card; every one of them pays on its own.
const BM25: f32 = 0.43;
const PAIRS: f32 = 0.06;
const DENSE: f32 = 0.51;
const HEADING_COVERAGE: f32 = 0.1;
const SENTENCE_COVERAGE: f32 = 0.1;
// Within the dense score, compared with the passage's cosine.
const SENTENCE: f32 = 1.5;
const HEADING: f32 = 0.9;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranked {
    pub(crate) passage: Passage,
    pub(crate) fused: f32,
    /// As a share of the best.
    pub(crate) relative: f32,
}

/// Returns the passages, best first.
pub(super) fn rank(question: &Question, candidates: &Candidates, passages: Vec<Passage>) -> Vec<Ranked> {
    let dense =
        |passage: &Passage| passage.cosine + SENTENCE * passage.sentence_cosine + HEADING * passage.heading_cosine;
    let pairs = |passage: &Passage| question.weight_of_pairs(passage.pairs);
    let total = question.weight_of(u32::MAX).max(f32::MIN_POSITIVE);
    let span = |scores: &mut dyn Iterator<Item = f32>| {
        scores.fold(
            Window {
                low: f32::INFINITY,
                high: f32::NEG_INFINITY,
            },
            |span, score| Window {
                low: span.low.min(score),
                high: span.high.max(score),
            },
        )
    };
    let dense_span = span(&mut passages.iter().map(dense));
    let pairs_span = Window {
        low: 0.0,
        ..span(&mut passages.iter().map(pairs))
    };
    let mut ranked: Vec<Ranked> = passages
        .into_iter()
        .map(|passage| {
            let fused = BM25 * candidates.bm25_window.scale(passage.bm25)
                + PAIRS * pairs_span.scale(pairs(&passage))
                + DENSE * dense_span.scale(dense(&passage))
                + HEADING_COVERAGE * question.weight_of(passage.heading_terms) / total
                + SENTENCE_COVERAGE * question.background_share(passage.sentence_terms);
            Ranked {
                passage,
                fused,
                relative: 0.0,
            }
        })
        .collect();
    ranked.sort_by(|a, b| b.fused.total_cmp(&a.fused).then(a.passage.chunk.cmp(&b.passage.chunk)));
    let best = ranked.first().map_or(0.0, |ranked| ranked.fused).max(f32::MIN_POSITIVE);
    for ranked in &mut ranked {
        ranked.relative = ranked.fused / best;
    }
    ranked
}
