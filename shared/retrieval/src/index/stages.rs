//! The stages of a search by themselves, to be measured.

use super::question::Question;
use super::scores::Scores;
use super::top_k::TopK;
use super::{Candidates, Index, SearchOptions};
use crate::embed::{Embedder, Query};
use crate::tuning::CANDIDATE_WINDOW;

impl Index {
    /// Finds the passages nearest to a query, and returns their number.
    pub fn stage_nearest(&self, query: &Query) -> usize {
        let mut best = TopK::new(CANDIDATE_WINDOW + 1);
        for part in &self.segments {
            part.nearest(query, None, &mut best);
        }
        best.into_sorted().len()
    }

    /// Scores the passages by the question's terms, its own preparation included; returns the number found.
    pub fn stage_terms(&self, embedder: &Embedder, question: &str) -> usize {
        let question = Question::new(self, embedder, question, &[]);
        let mut scores = Scores::new(&[]);
        let mut best = TopK::new(CANDIDATE_WINDOW + 1);
        for part in &self.segments {
            part.score_terms(&question, None, &mut scores, &mut best);
        }
        best.into_sorted().len()
    }

    /// Does all that comes before passages are read; returns the number of candidates.
    pub fn stage_candidates(&self, embedder: &Embedder, question: &str) -> usize {
        let question = Question::new(self, embedder, question, &[]);
        Candidates::find(self, &question, &SearchOptions::default()).found.len()
    }
}
