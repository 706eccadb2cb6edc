//! What was found for the parts of a question, and which of them can be answered.

use std::collections::HashSet;

use crate::index::{Hit, Retrieval};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// One, unless the question was taken apart.
    pub parts: Vec<Part>,
    /// The least confidence with which a part is answered, 0 to 1.
    pub threshold: f64,
}

/// What was found for one question.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The question as it is understood by itself.
    pub question: String,
    pub retrieval: Retrieval,
}

impl Part {
    /// Returns the probability that it is answered, 0 to 1.
    pub fn confidence(&self) -> f64 {
        f64::from(self.retrieval.confidence)
    }
}

impl Found {
    /// Tells whether there is no passage at all.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|it| it.retrieval.hits.is_empty())
    }

    /// Returns the questions that can be answered.
    pub fn answerable(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|it| it.confidence() >= self.threshold)
    }

    /// Tells whether some of the questions can be answered and others cannot.
    pub fn is_partial(&self) -> bool {
        let count = self.answerable().count();
        count > 0 && count < self.parts.len()
    }

    /// Returns how sure the answer is: as sure as what it says at its least sure place; without an answer, as sure as
    /// the best that was found.
    pub fn confidence(&self) -> f64 {
        let least = self.answerable().map(Part::confidence).reduce(f64::min);
        least.unwrap_or_else(|| self.parts.iter().map(Part::confidence).fold(0.0, f64::max))
    }

    /// Returns the passages of the questions that can be answered, each once, best first.
    pub fn answerable_hits(&self) -> Vec<Hit> {
        ranked(self.answerable())
    }

    /// Returns the passages of all questions, each once, best first.
    pub fn hits(&self) -> Vec<Hit> {
        ranked(self.parts.iter())
    }
}

fn ranked<'a>(parts: impl Iterator<Item = &'a Part>) -> Vec<Hit> {
    let mut hits: Vec<Hit> = parts.flat_map(|it| it.retrieval.hits.iter().cloned()).collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut seen = HashSet::new();
    hits.retain(|it| seen.insert((it.document_id.clone(), it.passage_index)));
    hits
}
