//! What the terms of a question say of every passage: BM25, a stretch of passages at a time.

use super::question::Question;
use super::top::Top;
use super::vectors::Admits;
use super::{Index, Part};
use crate::lexical::Bm25;
use crate::segment::Postings;

/// So many passages are scored by all terms before the next are: their scores stay in the nearest memory.
const STRETCH: usize = 2048;

/// What the terms say of the passages that may be candidates: those that are asked about, and the best.
pub(super) struct Scores<'a> {
    /// Numbers of chunks in order; those before the stretch that is scored are left out.
    asked: &'a [u32],
    /// In the order of the chunks.
    noted: Vec<(u32, Score)>,
    stretch: Vec<Score>,
}

#[derive(Clone, Copy, Default)]
struct Score {
    bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    terms: u32,
}

impl<'a> Scores<'a> {
    /// Starts to score; `asked` are the numbers of chunks, in order, whose scores are needed however low they are.
    pub(super) fn new(asked: &'a [u32]) -> Self {
        Self {
            asked,
            noted: Vec::new(),
            stretch: Vec::with_capacity(STRETCH),
        }
    }

    /// Returns the score of a chunk that was asked about or is among the best, and the terms that it holds.
    pub(super) fn of(&self, chunk: u32) -> (f32, u32) {
        let found = self.noted.binary_search_by_key(&chunk, |noted| noted.0);
        let noted = found.ok().and_then(|at| self.noted.get(at));
        noted.map_or((0.0, 0), |(_, score)| (score.bm25, score.terms))
    }

    // Notes the scores of the stretch from chunk `first` on that are needed, and keeps the best.
    fn note(&mut self, first: usize, admits: impl Fn(usize) -> bool, best: &mut Top) {
        for (number, (place, score)) in (first..).zip(self.stretch.iter().enumerate()) {
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

/// A term that is searched for, and where it stands from the passage on that is next.
struct Entries<'a> {
    term: u32,
    weight: f32,
    postings: Postings<'a>,
    next: Option<(u32, u8)>,
}

impl Index {
    /// Works out how much the length of every chunk weighs against the frequencies of its terms.
    pub(super) fn measure_lengths(&mut self) {
        let lengths = self.segments.iter().map(|part| u64::from(part.segment.total_length()));
        let scorer = Bm25::new(lengths.sum(), self.chunk_count());
        for part in &mut self.segments {
            let lengths = (0..part.segment.len()).map(|chunk| part.segment.chunk(chunk).length);
            part.dampings = lengths.map(|length| scorer.damping(length as f32)).collect();
        }
    }
}

impl Part {
    /// Scores the chunks of the segment, which must come after those that are scored already, and keeps the best.
    pub(super) fn score_terms(&self, question: &Question, admits: Admits<'_>, scores: &mut Scores<'_>, best: &mut Top) {
        let mut entries = self.entries(question);
        for (number, dampings) in self.dampings.chunks(STRETCH).enumerate() {
            let start = number * STRETCH;
            scores.stretch.clear();
            scores.stretch.resize(dampings.len(), Score::default());
            for entries in &mut entries {
                entries.score(start, dampings, &mut scores.stretch);
            }
            let admits = |place| admits.is_none_or(|admits| admits(start + place));
            scores.note(self.first_chunk + start, admits, best);
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
    // Adds what the term says of the chunks from `start` on.
    fn score(&mut self, start: usize, dampings: &[f32], stretch: &mut [Score]) {
        while let Some((chunk, frequency)) = self.next {
            let at = (chunk as usize).wrapping_sub(start);
            let (Some(score), Some(damping)) = (stretch.get_mut(at), dampings.get(at)) else {
                return;
            };
            score.bm25 += self.weight * Bm25::score(f32::from(frequency), *damping);
            score.terms |= self.term;
            self.next = self.postings.next();
        }
    }
}
