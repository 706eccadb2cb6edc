//! First pass: every passage scored by meaning (exact scan) and by terms (BM25); the best of both go on.

use super::question::Question;
use super::top::Top;
use super::vectors::{Admits, VectorIndex};
use super::{Index, Part, SearchOptions};
use crate::embed::Query;
use crate::layer::{Asked, Layer};
use crate::lexical::Bm25;

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
        let mut scores = Scores::new(chunk_count);
        let scorer = index.scorer();
        let (mut best_cosine, mut best_bm25) = (Top::new(WINDOW + 1), Top::new(WINDOW + 1));
        let mut best_layered: Vec<Top> = asked.iter().map(|_| Top::new(WINDOW + 1)).collect();
        let mut covered = 0;
        for part in &index.segments {
            let admitted = part.admitted(collections);
            let admits = |chunk: usize| admitted.get(part.segment.chunk(chunk).document as usize) == Some(&true);
            let hides = !part.all_live || collections.is_some();
            let admits: Admits<'_> = hides.then_some(&admits);
            part.nearest(&question.query, admits, &mut best_cosine);
            part.score_terms(question, scorer, &mut scores);
            part.best_by_terms(&scores, admits, &mut best_bm25);
            if let Some((embedder, layer)) = part.layer(asked)
                && let (Some(asked), Some(best)) = (asked.get(embedder), best_layered.get_mut(embedder))
            {
                covered += layer.covered();
                layer.nearest(asked, part.first_chunk, |chunk| admits.is_none_or(|it| it(chunk)), best);
            }
        }
        let (by_cosine, by_bm25) = (best_cosine.into_sorted(), best_bm25.into_sorted());
        let by_layer: Vec<_> = best_layered.into_iter().map(Top::into_sorted).collect();
        let layer_windows: Vec<_> = by_layer.iter().map(|it| Window::of(it)).collect();
        let cosine_window = Window::of(&by_cosine);
        let mut bm25_window = Window::of(&by_bm25);
        if by_bm25.len() <= WINDOW {
            bm25_window.low = 0.0;
        }
        let found = by_cosine.iter().chain(&by_bm25).chain(by_layer.iter().flatten());
        let mut numbers: Vec<u32> = found.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut best = Top::new(KEPT);
        let mut found: Vec<Candidate> = numbers
            .into_iter()
            .map(|number| index.candidate(question, &scores, asked, number as usize))
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

/// What the terms say of every chunk.
pub(super) struct Scores {
    bm25: Vec<f32>,
    terms: Vec<u32>,
}

impl Scores {
    pub(super) fn new(chunk_count: usize) -> Self {
        Self {
            bm25: vec![0.0; chunk_count],
            terms: vec![0; chunk_count],
        }
    }
}

impl Index {
    pub(super) fn scorer(&self) -> Bm25 {
        let lengths = self.segments.iter().map(|part| u64::from(part.segment.total_length()));
        Bm25::new(lengths.sum(), self.chunk_count())
    }

    fn candidate(&self, question: &Question, scores: &Scores, asked: &[Asked], chunk: usize) -> Candidate {
        let place = self.locate(chunk);
        let layered = place.and_then(|(part, chunk)| {
            let (embedder, layer) = part.layer(asked)?;
            let cosine = layer.cosine(asked.get(embedder)?, chunk)?;
            Some(Layered { embedder, cosine })
        });
        Candidate {
            chunk,
            layered,
            cosine: place.map_or(0.0, |(part, chunk)| part.vectors.cosine(&question.query, chunk)),
            bm25: scores.bm25.get(chunk).copied().unwrap_or(0.0),
            terms: scores.terms.get(chunk).copied().unwrap_or(0),
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

    // Which documents are searched.
    fn admitted(&self, collections: Option<&[String]>) -> Vec<bool> {
        let Some(collections) = collections else {
            return self.live.clone();
        };
        let asked = |document| {
            collections
                .iter()
                .any(|asked| asked == self.segment.document_text(document, 1))
        };
        self.live
            .iter()
            .enumerate()
            .map(|(document, live)| *live && asked(document))
            .collect()
    }

    pub(super) fn nearest(&self, query: &Query, admits: Admits<'_>, best: &mut Top) {
        for (cosine, chunk) in self.vectors.nearest(query, WINDOW + 1, admits) {
            let number = self.first_chunk + chunk as usize;
            best.push(cosine, u32::try_from(number).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn best_by_terms(&self, scores: &Scores, admits: Admits<'_>, best: &mut Top) {
        let bm25 = scores.bm25.get(self.first_chunk..).unwrap_or_default();
        for (chunk, bm25) in bm25.iter().take(self.segment.len()).enumerate() {
            if *bm25 > 0.0 && best.admits(*bm25) && admits.is_none_or(|admits| admits(chunk)) {
                best.push(*bm25, u32::try_from(self.first_chunk + chunk).unwrap_or(u32::MAX));
            }
        }
    }

    pub(super) fn score_terms(&self, question: &Question, scorer: Bm25, scores: &mut Scores) {
        for (number, term) in question.searched.iter().enumerate() {
            for form in &term.forms {
                let Some(found) = self.segment.find_term(form) else {
                    continue;
                };
                for (chunk, frequency) in self.segment.postings(found) {
                    let length = self.segment.chunk(chunk as usize).length as f32;
                    let at = self.first_chunk + chunk as usize;
                    if let (Some(bm25), Some(terms)) = (scores.bm25.get_mut(at), scores.terms.get_mut(at)) {
                        *bm25 += term.weight * scorer.score(f32::from(frequency), length);
                        *terms |= 1 << number;
                    }
                }
            }
        }
    }
}
