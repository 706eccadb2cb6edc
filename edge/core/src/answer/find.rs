//! The passages for a question, and what the trace says of them.
use super::standalone::standalone;
use super::{Brief, Speech};
use crate::app::App;
use crate::{Result, index};
use edge_model::agent::AgentConfig;
use edge_model::conversation::{Passage, Trace};
use edge_model::{CollectionId, DocumentId};
use retrieval::{Embedder, Hit, Index, Retrieval, SearchOptions};
use std::sync::Arc;

/// As many passages are looked at.
const PASSAGES: usize = 8;

/// What was found.
pub(super) struct Found {
    /// The question as it was looked up.
    pub(super) question: String,
    /// None before the first document.
    pub(super) embedder: Option<Arc<Embedder>>,
    pub(super) retrieval: Retrieval,
}

/// Looks a question up.
///
/// # Errors
/// When the index or the model of meanings cannot be read.
pub(super) async fn find(app: &App, brief: &Brief<'_>) -> Result<Found> {
    let question = standalone(brief.question, brief.history);
    let Some(snapshot) = brief.snapshot else {
        return Ok(Found {
            question,
            embedder: None,
            retrieval: Retrieval::default(),
        });
    };
    let embedder = index::embedder(app).await?;
    let index = index::load(app, snapshot).await?;
    let retrieval = retrieve(&embedder, &index, &question, brief.config);
    Ok(Found {
        question,
        embedder: Some(embedder),
        retrieval,
    })
}

fn retrieve(embedder: &Embedder, index: &Index, question: &str, config: &AgentConfig) -> Retrieval {
    let collections: Vec<String> = config.collection_ids.iter().map(CollectionId::to_string).collect();
    let options = SearchOptions {
        collections: Some(&collections),
        limit: PASSAGES,
        context: &[],
    };
    let mut found = index.search(embedder, question, &options);
    // A fixed language prefers its documents, where there are any.
    let in_language = |hit: &Hit| hit.language.as_deref() == Some(config.language_mode.as_str());
    if found.hits.iter().any(in_language) {
        found.hits.retain(in_language);
    }
    found
}

/// Notes down on what grounds the answer will stand.
pub(super) fn note(app: &App, brief: &Brief<'_>, found: &Found, speech: &mut Speech<'_>) {
    let retrieval = &found.retrieval;
    let spent = u64::try_from(app.now().0 - brief.began.0).unwrap_or_default();
    speech.composed.confidence = f64::from(retrieval.confidence);
    let mut trace = Trace {
        agent_version: brief.agent_version.clone(),
        snapshot: brief.snapshot.map_or(0, |it| it.version),
        generator: "none".into(),
        strategy: "CEDAR".into(),
        standalone_question: found.question.clone(),
        features: retrieval
            .features
            .iter()
            .map(|(name, value)| ((*name).to_owned(), f64::from(*value)))
            .collect(),
        threshold: brief.config.confidence_threshold,
        passages: retrieval.hits.iter().map(passage).collect(),
        ..Trace::default()
    };
    trace.timings.found_ms = spent;
    speech.composed.trace = trace;
}

fn passage(hit: &Hit) -> Passage {
    Passage {
        document_id: DocumentId::new(hit.document_id.as_str()),
        title: hit.title.clone(),
        heading_path: hit.heading_path.clone(),
        chunk_index: hit.chunk_index,
        score: f64::from(hit.score),
    }
}
