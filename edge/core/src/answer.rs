//! Answering, as one readable function: question, standalone question, passages, confidence, words, citations.

mod citations;
pub(crate) mod context;
mod extractive;
mod find;
mod generative;
pub(crate) mod plain;
mod prompt;
mod prompt_leak;
mod writer;

pub use writer::{AnswerDraft, AnswerWriter};

use crate::Result;
use crate::app::App;
use crate::memory::Reservation;
use edge_model::Timestamp;
use edge_model::agent::{AgentConfig, GeneratorChoice};
use edge_model::conversation::{Citation, Decision, Turn};
use edge_model::snapshot::Snapshot;
use edge_model::{DocumentId, MessageId};
use generative::Outcome;
use retrieval::Hit;

/// What an answer takes while it is worked out, besides what was said: passages, sentences, the prompt, in bytes.
const WORK: usize = 64 * 1024;
/// How often what was said is held at once: as rows, as questions, as a prompt.
const COPIES: usize = 3;

/// What traces call the generator that quotes.
const EXTRACTIVE: &str = "extractive";

/// What is known when a question is to be answered.
pub struct AnswerRequest<'a> {
    pub config: &'a AgentConfig,
    pub agent_version: String,
    /// None before the first document.
    pub snapshot: Option<&'a Snapshot>,
    /// The turns before, oldest first.
    pub history: &'a [Turn],
    pub question: &'a str,
    /// When the question came in.
    pub began: Timestamp,
    /// What the caller tells in addition to the question.
    pub context: Option<&'a str>,
    /// Whether only a person may answer, however well the documents do.
    pub needs_person: bool,
}

/// Reserves what an answer takes until it is kept; `said` is the length of the question and of what goes before it.
///
/// # Errors
/// [`crate::Kind::Unavailable`] when too much is going on.
pub(crate) fn reserve(app: &App, said: usize) -> Result<Reservation> {
    Ok(app.memory.reserve(WORK + said.saturating_mul(COPIES))?)
}

/// What a stream of an answer is made of. Each dialect frames it in its own way.
#[derive(Clone, Debug)]
pub enum AnswerEvent {
    Started {
        message_id: MessageId,
    },
    /// The next piece of the text.
    Text(String),
    Citations(Vec<Citation>),
    /// The end of an answer that is kept.
    Finished {
        confidence: f64,
        is_answered: bool,
    },
    /// The end of one that went wrong.
    Failed(crate::Error),
}

/// Answers a question from an agent's documents, or with its fallback. The words are told as they come, whichever
/// generator they come from.
///
/// # Errors
/// When the index or the model of meanings cannot be read, or when a language model breaks off in the middle of the
/// answer; what was said until then stays in `writer`.
pub async fn compose(app: &App, request: &AnswerRequest<'_>, writer: &mut AnswerWriter<'_>) -> Result<()> {
    let looked = find::find(app, request).await?;
    find::note(app, request, &looked, writer);
    let found = &looked.found;
    let decision = match &looked.embedder {
        _ if request.needs_person => Decision::Personal,
        None => Decision::NothingFound,
        Some(_) if found.is_empty() => Decision::NothingFound,
        Some(_) if found.answerable().next().is_none() => Decision::BelowThreshold,
        Some(embedder) => {
            let model = app.model.as_ref();
            let outcome = match model.filter(|_| request.config.generator == GeneratorChoice::Default) {
                Some(model) => generative::write(app, model, request, &found.answerable_hits(), writer).await?,
                None => Outcome::Unasked,
            };
            match outcome {
                Outcome::Answered => Decision::Answered,
                Outcome::Declined => Decision::Declined,
                Outcome::Unasked => {
                    writer.draft.trace.generator = EXTRACTIVE.into();
                    match extractive::write(embedder, found, request.config, writer) {
                        true => Decision::Answered,
                        false => Decision::NothingFound,
                    }
                }
            }
        }
    };
    writer.draft.trace.decision = Some(decision);
    writer.draft.is_answered = decision == Decision::Answered;
    if !writer.draft.is_answered {
        extractive::words(&request.config.fallback_message)
            .into_iter()
            .for_each(|it| writer.write(it));
    }
    Ok(())
}

fn citation(hit: &Hit) -> Citation {
    Citation {
        document_id: DocumentId::new(hit.document_id.as_str()),
        title: hit.title.clone(),
        url: hit.url.clone(),
        heading_path: hit.heading_path.clone(),
        passage_index: hit.passage_index,
        text: hit.text.clone(),
        score: f64::from(hit.score),
    }
}
