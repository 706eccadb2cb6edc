//! Measures the real code on sets of passages and questions: ranking, confidence, answers and time.

pub mod confidence;
mod metrics;
mod set;

use std::sync::Arc;

use serde::Serialize;

use crate::contextualization::{Standalone, contextualize};
use crate::embed::Embedder;
use crate::extract::{ExtractOptions, Style, extract};
use crate::index::{Index, Retrieval, SearchOptions};
use crate::layer::{Layer, QueryEmbedding};
use crate::segment::{FormatError, Segment};

pub use metrics::{Bin, auroc, expected_calibration_error, reliability};
pub use set::{CorpusPassage, Question, Set, SetError};

/// How many hits are ranked and given to the extraction.
const RANKED: usize = 10;
const EXTRACTED_FROM: usize = 5;

/// What was measured. Fractions are of the answerable questions.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub passages: usize,
    pub questions: usize,
    pub answerable: usize,
    pub recall_at_1: f64,
    pub recall_at_5: f64,
    pub recall_at_10: f64,
    pub mrr_at_10: f64,
    pub ndcg_at_10: f64,
    /// How well the confidence tells answerable questions from others; `None` when all are of one kind.
    pub auroc: Option<f64>,
    pub ece: f64,
    /// Share of the questions with a known answer whose extract (two sentences at most) holds it.
    pub answer_hit_rate: Option<f64>,
    pub ms_per_query: f64,
    /// Share of the answerable questions at or above a confidence of 0.5, 0.6 and 0.7.
    pub kept: [f64; 3],
    /// Share of the other questions below the same confidences; `None` when there are none.
    pub refused: Option<[f64; 3]>,
    pub reliability: Vec<Bin>,
}

/// Builds the index of a set's passages.
pub fn index(set: &Set, embedder: &Embedder) -> Result<Index, FormatError> {
    let segment = Segment::decode(set.segment(embedder)?)?;
    Ok(Index::new(vec![Arc::new(segment)], |_, _| false))
}

/// A better embedding model than the static one, and the vectors that it made of a set's passages.
pub struct LayerEmbedder<'a> {
    pub layer: Arc<Layer>,
    pub embed: &'a dyn Fn(&str) -> Vec<f32>,
}

impl LayerEmbedder<'_> {
    const NAME: &'static str = "layer";

    fn embedding(&self, question: &Standalone<'_>) -> Option<QueryEmbedding> {
        let context: Vec<_> = question
            .context
            .iter()
            .map(|it| (it.weight, (self.embed)(it.text)))
            .collect();
        let context: Vec<_> = context.iter().map(|it| (it.0, it.1.as_slice())).collect();
        QueryEmbedding::new(Self::NAME, &(self.embed)(&question.question), &context)
    }
}

/// Asks every question of a set, by the static embeddings alone or with a layer. `now` returns milliseconds.
pub fn evaluate(
    set: &Set,
    embedder: &Embedder,
    layer_embedder: Option<&LayerEmbedder<'_>>,
    now: impl Fn() -> f64,
) -> Result<Report, FormatError> {
    let layer = layer_embedder.map(|it| (LayerEmbedder::NAME.to_owned(), Arc::clone(&it.layer)));
    let index = index(set, embedder)?.with_layers([layer]);
    let mut ranks = metrics::Ranks::default();
    let (mut outcomes, mut answers) = (Vec::new(), Vec::new());
    let mut milliseconds = 0.0;
    for question in &set.questions {
        let started = now();
        let turns = question.turns();
        let alone = contextualize(&question.text, &turns);
        let query_embeddings: Vec<QueryEmbedding> =
            layer_embedder.and_then(|it| it.embedding(&alone)).into_iter().collect();
        let options = SearchOptions {
            collections: None,
            limit: RANKED,
            context: &alone.context,
            query_embeddings: &query_embeddings,
        };
        let found = index.search(embedder, &alone.question, &options);
        milliseconds += now() - started;
        outcomes.push((f64::from(found.confidence), question.answerable));
        if question.answerable {
            let right: Vec<bool> = found
                .hits
                .iter()
                .map(|hit| question.gold.contains(&hit.document_id))
                .collect();
            ranks.add(&right, question.gold.len());
        }
        if question.answerable && !question.answers.is_empty() {
            answers.push(question.is_answered_by(&answer(embedder, &alone.text, &found)));
        }
    }
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let at_least = |wanted: bool, threshold: f64| {
        let of_kind: Vec<f64> = outcomes
            .iter()
            .filter(|(_, is)| *is == wanted)
            .map(|(confidence, _)| *confidence)
            .collect();
        share(
            of_kind.iter().filter(|confidence| **confidence >= threshold).count(),
            of_kind.len(),
        )
    };
    let thresholds = [0.5, 0.6, 0.7];
    let has_others = outcomes.iter().any(|(_, answerable)| !answerable);
    Ok(Report {
        passages: set.passages.len(),
        questions: set.questions.len(),
        answerable: ranks.count(),
        recall_at_1: ranks.recall(1),
        recall_at_5: ranks.recall(5),
        recall_at_10: ranks.recall(10),
        mrr_at_10: ranks.mrr(),
        ndcg_at_10: ranks.ndcg(),
        auroc: auroc(&outcomes),
        ece: expected_calibration_error(&outcomes),
        answer_hit_rate: (!answers.is_empty())
            .then(|| share(answers.iter().filter(|hit| **hit).count(), answers.len())),
        ms_per_query: milliseconds / set.questions.len().max(1) as f64,
        kept: thresholds.map(|threshold| at_least(true, threshold)),
        refused: has_others.then(|| thresholds.map(|threshold| 1.0 - at_least(false, threshold))),
        reliability: reliability(&outcomes),
    })
}

fn answer(embedder: &Embedder, question: &str, found: &Retrieval) -> String {
    let hits = found
        .hits
        .get(..EXTRACTED_FROM.min(found.hits.len()))
        .unwrap_or_default();
    let options = ExtractOptions {
        max_chars: 2000,
        style: Style::Concise,
    };
    extract(embedder, question, hits, &options).text()
}

#[cfg(test)]
mod tests;
