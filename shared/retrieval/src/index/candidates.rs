//! First pass: scores every passage by meaning (vectors) and by terms (BM25), and keeps the best of both.

use super::question::Question;
use super::scores::Scores;
use super::top_k::TopK;
use super::vectors::{Admits, VectorIndex};
use super::{Index, Part, SearchOptions};
use crate::embed::Query;
use crate::layer::{Layer, QueryEmbedding};
use crate::tuning::{CANDIDATE_WINDOW, MAX_CANDIDATES};

/// The passages that go on to the second pass.
pub(crate) struct Candidates {
    /// In no order that matters.
    pub(crate) found: Vec<Candidate>,
    pub(crate) bm25_window: Window,
    pub(crate) passage_count: usize,
    /// Which share of all passages a layer was searched for.
    pub(super) layered: f32,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Candidate {
    /// Number among the passages of the index.
    pub(crate) number: usize,
    pub(crate) cosine: f32,
    pub(crate) bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    pub(crate) terms: u32,
    pub(super) layered: Option<Layered>,
}

/// The cosine of a passage by a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layered {
    /// The number of its query embedding. Cosines of two models cannot be compared with each other.
    pub(super) embedder: usize,
    pub(super) cosine: f32,
}

/// The span of a score within a question's best passages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Window {
    pub(crate) low: f32,
    pub(crate) high: f32,
}

impl Window {
    /// Returns the score on a scale from 0 to 1.
    pub(crate) fn scale(self, score: f32) -> f32 {
        if self.high > self.low {
            ((score - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    fn of(sorted: &[(f32, u32)]) -> Self {
        let score = |entry: Option<&(f32, u32)>| entry.map_or(0.0, |(score, _)| *score);
        Self {
            high: score(sorted.first()),
            low: score(sorted.last()),
        }
    }
}

impl Candidates {
    pub(super) fn find(index: &Index, question: &Question, options: &SearchOptions<'_>) -> Self {
        let SearchOptions {
            collections,
            query_embeddings: queries,
            ..
        } = *options;
        let passage_count = index.passage_count();
        let (mut best_cosine, mut best_bm25) = (TopK::new(CANDIDATE_WINDOW + 1), TopK::new(CANDIDATE_WINDOW + 1));
        let mut best_layered: Vec<TopK> = queries.iter().map(|_| TopK::new(CANDIDATE_WINDOW + 1)).collect();
        let mut covered = 0;
        let searched: Vec<_> = index.segments.iter().map(|part| part.searched(collections)).collect();
        for (part, searched) in index.segments.iter().zip(&searched) {
            let admits = |passage: usize| part.admits(searched.as_deref(), passage);
            let admits: Admits<'_> = searched.is_some().then_some(&admits);
            part.nearest(&question.query, admits, &mut best_cosine);
            if let Some((embedder, layer)) = part.layer(queries)
                && let (Some(query), Some(best)) = (queries.get(embedder), best_layered.get_mut(embedder))
            {
                covered += layer.covered();
                layer.nearest(
                    query,
                    part.first_passage,
                    |passage| admits.is_none_or(|it| it(passage)),
                    best,
                );
            }
        }
        let by_cosine = best_cosine.into_sorted();
        let by_layer: Vec<_> = best_layered.into_iter().map(TopK::into_sorted).collect();
        let near = numbers(by_cosine.iter().chain(by_layer.iter().flatten()));
        let mut scores = Scores::new(&near);
        for (part, searched) in index.segments.iter().zip(&searched) {
            let admits = |passage: usize| part.admits(searched.as_deref(), passage);
            let admits: Admits<'_> = searched.is_some().then_some(&admits);
            part.score_terms(question, admits, &mut scores, &mut best_bm25);
        }
        let by_bm25 = best_bm25.into_sorted();
        let layer_windows: Vec<_> = by_layer.iter().map(|it| Window::of(it)).collect();
        let cosine_window = Window::of(&by_cosine);
        let mut bm25_window = Window::of(&by_bm25);
        if by_bm25.len() <= CANDIDATE_WINDOW {
            bm25_window.low = 0.0;
        }
        let mut best = TopK::new(MAX_CANDIDATES);
        let found = by_cosine.iter().chain(&by_bm25).chain(by_layer.iter().flatten());
        let mut found: Vec<Candidate> = numbers(found)
            .into_iter()
            .map(|number| index.candidate(question, &scores, queries, number))
            .collect();
        for (place, candidate) in (0..).zip(&found) {
            let by_table = cosine_window.scale(candidate.cosine);
            let by_layer = candidate.layered.map_or(by_table, |layered| {
                layer_windows
                    .get(layered.embedder)
                    .map_or(0.0, |window| window.scale(layered.cosine))
            });
            best.push(bm25_window.scale(candidate.bm25) + 0.5 * (by_table + by_layer), place);
        }
        found = best
            .into_sorted()
            .into_iter()
            .filter_map(|(_, place)| found.get(place as usize).copied())
            .collect();
        Self {
            found,
            bm25_window,
            passage_count,
            layered: covered as f32 / passage_count.max(1) as f32,
        }
    }
}

/// The numbers in order, each once.
fn numbers<'a>(found: impl Iterator<Item = &'a (f32, u32)>) -> Vec<u32> {
    let mut numbers: Vec<u32> = found.map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

impl Index {
    fn candidate(
        &self,
        question: &Question,
        scores: &Scores<'_>,
        queries: &[QueryEmbedding],
        number: u32,
    ) -> Candidate {
        let place = self.locate(number as usize);
        let layered = place.and_then(|(part, passage)| {
            let (embedder, layer) = part.layer(queries)?;
            let cosine = layer.cosine(queries.get(embedder)?, passage)?;
            Some(Layered { embedder, cosine })
        });
        let (bm25, terms) = scores.of(number);
        Candidate {
            number: number as usize,
            layered,
            cosine: place.map_or(0.0, |(part, passage)| part.vectors.cosine(&question.query, passage)),
            bm25,
            terms,
        }
    }
}

impl Part {
    /// Returns the layer, and which of the query embeddings is of its model.
    fn layer(&self, queries: &[QueryEmbedding]) -> Option<(usize, &Layer)> {
        let (embedder, layer) = self.layer.as_ref()?;
        let place = queries.iter().position(|it| it.fits(embedder, layer))?;
        Some((place, layer))
    }

    /// Returns which documents are searched; none when all are.
    fn searched(&self, collections: Option<&[String]>) -> Option<Vec<bool>> {
        let Some(collections) = collections else {
            return (!self.all_live).then(|| self.live.clone());
        };
        let is_chosen = |document| {
            collections
                .iter()
                .any(|chosen| chosen == self.segment.document_text(document, 1))
        };
        let live = self.live.iter().enumerate();
        Some(live.map(|(document, live)| *live && is_chosen(document)).collect())
    }

    fn admits(&self, searched: Option<&[bool]>, passage: usize) -> bool {
        let document = self.segment.passage(passage).document as usize;
        searched.is_none_or(|searched| searched.get(document) == Some(&true))
    }

    pub(super) fn nearest(&self, query: &Query, admits: Admits<'_>, best: &mut TopK) {
        for (cosine, passage) in self.vectors.nearest(query, CANDIDATE_WINDOW + 1, admits) {
            let number = self.first_passage + passage as usize;
            best.push(cosine, u32::try_from(number).unwrap_or(u32::MAX));
        }
    }
}
