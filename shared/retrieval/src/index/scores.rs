//! BM25 scores of the passages, computed for a block of passages at a time.

use super::question::Question;
use super::top_k::TopK;
use super::vectors::Admits;
use super::{Index, Part};
use crate::lexical::Bm25;
use crate::segment::Postings;

/// Passages in a block: their scores stay in the cache while all terms are added.
const BLOCK: usize = 2048;

/// The BM25 scores of the passages that may be candidates: those that are asked about, and the best.
pub(super) struct Scores<'a> {
    /// Numbers of passages in order; those before the block that is scored are left out.
    asked: &'a [u32],
    /// In the order of the passages.
    noted: Vec<(u32, Score)>,
    block: Vec<Score>,
}

#[derive(Clone, Copy, Default)]
struct Score {
    bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    terms: u32,
}

impl<'a> Scores<'a> {
    /// Starts to score; `asked` are the numbers of passages, in order, whose scores are needed however low they are.
    pub(super) fn new(asked: &'a [u32]) -> Self {
        Self {
            asked,
            noted: Vec::new(),
            block: Vec::with_capacity(BLOCK),
        }
    }

    /// Returns the score of a passage that was asked about or is among the best, and the terms that it holds.
    pub(super) fn of(&self, passage: u32) -> (f32, u32) {
        let found = self.noted.binary_search_by_key(&passage, |noted| noted.0);
        let noted = found.ok().and_then(|at| self.noted.get(at));
        noted.map_or((0.0, 0), |(_, score)| (score.bm25, score.terms))
    }

    /// Notes the scores of the block from passage `first` on that are needed, and keeps the best.
    fn note(&mut self, first: usize, admits: impl Fn(usize) -> bool, best: &mut TopK) {
        for (number, (place, score)) in (first..).zip(self.block.iter().enumerate()) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let is_best = score.bm25 > 0.0 && best.admits(score.bm25) && admits(place);
            if is_best {
                best.push(score.bm25, number);
            }
            let is_asked = self.asked.first() == Some(&number);
            if is_asked {
                self.asked = self.asked.get(1..).unwrap_or_default();
            }
            if is_best || is_asked {
                self.noted.push((number, *score));
            }
        }
    }
}

/// A searched term and its next posting.
struct Entries<'a> {
    term: u32,
    weight: f32,
    postings: Postings<'a>,
    next: Option<(u32, u8)>,
}

impl Index {
    /// Computes the length normalization of every passage.
    pub(super) fn measure_lengths(&mut self) {
        let lengths = self.segments.iter().map(|part| u64::from(part.segment.total_length()));
        let scorer = Bm25::new(lengths.sum(), self.passage_count());
        for part in &mut self.segments {
            let lengths = (0..part.segment.len()).map(|passage| part.segment.passage(passage).length);
            part.length_norms = lengths
                .map(|length| scorer.length_normalization(length as f32))
                .collect();
        }
    }
}

impl Part {
    /// Scores the passages of the segment, which must come after those that are scored already, and keeps the best.
    pub(super) fn score_terms(
        &self,
        question: &Question,
        admits: Admits<'_>,
        scores: &mut Scores<'_>,
        best: &mut TopK,
    ) {
        let mut entries = self.entries(question);
        for (number, length_norms) in self.length_norms.chunks(BLOCK).enumerate() {
            let start = number * BLOCK;
            scores.block.clear();
            scores.block.resize(length_norms.len(), Score::default());
            for entries in &mut entries {
                entries.score(start, length_norms, &mut scores.block);
            }
            let admits = |place| admits.is_none_or(|admits| admits(start + place));
            scores.note(self.first_passage + start, admits, best);
        }
    }

    fn entries(&self, question: &Question) -> Vec<Entries<'_>> {
        let mut entries = Vec::with_capacity(question.searched.len());
        for (number, term) in question.searched.iter().enumerate() {
            for found in term.forms.iter().filter_map(|form| self.segment.find_term(form)) {
                let mut postings = self.segment.postings(found);
                entries.push(Entries {
                    term: 1 << number,
                    weight: term.weight,
                    next: postings.next(),
                    postings,
                });
            }
        }
        entries
    }
}

impl Entries<'_> {
    /// Adds the term's scores of the passages from `start` on.
    fn score(&mut self, start: usize, length_norms: &[f32], block: &mut [Score]) {
        while let Some((passage, frequency)) = self.next {
            let at = (passage as usize).wrapping_sub(start);
            let (Some(score), Some(length_norm)) = (block.get_mut(at), length_norms.get(at)) else {
                return;
            };
            score.bm25 += self.weight * Bm25::score(f32::from(frequency), *length_norm);
            score.terms |= self.term;
            self.next = self.postings.next();
        }
    }
}
