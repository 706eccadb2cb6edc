//! First pass: every passage scored by meaning (exact scan) and by terms (BM25); the best of both go on.

use super::question::Question;
use super::top::Top;
use super::{Index, Part};
use crate::embed::dot;
use crate::lexical::Bm25;

/// How many passages of each kind of score are looked at; the scores are put on one scale by this window too.
const WINDOW: usize = 100;
/// How many passages are read in the second pass.
const READ: usize = 64;

pub(crate) struct Candidates {
    /// In no order that matters.
    pub(crate) found: Vec<Candidate>,
    pub(crate) bm25_window: Window,
    pub(crate) chunk_count: usize,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Candidate {
    /// Number among the chunks of the index.
    pub(crate) chunk: usize,
    pub(crate) cosine: f32,
    pub(crate) bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    pub(crate) terms: u32,
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
    pub(super) fn find(index: &Index, question: &Question, collections: Option<&[String]>) -> Self {
        let chunk_count = index.chunk_count();
        let mut scores = Scores {
            bm25: vec![0.0; chunk_count],
            terms: vec![0; chunk_count],
            cosine: Vec::with_capacity(chunk_count),
        };
        let total_length = index
            .segments
            .iter()
            .map(|part| u64::from(part.segment.total_length()))
            .sum();
        let scorer = Bm25::new(total_length, chunk_count);
        let (mut best_cosine, mut best_bm25) = (Top::new(WINDOW + 1), Top::new(WINDOW + 1));
        for part in &index.segments {
            let admitted = part.admitted(collections);
            let is_admitted = |chunk| admitted.get(part.segment.chunk(chunk).document as usize) == Some(&true);
            part.score_terms(question, scorer, &mut scores);
            part.scan(question, &mut scores.cosine);
            for chunk in 0..part.segment.len() {
                let number = part.first_chunk + chunk;
                let (cosine, bm25) = scores.of(number);
                let (by_cosine, by_bm25) = (best_cosine.admits(cosine), bm25 > 0.0 && best_bm25.admits(bm25));
                if (by_cosine || by_bm25) && is_admitted(chunk) {
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    if by_cosine {
                        best_cosine.push(cosine, number);
                    }
                    if by_bm25 {
                        best_bm25.push(bm25, number);
                    }
                }
            }
        }
        let (by_cosine, by_bm25) = (best_cosine.into_sorted(), best_bm25.into_sorted());
        let cosine_window = Window::of(&by_cosine);
        let mut bm25_window = Window::of(&by_bm25);
        if by_bm25.len() <= WINDOW {
            bm25_window.low = 0.0;
        }
        let mut numbers: Vec<u32> = by_cosine.iter().chain(&by_bm25).map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut best = Top::new(READ);
        for number in numbers {
            let (cosine, bm25) = scores.of(number as usize);
            best.push(bm25_window.scale(bm25) + cosine_window.scale(cosine), number);
        }
        let found = best
            .into_sorted()
            .into_iter()
            .map(|(_, number)| scores.candidate(number as usize))
            .collect();
        Self {
            found,
            bm25_window,
            chunk_count,
        }
    }
}

struct Scores {
    bm25: Vec<f32>,
    terms: Vec<u32>,
    cosine: Vec<f32>,
}

impl Scores {
    fn of(&self, chunk: usize) -> (f32, f32) {
        (
            self.cosine.get(chunk).copied().unwrap_or(0.0),
            self.bm25.get(chunk).copied().unwrap_or(0.0),
        )
    }

    fn candidate(&self, chunk: usize) -> Candidate {
        let (cosine, bm25) = self.of(chunk);
        Candidate {
            chunk,
            cosine,
            bm25,
            terms: self.terms.get(chunk).copied().unwrap_or(0),
        }
    }
}

impl Part {
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

    fn scan(&self, question: &Question, cosines: &mut Vec<f32>) {
        let query = &question.query;
        for (vector, scale) in self.segment.vectors().iter().zip(self.segment.scales()) {
            let product = dot(&query.components, vector) as f32;
            cosines.push(product * query.scale * f32::from_le_bytes(*scale));
        }
    }

    fn score_terms(&self, question: &Question, scorer: Bm25, scores: &mut Scores) {
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
