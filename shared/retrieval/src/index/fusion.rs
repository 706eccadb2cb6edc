//! Fuses the scores of the candidates into one order.

use super::candidates::{Candidates, Layered, Window};
use super::passage::Passage;
use super::question::Question;

// The weights of the scores, each on a scale from 0 to 1 over the candidates. Found on the development sets named in
// the model card; every one of them pays on its own.
const BY_TABLE: Weights = Weights {
    bm25: 0.43,
    pairs: 0.1,
    dense: 0.58,
    heading_coverage: 0.2,
    sentence_coverage: 0.3,
};
// The same where all passages have vectors of a better embedder.
const BY_LAYER: Weights = Weights {
    bm25: 0.3,
    pairs: 0.1,
    dense: 0.6,
    heading_coverage: 0.1,
    sentence_coverage: 0.1,
};
// Within the dense score of such a passage; the rest is what the table says of it.
const LAYER: f32 = 0.7;
// Within the dense score, compared with the passage's cosine.
const SENTENCE: f32 = 2.5;
const HEADING: f32 = 1.2;

#[derive(Debug, Clone, Copy)]
struct Weights {
    bm25: f32,
    pairs: f32,
    dense: f32,
    heading_coverage: f32,
    sentence_coverage: f32,
}

impl Weights {
    // While a layer grows over an index, its weights grow with it, so that no answer changes from one moment to the next
    // for want of it.
    fn of(layered: f32) -> Self {
        let between = |table: f32, layer: f32| table + layered.clamp(0.0, 1.0) * (layer - table);
        Self {
            bm25: between(BY_TABLE.bm25, BY_LAYER.bm25),
            pairs: between(BY_TABLE.pairs, BY_LAYER.pairs),
            dense: between(BY_TABLE.dense, BY_LAYER.dense),
            heading_coverage: between(BY_TABLE.heading_coverage, BY_LAYER.heading_coverage),
            sentence_coverage: between(BY_TABLE.sentence_coverage, BY_LAYER.sentence_coverage),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranked {
    pub(crate) passage: Passage,
    pub(crate) fused: f32,
    /// As a share of the best.
    pub(crate) relative: f32,
}

/// Returns the passages, best first.
pub(super) fn rank(question: &Question, candidates: &Candidates, passages: Vec<Passage>) -> Vec<Ranked> {
    let pairs = |passage: &Passage| question.weight_of_pairs(passage.pairs);
    let total = question.weight_of(u32::MAX).max(f32::MIN_POSITIVE);
    let weights = Weights::of(candidates.layered);
    let dense_span = span(&mut passages.iter().map(dense));
    let pairs_span = Window {
        low: 0.0,
        ..span(&mut passages.iter().map(pairs))
    };
    let by_table = |passage: &Passage| dense_span.scale(dense(passage));
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
    ranked.sort_by(|a, b| b.fused.total_cmp(&a.fused).then(a.passage.chunk.cmp(&b.passage.chunk)));
    let best = ranked.first().map_or(0.0, |ranked| ranked.fused).max(f32::MIN_POSITIVE);
    for ranked in &mut ranked {
        ranked.relative = ranked.fused / best;
    }
    ranked
}

// What the table says. A passage without a heading stands for it; and one that is a bare sentence, for its sentence.
fn dense(passage: &Passage) -> f32 {
    let or_own = |has_one: bool, cosine| if has_one { cosine } else { passage.own_cosine };
    passage.own_cosine
        + SENTENCE * or_own(passage.has_parts, passage.sentence_cosine)
        + HEADING * or_own(passage.has_heading, passage.heading_cosine)
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

/// Of each embedder that was asked: the span of its cosines, and the span of what the table says of the same passages.
/// The first is stretched over the second, so that the best passage of a few that have vectors does not count as the
/// best of all.
struct Groups(Vec<(Window, Window)>);

impl Groups {
    fn new(passages: &[Passage], by_table: impl Fn(&Passage) -> f32) -> Self {
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

    /// Returns the dense score of a passage, given what the table says of it, on a scale from 0 to 1.
    fn mixed(&self, by_table: f32, layered: Option<Layered>) -> f32 {
        let group = layered.and_then(|it| Some((it.cosine, self.0.get(it.embedder)?)));
        let Some((cosine, (cosines, table))) = group else {
            return by_table;
        };
        let by_layer = table.low + cosines.scale(cosine) * (table.high - table.low);
        LAYER * by_layer + (1.0 - LAYER) * by_table
    }
}
