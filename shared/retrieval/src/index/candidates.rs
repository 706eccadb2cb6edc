//! First pass: every passage scored by meaning (exact scan) and by terms (BM25); the best of both go on.

use super::question::Question;
use super::scores::Scores;
use super::top::Top;
use super::vectors::{Admits, VectorIndex};
use super::{Index, Part, SearchOptions};
use crate::embed::Query;
use crate::layer::{Asked, Layer};

/// How many passages of each kind of score are looked at; the scores are put on one scale by this window too.
const WINDOW: usize = 100;
/// How many passages go on to the second pass.
const KEPT: usize = 64;

pub(crate) struct Candidates {
    /// In no order that matters.
    pub(crate) found: Vec<Candidate>,
    pub(crate) bm25_window: Window,
    pub(crate) chunk_count: usize,
    /// Which share of all passages a layer was searched for.
    pub(super) layered: f32,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Candidate {
    /// Number among the chunks of the index.
    pub(crate) chunk: usize,
    pub(crate) cosine: f32,
    pub(crate) bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    pub(crate) terms: u32,
    pub(super) layered: Option<Layered>,
}

/// What a layer says of a passage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layered {
    /// Which of the embedders that were asked. Their cosines cannot be compared with each other.
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
        let SearchOptions { collections, asked, .. } = *options;
        let chunk_count = index.chunk_count();
        let (mut best_cosine, mut best_bm25) = (Top::new(WINDOW + 1), Top::new(WINDOW + 1));
        let mut best_layered: Vec<Top> = asked.iter().map(|_| Top::new(WINDOW + 1)).collect();
        let mut covered = 0;
        let searched: Vec<_> = index.segments.iter().map(|part| part.searched(collections)).collect();
        for (part, searched) in index.segments.iter().zip(&searched) {
            let admits = |chunk: usize| part.admits(searched.as_deref(), chunk);
            let admits: Admits<'_> = searched.is_some().then_some(&admits);
            part.nearest(&question.query, admits, &mut best_cosine);
            if let Some((embedder, layer)) = part.layer(asked)
                && let (Some(asked), Some(best)) = (asked.get(embedder), best_layered.get_mut(embedder))
            {
                covered += layer.covered();
                layer.nearest(asked, part.first_chunk, |chunk| admits.is_none_or(|it| it(chunk)), best);
            }
        }
        let by_cosine = best_cosine.into_sorted();
        let by_layer: Vec<_> = best_layered.into_iter().map(Top::into_sorted).collect();
        let near = numbers(by_cosine.iter().chain(by_layer.iter().flatten()));
        let mut scores = Scores::new(&near);
        for (part, searched) in index.segments.iter().zip(&searched) {
            let admits = |chunk: usize| part.admits(searched.as_deref(), chunk);
            let admits: Admits<'_> = searched.is_some().then_some(&admits);
            part.score_terms(question, admits, &mut scores, &mut best_bm25);
        }
        let by_bm25 = best_bm25.into_sorted();
        let layer_windows: Vec<_> = by_layer.iter().map(|it| Window::of(it)).collect();
        let cosine_window = Window::of(&by_cosine);
        let mut bm25_window = Window::of(&by_bm25);
        if by_bm25.len() <= WINDOW {
            bm25_window.low = 0.0;
        }
        let mut best = Top::new(KEPT);
        let found = by_cosine.iter().chain(&by_bm25).chain(by_layer.iter().flatten());
        let mut found: Vec<Candidate> = numbers(found)
            .into_iter()
            .map(|number| index.candidate(question, &scores, asked, number))
            .collect();
        for (place, candidate) in (0..).zip(&found) {
            let by_table = cosine_window.scale(candidate.cosine);
            let by_layer = candidate.layered.map_or(by_table, |it| {
                layer_windows
                    .get(it.embedder)
                    .map_or(0.0, |window| window.scale(it.cosine))
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
            chunk_count,
            layered: covered as f32 / chunk_count.max(1) as f32,
        }
    }
}

// The numbers in order, each once.
fn numbers<'a>(found: impl Iterator<Item = &'a (f32, u32)>) -> Vec<u32> {
    let mut numbers: Vec<u32> = found.map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

impl Index {
    fn candidate(&self, question: &Question, scores: &Scores<'_>, asked: &[Asked], number: u32) -> Candidate {
        let chunk = number as usize;
        let place = self.locate(chunk);
        let layered = place.and_then(|(part, chunk)| {
            let (embedder, layer) = part.layer(asked)?;
            let cosine = layer.cosine(asked.get(embedder)?, chunk)?;
            Some(Layered { embedder, cosine })
        });
        let (bm25, terms) = scores.of(number);
        Candidate {
            chunk,
            layered,
            cosine: place.map_or(0.0, |(part, chunk)| part.vectors.cosine(&question.query, chunk)),
            bm25,
            terms,
        }
    }
}

impl Part {
    // The layer, and which of the questions is for it.
    fn layer(&self, asked: &[Asked]) -> Option<(usize, &Layer)> {
        let (embedder, layer) = self.layer.as_ref()?;
        let place = asked.iter().position(|it| it.fits(embedder, layer))?;
        Some((place, layer))
    }

    // Which documents are searched; none are told when all are.
    fn searched(&self, collections: Option<&[String]>) -> Option<Vec<bool>> {
        let Some(collections) = collections else {
            return (!self.all_live).then(|| self.live.clone());
        };
        let asked = |document| {
            collections
                .iter()
                .any(|asked| asked == self.segment.document_text(document, 1))
        };
        let live = self.live.iter().enumerate();
        Some(live.map(|(document, live)| *live && asked(document)).collect())
    }

    fn admits(&self, searched: Option<&[bool]>, chunk: usize) -> bool {
        let document = self.segment.chunk(chunk).document as usize;
        searched.is_none_or(|searched| searched.get(document) == Some(&true))
    }

    pub(super) fn nearest(&self, query: &Query, admits: Admits<'_>, best: &mut Top) {
        for (cosine, chunk) in self.vectors.nearest(query, WINDOW + 1, admits) {
            let number = self.first_chunk + chunk as usize;
            best.push(cosine, u32::try_from(number).unwrap_or(u32::MAX));
        }
    }
}
