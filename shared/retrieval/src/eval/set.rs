//! A set: passages and questions as JSON lines.

use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::contextualization::Turn;
use crate::embed::Embedder;
use crate::passage::{Passage, count_tokens};
use crate::segment::{DocumentInput, FormatError, SegmentBuilder};
use crate::text::units;

/// A passage of `corpus.jsonl`.
#[derive(Debug, Clone, Deserialize)]
pub struct CorpusPassage {
    pub id: String,
    /// The document it is from; the passage alone when it is not given.
    #[serde(default, deserialize_with = "or_default")]
    pub doc: String,
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub heading: String,
    pub text: String,
}

/// A question of `queries.jsonl`.
#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    pub id: String,
    pub text: String,
    /// Ids of the passages that answer.
    #[serde(default, deserialize_with = "or_default")]
    pub gold: Vec<String>,
    /// Wordings of the answer, any of which will do.
    #[serde(default, deserialize_with = "or_default")]
    pub answers: Vec<String>,
    #[serde(default = "yes")]
    pub answerable: bool,
    /// Earlier turns, as `user:…` and `agent:…`, the last one first.
    #[serde(default, deserialize_with = "or_default")]
    pub history: Vec<String>,
}

/// Other tools write what is missing as `null`.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn yes() -> bool {
    true
}

/// Passages and questions about them.
#[derive(Debug, Clone, Default)]
pub struct Set {
    pub passages: Vec<CorpusPassage>,
    pub questions: Vec<Question>,
}

/// A line that does not read.
#[derive(Debug, Error)]
#[error("{file}, line {line}: {reason}")]
pub struct SetError {
    file: &'static str,
    line: usize,
    reason: String,
}

impl Set {
    /// Reads the two files of a set.
    pub fn read(corpus: &str, queries: &str) -> Result<Self, SetError> {
        Ok(Self {
            passages: lines("corpus.jsonl", corpus)?,
            questions: lines("queries.jsonl", queries)?,
        })
    }

    /// Returns the passages as a segment: each is one document of one passage.
    pub fn segment(&self, embedder: &Embedder) -> Result<Vec<u8>, FormatError> {
        let mut builder = SegmentBuilder::new(embedder);
        for entry in &self.passages {
            let heading_path = Some(entry.heading.clone())
                .filter(|heading| !heading.is_empty())
                .into_iter()
                .collect();
            let tokens = count_tokens(&entry.text);
            let passage = Passage {
                index: 0,
                heading_path,
                text: entry.text.clone(),
                tokens,
            };
            builder.add(&DocumentInput {
                document_id: &entry.id,
                collection_id: "",
                title: &entry.title,
                url: None,
                language: Some("en"),
                passages: &[passage],
            });
        }
        builder.finish()
    }
}

impl Question {
    /// Returns the conversation before the question, oldest turn first.
    pub fn turns(&self) -> Vec<Turn<'_>> {
        self.history
            .iter()
            .rev()
            .map(|line| match line.split_once(':') {
                Some(("user", text)) => Turn {
                    is_visitor: true,
                    text: text.trim(),
                },
                Some(("agent", text)) => Turn {
                    is_visitor: false,
                    text: text.trim(),
                },
                _ => Turn {
                    is_visitor: true,
                    text: line,
                },
            })
            .collect()
    }

    /// Returns whether a text holds the answer: a short answer word for word, a long one by half of its words.
    pub fn is_answered_by(&self, text: &str) -> bool {
        const LONG: usize = 12;
        let said = words(text);
        self.answers
            .iter()
            .map(|answer| words(answer))
            .filter(|answer| !answer.is_empty())
            .any(|answer| {
                if answer.len() <= LONG {
                    said.windows(answer.len()).any(|window| window == answer)
                } else {
                    let held = answer.iter().filter(|word| said.contains(word)).count();
                    held * 2 >= answer.len()
                }
            })
    }
}

fn words(text: &str) -> Vec<String> {
    units(text)
        .filter(|unit| unit.is_word)
        .map(|unit| unit.text.to_lowercase())
        .collect()
}

fn lines<T: for<'a> Deserialize<'a>>(file: &'static str, text: &str) -> Result<Vec<T>, SetError> {
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| SetError {
                file,
                line: number + 1,
                // It counts its own lines, of which there is one.
                reason: error.to_string().replace(" at line 1 column", ", column"),
            })
        })
        .collect()
}
