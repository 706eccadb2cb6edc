//! Fuses the scores of the candidates into one order.

use super::candidates::{Candidates, Layered, Window};
use super::question::Question;
use super::reranking::PassageFeatures;
use crate::tuning::{DENSE_HEADING_WEIGHT, DENSE_LAYER_SHARE, DENSE_SENTENCE_WEIGHT, FUSION_LAYER, FUSION_STATIC};

/// Weights of the scores that are fused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FusionWeights {
    pub(crate) bm25: f32,
    /// Of pairs of neighboring words that the passage has in common with the question.
    pub(crate) pairs: f32,
    /// Of the cosines.
    pub(crate) dense: f32,
    /// Of the terms that the headings hold.
    pub(crate) heading_coverage: f32,
    /// Of the terms that the best sentence holds.
    pub(crate) sentence_coverage: f32,
}

impl FusionWeights {
    /// While a layer grows over an index, its weights grow with it, so that answers do not jump.
    fn of(layered: f32) -> Self {
        let between = |table: f32, layer: f32| table + layered.clamp(0.0, 1.0) * (layer - table);
        Self {
            bm25: between(FUSION_STATIC.bm25, FUSION_LAYER.bm25),
            pairs: between(FUSION_STATIC.pairs, FUSION_LAYER.pairs),
            dense: between(FUSION_STATIC.dense, FUSION_LAYER.dense),
            heading_coverage: between(FUSION_STATIC.heading_coverage, FUSION_LAYER.heading_coverage),
            sentence_coverage: between(FUSION_STATIC.sentence_coverage, FUSION_LAYER.sentence_coverage),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranked {
    pub(crate) passage: PassageFeatures,
    pub(crate) fused: f32,
    /// As a share of the best.
    pub(crate) relative: f32,
}

/// Returns the passages, best first.
pub(super) fn rank(question: &Question, candidates: &Candidates, passages: Vec<PassageFeatures>) -> Vec<Ranked> {
    let pairs = |passage: &PassageFeatures| question.weight_of_pairs(passage.pairs);
    let total = question.weight_of(u32::MAX).max(f32::MIN_POSITIVE);
    let weights = FusionWeights::of(candidates.layered);
    let dense_span = span(&mut passages.iter().map(dense));
    let pairs_span = Window {
        low: 0.0,
        ..span(&mut passages.iter().map(pairs))
    };
    let by_table = |passage: &PassageFeatures| dense_span.scale(dense(passage));
    let groups = Groups::new(&passages, by_table);
    let mut ranked: Vec<Ranked> = passages
        .into_iter()
        .map(|passage| {
            let fused = weights.bm25 * candidates.bm25_window.scale(passage.bm25)
                + weights.pairs * pairs_span.scale(pairs(&passage))
                + weights.dense * groups.mixed(by_table(&passage), passage.layered)
                + weights.heading_coverage * question.weight_of(passage.heading_terms) / total
                + weights.sentence_coverage * passage.sentence_coverage;
            Ranked {
                passage,
                fused,
                relative: 0.0,
            }
        })
        .collect();
    ranked.sort_by(|a, b| {
        b.fused
            .total_cmp(&a.fused)
            .then(a.passage.number.cmp(&b.passage.number))
    });
    let best = ranked.first().map_or(0.0, |ranked| ranked.fused).max(f32::MIN_POSITIVE);
    for ranked in &mut ranked {
        ranked.relative = ranked.fused / best;
    }
    ranked
}

/// The dense score by static embeddings. The passage's cosine stands in for a missing heading, and for the sentence of
/// a passage that is one bare sentence.
fn dense(passage: &PassageFeatures) -> f32 {
    let or_own = |has_one: bool, cosine| if has_one { cosine } else { passage.centered_cosine };
    passage.centered_cosine
        + DENSE_SENTENCE_WEIGHT * or_own(passage.has_parts, passage.sentence_cosine)
        + DENSE_HEADING_WEIGHT * or_own(passage.has_heading, passage.heading_cosine)
}

fn span(scores: &mut dyn Iterator<Item = f32>) -> Window {
    let nothing = Window {
        low: f32::INFINITY,
        high: f32::NEG_INFINITY,
    };
    scores.fold(nothing, |span, score| Window {
        low: span.low.min(score),
        high: span.high.max(score),
    })
}

/// For each embedding model of the layers: the span of its cosines, and the span of the static scores of the same
/// passages. The first is mapped to the second, so that the best of a few covered passages does not count as the best
/// of all.
struct Groups(Vec<(Window, Window)>);

impl Groups {
    fn new(passages: &[PassageFeatures], by_table: impl Fn(&PassageFeatures) -> f32) -> Self {
        let layered = |embedder: usize| {
            passages.iter().filter_map(move |passage| {
                let layered = passage.layered.filter(|it| it.embedder == embedder)?;
                Some((layered.cosine, passage))
            })
        };
        let last = passages.iter().filter_map(|it| it.layered).map(|it| it.embedder).max();
        let group = |embedder: usize| {
            let cosines = span(&mut layered(embedder).map(|it| it.0));
            (cosines, span(&mut layered(embedder).map(|it| by_table(it.1))))
        };
        Self((0..last.map_or(0, |last| last + 1)).map(group).collect())
    }

    /// Returns the dense score of a passage, 0 to 1, given its score by static embeddings.
    fn mixed(&self, by_table: f32, layered: Option<Layered>) -> f32 {
        let group = layered.and_then(|it| Some((it.cosine, self.0.get(it.embedder)?)));
        let Some((cosine, (cosines, table))) = group else {
            return by_table;
        };
        let by_layer = table.low + cosines.scale(cosine) * (table.high - table.low);
        DENSE_LAYER_SHARE * by_layer + (1.0 - DENSE_LAYER_SHARE) * by_table
    }
}
