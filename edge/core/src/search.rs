//! Search: the passages for a query, without an answer.
use crate::app::App;
use crate::auth::Caller;
use crate::embedding::question::understand;
use crate::memory::Reservation;
use crate::permission::Action;
use crate::{Error, Result, answer, index};
use edge_model::snapshot::Snapshot;
use edge_model::text::Question;
use edge_model::{AgentId, CollectionId, DocumentId};
use futures_util::future::join;
use retrieval::contextualization::contextualize;
use retrieval::{Hit, SearchOptions};
use std::slice;

/// What to search for.
#[derive(Clone, Debug)]
pub struct SearchQuery {
    pub text: Question,
    /// Whose collections are searched; all documents of the workspace when none is named.
    pub agent_id: Option<AgentId>,
    /// The most passages to return.
    pub limit: usize,
}

/// What a found passage takes at most, in bytes: its text, its title and its address.
const PASSAGE_BYTES: usize = 6 * 1024;

/// What was found.
#[derive(Debug)]
pub struct SearchResult {
    /// Best first.
    pub passages: Vec<FoundPassage>,
    /// How long the search took, in milliseconds.
    pub latency_ms: u64,
    /// What the search and its answer take, held until the answer is made.
    pub memory: Reservation,
}

/// A passage of a document.
#[derive(Clone, Debug)]
pub struct FoundPassage {
    pub document_id: DocumentId,
    pub title: String,
    /// The page's address; none for what was not crawled.
    pub url: Option<String>,
    /// The place of the passage in its document, from 0.
    pub passage_index: u32,
    pub text: String,
    /// 0 to 1: how likely the best passage answers the query, and proportionally less for the others.
    pub relevance: f64,
}

impl From<Hit> for FoundPassage {
    fn from(hit: Hit) -> Self {
        Self {
            document_id: DocumentId::new(hit.document_id),
            title: hit.title,
            url: hit.url,
            passage_index: hit.passage_index,
            text: hit.text,
            relevance: f64::from(hit.score),
        }
    }
}

/// Finds the passages for a query. Nothing is kept of it.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the workspace has no such agent; [`crate::Kind::Unavailable`] when too much is going
/// on.
pub async fn search(app: &App, caller: &Caller, query: &SearchQuery) -> Result<SearchResult> {
    caller.require(Action::Read)?;
    let began = app.now();
    let tenant = caller.tenant();
    // The passages, and the answer that they are copied into.
    let found = query.limit.saturating_mul(2 * PASSAGE_BYTES);
    let mut memory = answer::reserve(app, query.text.as_str().len())?;
    memory.grow(found)?;
    let (collections, snapshot) = match &query.agent_id {
        Some(id) => {
            let (config, snapshot) = tenant.search_context(id).await?;
            let config = config.ok_or_else(|| Error::not_found("agent"))?;
            let collections = config.collection_ids.iter().map(CollectionId::to_string);
            (Some(collections.collect::<Vec<_>>()), snapshot)
        }
        None => (None, tenant.snapshot().await?),
    };
    let passages = match snapshot {
        Some(snapshot) => passages(app, query, &snapshot, collections.as_deref()).await?,
        None => vec![],
    };
    let latency_ms = app.now().millis_since(began);
    Ok(SearchResult {
        passages,
        latency_ms,
        memory,
    })
}

async fn passages(
    app: &App,
    query: &SearchQuery,
    snapshot: &Snapshot,
    collections: Option<&[String]>,
) -> Result<Vec<FoundPassage>> {
    let text = query.text.as_str();
    let question = contextualize(text, &[]);
    let asked = understand(
        &app.embeddings,
        &*app.clock,
        &snapshot.manifest,
        slice::from_ref(&question),
    );
    let (index, understood) = join(index::load(app, snapshot), asked).await;
    let embedder = index::embedder(app).await?;
    let options = SearchOptions {
        collections,
        limit: query.limit,
        context: &question.context,
        query_embeddings: understood.questions.first().map_or(&[], Vec::as_slice),
    };
    let found = index?.search(&embedder, &question.question, &options);
    Ok(found.hits.into_iter().map(FoundPassage::from).collect())
}
