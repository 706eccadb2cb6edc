//! The documents and questions of one set, read, indexed and asked as the product does it.
use super::asked::{Asked, Question};
use super::judge::judge;
use anyhow::{Context as _, Result, bail};
use edge_extract::{Hint, document_at_once};
use retrieval::answer::{self, Answer, Found, Part, Reading, Wording, quote};
use retrieval::contextualization::Turn;
use retrieval::{DocumentInput, Embedder, Index, SearchOptions, Segment, SegmentBuilder, Style, passages};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// As many passages are looked at as by an agent.
const PASSAGES: usize = 8;
/// The threshold of an agent with default settings.
const THRESHOLD: f64 = 0.6;
/// The rest of its settings.
const WORDING: Wording<'_> = Wording {
    style: Style::Conversational,
    lead: "Here is what I found: ",
    fallback: "I could not find that in the documents.",
    max_chars: 600,
    cites: true,
};

/// A set, ready to be asked.
pub(crate) struct Organization {
    pub(crate) name: String,
    index: Index,
    questions: Vec<Question>,
}

/// One answer of a session.
struct Reply {
    answer: Answer,
    found: Found,
}

impl Organization {
    /// Reads `docs/` and `questions.jsonl`.
    ///
    /// # Errors
    /// When a file does not read.
    pub(crate) fn read(embedder: &Embedder, folder: &Path) -> Result<Self> {
        let file = folder.join("questions.jsonl");
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let lines = text.lines().filter(|it| !it.trim().is_empty());
        let questions = lines
            .map(serde_json::from_str)
            .collect::<Result<Vec<Question>, _>>()
            .with_context(|| format!("in {}", file.display()))?;
        if questions.is_empty() {
            bail!("{} has no questions", file.display());
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            name,
            index: index(embedder, &folder.join("docs"))?,
            questions,
        })
    }

    /// Asks every question in a session of its own, after its history.
    pub(super) fn ask_all(&self, embedder: &Embedder) -> Vec<Asked> {
        self.questions.iter().map(|it| self.judged(embedder, it)).collect()
    }

    fn judged(&self, embedder: &Embedder, question: &Question) -> Asked {
        let mut turns: Vec<(bool, String)> = Vec::new();
        for earlier in &question.history {
            let said = self.ask(embedder, earlier, &turns);
            turns.push((true, earlier.clone()));
            turns.push((false, said.answer.text));
        }
        let started = Instant::now();
        let Reply { answer, found } = self.ask(embedder, &question.question, &turns);
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        let answered = !answer.citations.is_empty();
        Asked {
            set: self.name.clone(),
            verdict: judge(question, &answer.text, answered, None),
            question: question.clone(),
            answered,
            confidence: found.confidence(),
            sources: answer.citations.iter().map(|it| it.title.clone()).collect(),
            answer: answer.text,
            ms,
        }
    }

    fn ask(&self, embedder: &Embedder, question: &str, turns: &[(bool, String)]) -> Reply {
        let turns = turns.iter().map(|(is_visitor, text)| Turn {
            is_visitor: *is_visitor,
            text,
        });
        let questions = answer::read(question, turns.collect(), Reading::default());
        let part = |standalone: &retrieval::contextualization::Standalone<'_>| {
            let options = SearchOptions {
                limit: PASSAGES,
                context: &standalone.context,
                ..SearchOptions::default()
            };
            Part {
                retrieval: self.index.search(embedder, &standalone.question, &options),
                question: standalone.text.clone(),
            }
        };
        let found = Found {
            parts: questions.iter().map(part).collect(),
            threshold: THRESHOLD,
        };
        let answer = quote(embedder, &found, &WORDING);
        let answer = match answer.text.is_empty() {
            true => Answer {
                text: WORDING.fallback.to_owned(),
                ..Answer::default()
            },
            false => answer,
        };
        Reply { answer, found }
    }
}

/// Reads the documents of a folder into an index, each as a document of its own.
fn index(embedder: &Embedder, folder: &Path) -> Result<Index> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files = entries
        .map(|it| it.map(|it| it.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    let mut builder = SegmentBuilder::new(embedder);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hint = Hint {
            name: name.clone(),
            ..Hint::default()
        };
        let extracted = document_at_once(&fs::read(&file)?, &hint)
            .map_err(|it| anyhow::anyhow!("{}: {}", file.display(), it.message))?;
        let parsed = retrieval::Parsed {
            title: extracted.title,
            blocks: extracted.blocks,
        };
        builder.add(&DocumentInput {
            document_id: &name,
            collection_id: "docs",
            title: &name,
            url: None,
            language: None,
            passages: &passages(&parsed),
        });
    }
    let segment = Segment::decode(builder.finish()?)?;
    Ok(Index::new(vec![Arc::new(segment)], |_, _| false))
}
