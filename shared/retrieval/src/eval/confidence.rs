//! The searches from which the confidence is fitted: questions whose answer is in the index, and three kinds of others.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use super::{CorpusPassage, Question, Set};
use crate::contextualization::{Turn, contextualize};
use crate::embed::Embedder;
use crate::index::{Index, SearchOptions};
use crate::segment::{FormatError, Segment};

/// The sizes of the samples of a corpus, in passages; small companies have few pages.
const SIZES: [usize; 7] = [5, 10, 20, 40, 80, 160, 320];
/// How often each size is sampled.
const SAMPLES: usize = 12;
/// The most questions of each kind about one sample.
const QUESTIONS: usize = 40;
/// Passages of at most so many distinct words may be alike by chance; longer ones are copies when four fifths of the
/// words are the same.
const LONGEST_PHRASE: usize = 8;

/// One search: what it was about, and its features.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// `answerable`, `unrelated` (asked about another corpus), `removed` (the documents that answer and copies of the
    /// passages that do are taken out; in samples, they are not drawn), or
    /// `unanswerable` (marked so in its set).
    pub kind: &'static str,
    /// Number of passages; 0 for the whole corpus.
    pub size: usize,
    pub confidence: f32,
    pub features: Vec<(&'static str, f32)>,
}

/// Searches the whole corpus and samples of it; `unrelated` are questions that it does not answer.
pub fn rows(set: &Set, unrelated: &[String], embedder: &Embedder) -> Result<Vec<Row>, FormatError> {
    let segment = Arc::new(Segment::decode(set.segment(embedder)?)?);
    let mut random = Random(20_240_229);
    let mut rows = Vec::new();
    let whole = Index::new(vec![Arc::clone(&segment)], |_, _| false);
    let mut ask = |index: &Index, kind, size, text: &str, turns: &[Turn<'_>]| {
        let alone = contextualize(text, turns);
        let options = SearchOptions {
            context: &alone.context,
            ..SearchOptions::default()
        };
        let found = index.search(embedder, &alone.question, &options);
        rows.push(Row {
            kind,
            size,
            confidence: found.confidence,
            features: found.features,
        });
    };
    for question in &set.questions {
        ask(
            &whole,
            if question.answerable {
                "answerable"
            } else {
                "unanswerable"
            },
            0,
            &question.text,
            &question.turns(),
        );
    }
    // An unrelated question may come in the middle of a conversation.
    let talks: Vec<Vec<Turn<'_>>> = set.questions.iter().map(Question::turns).collect();
    for (text, talk) in unrelated.iter().zip(talks.iter().cycle()) {
        ask(&whole, "unrelated", 0, text, talk);
    }
    for question in set.questions.iter().filter(|question| question.answerable).take(300) {
        let removed = set.answering_passages(&question.gold);
        let index = Index::new(vec![Arc::clone(&segment)], |id, _| removed.contains(id));
        ask(&index, "removed", 0, &question.text, &question.turns());
    }
    let follows = set.questions.iter().any(|question| !question.turns().is_empty());
    for size in SIZES
        .into_iter()
        .filter(|_| !follows)
        .filter(|size| size * 2 <= set.passages.len())
    {
        for _ in 0..SAMPLES {
            let sample = set.sample(size, &mut random);
            let index = Index::new(vec![Arc::new(Segment::decode(sample.segment(embedder)?)?)], |_, _| {
                false
            });
            let held: HashSet<&str> = sample.passages.iter().map(|passage| passage.id.as_str()).collect();
            let (mut inside, mut outside) = (Vec::new(), Vec::new());
            for question in set.questions.iter().filter(|question| question.answerable) {
                if question.gold.iter().any(|id| held.contains(id.as_str())) {
                    inside.push(&question.text);
                } else {
                    outside.push(&question.text);
                }
            }
            random.shuffle(&mut inside);
            random.shuffle(&mut outside);
            let mut others: Vec<&String> = unrelated.iter().collect();
            random.shuffle(&mut others);
            for (kind, texts) in [("answerable", inside), ("removed", outside), ("unrelated", others)] {
                for text in texts.into_iter().take(QUESTIONS) {
                    ask(&index, kind, size, text, &[]);
                }
            }
        }
    }
    Ok(rows)
}

impl Set {
    /// The passages of the documents that answer, and copies in other documents of the passages that do.
    fn answering_passages(&self, gold: &[String]) -> HashSet<&str> {
        let documents = self.documents_of(gold);
        let answering = self.passages.iter().filter(|passage| gold.contains(&passage.id));
        let answering: Vec<HashSet<String>> = answering.map(|passage| distinct_words(&passage.text)).collect();
        let is_copy = |passage: &CorpusPassage| {
            let words = distinct_words(&passage.text);
            answering.iter().any(|other| {
                let shorter = words.len().min(other.len());
                shorter > LONGEST_PHRASE && words.intersection(other).count() * 5 >= shorter * 4
            })
        };
        let found = self
            .passages
            .iter()
            .filter(|passage| documents.contains(&passage.doc) || is_copy(passage));
        found.map(|passage| passage.id.as_str()).collect()
    }

    fn documents_of(&self, passages: &[String]) -> HashSet<String> {
        let held = self.passages.iter().filter(|passage| passages.contains(&passage.id));
        held.map(|passage| passage.doc.clone()).collect()
    }

    /// Whole documents until there are enough passages.
    fn sample(&self, size: usize, random: &mut Random) -> Self {
        let mut documents: Vec<&str> = self.passages.iter().map(|passage| passage.doc.as_str()).collect();
        documents.dedup();
        random.shuffle(&mut documents);
        let mut passages = Vec::new();
        for document in documents {
            if passages.len() >= size {
                break;
            }
            let of_document = self.passages.iter().filter(|passage| passage.doc == document);
            passages.extend(of_document.take(size - passages.len()).cloned());
        }
        Self {
            passages,
            questions: Vec::new(),
        }
    }
}

fn distinct_words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .collect()
}

/// A small generator, so that every run samples the same.
pub(super) struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.next(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_the_answer_is_removed_wherever_it_stands() {
        let passage =
            |id: &str, doc: &str, text: &str| format!("{{\"id\":\"{id}\",\"doc\":\"{doc}\",\"text\":\"{text}\"}}\n");
        let answer = "Send the form to the office in Leipzig within three weeks after the accident happened.";
        let corpus = passage("a", "one", answer)
            + &passage("b", "one", "Bring your own pen.")
            + &passage("c", "two", &answer.replace("three", "four"))
            + &passage(
                "d",
                "two",
                "Our office in Leipzig is open on Mondays, and the form lies there.",
            );
        let set = Set::read(&corpus, "").unwrap_or_default();
        let found = set.answering_passages(&["a".to_owned()]);
        assert_eq!(found, HashSet::from(["a", "b", "c"]));
    }
}
