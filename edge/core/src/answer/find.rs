//! The passages for a question, and what the trace says of them.
use super::{AnswerRequest, AnswerWriter, context};
use crate::app::App;
use crate::embedding::question::{Understood, understand as embed};
use crate::{Result, index};
use edge_model::DocumentId;
use edge_model::agent::{AgentConfig, Strategy};
use edge_model::conversation::{Author, Passage, Trace};
use edge_model::{CollectionId, conversation};
use futures_util::future::join;
use retrieval::answer::{self, Found, Part, Reading};
use retrieval::contextualization::{Standalone, Turn};
use retrieval::{Embedder, Hit, Index, QueryEmbedding, Retrieval, SearchOptions};
use std::sync::Arc;

/// As many passages are looked at.
const PASSAGES: usize = 8;

/// What was found.
pub(super) struct Looked {
    pub(super) found: Found,
    /// None where there is nothing to look through.
    pub(super) embedder: Option<Arc<Embedder>>,
    understood: Understood,
}

/// Looks a question up.
///
/// # Errors
/// When the index or the model of meanings cannot be read.
pub(super) async fn find(app: &App, request: &AnswerRequest<'_>) -> Result<Looked> {
    let told = request.context.and_then(context::last_turn);
    let history: Vec<Turn<'_>> = request.history.iter().chain(&told).map(turn).collect();
    let questions = answer::read(request.question, history, reading(request.config.strategy));
    let (index, understood) = match request.snapshot {
        Some(snapshot) => {
            let both = join(
                index::load(app, snapshot),
                embed(&app.embeddings, &*app.clock, &snapshot.manifest, &questions),
            )
            .await;
            (Some(both.0?), both.1)
        }
        None => (None, Understood::default()),
    };
    let embedder = match index.is_some() || request.context.is_some() {
        true => Some(index::embedder(app).await?),
        false => None,
    };
    let mut parts = Vec::with_capacity(questions.len());
    for (place, question) in questions.into_iter().enumerate() {
        let asked = understood.questions.get(place).map_or(&[][..], Vec::as_slice);
        let mut retrieval = match (&index, &embedder) {
            (Some(index), Some(embedder)) => retrieve(embedder, index, &question, asked, request.config),
            _ => Retrieval::default(),
        };
        if let (Some(told), Some(embedder)) = (request.context, &embedder) {
            let found = context::search(embedder, told, &question.question, PASSAGES)?;
            retrieval = context::merge(retrieval, found, PASSAGES);
        }
        parts.push(Part {
            retrieval,
            question: question.text,
        });
    }
    let threshold = request.config.confidence_threshold;
    Ok(Looked {
        found: Found { parts, threshold },
        embedder,
        understood,
    })
}

fn turn(turn: &conversation::Turn) -> Turn<'_> {
    Turn {
        is_visitor: turn.author == Author::Visitor,
        text: &turn.text,
    }
}

fn reading(strategy: Strategy) -> Reading {
    match strategy {
        Strategy::Redwood => Reading::Alone,
        Strategy::Cedar => Reading::InConversation,
        Strategy::Cypress => Reading::InParts,
    }
}

fn retrieve(
    embedder: &Embedder,
    index: &Index,
    question: &Standalone<'_>,
    query_embeddings: &[QueryEmbedding],
    config: &AgentConfig,
) -> Retrieval {
    let collections: Vec<String> = config.collection_ids.iter().map(CollectionId::to_string).collect();
    let options = SearchOptions {
        collections: Some(&collections),
        limit: PASSAGES,
        context: &question.context,
        query_embeddings,
    };
    let mut found = index.search(embedder, &question.question, &options);
    // A fixed language prefers its documents, where one of them answers, and is as sure as that one.
    let in_language = |hit: &Hit| hit.language.as_deref() == Some(config.language_mode.as_str());
    let best = found.hits.iter().find(|it| in_language(it)).map(|it| it.score);
    if let Some(best) = best.filter(|it| f64::from(*it) >= config.confidence_threshold) {
        found.hits.retain(in_language);
        found.confidence = best;
    }
    found
}

/// Notes down on what grounds the answer will stand.
pub(super) fn note(app: &App, request: &AnswerRequest<'_>, looked: &Looked, writer: &mut AnswerWriter<'_>) {
    let Looked { found, understood, .. } = looked;
    let spent = app.now().millis_since(request.began);
    writer.draft.confidence = found.confidence();
    let questions: Vec<&str> = found.parts.iter().map(|it| it.question.as_str()).collect();
    // The features of the question that the confidence is of.
    let decisive = found.parts.iter().find(|it| it.confidence() == found.confidence());
    let features = decisive.map(|it| it.retrieval.features.as_slice()).unwrap_or_default();
    let mut trace = Trace {
        agent_version: request.agent_version.clone(),
        snapshot: request.snapshot.map_or(0, |it| it.version),
        generator: "none".into(),
        strategy: request.config.strategy.as_str().into(),
        standalone_question: questions.join("\n"),
        features: features
            .iter()
            .map(|(name, value)| ((*name).to_owned(), f64::from(*value)))
            .collect(),
        threshold: request.config.confidence_threshold,
        passages: found.hits().iter().map(passage).collect(),
        embedders: understood.embedders.clone(),
        embedder_fault: understood.fault.clone(),
        ..Trace::default()
    };
    trace.timings.found_ms = spent;
    writer.draft.trace = trace;
}

fn passage(hit: &Hit) -> Passage {
    Passage {
        document_id: DocumentId::new(hit.document_id.as_str()),
        title: hit.title.clone(),
        heading_path: hit.heading_path.clone(),
        passage_index: hit.passage_index,
        score: f64::from(hit.score),
    }
}
