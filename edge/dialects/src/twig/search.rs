//! `POST /api/semantic-search`: passages without an answer (public/docs/api-twig.md).
use super::caller::Caller;
use super::error::{ApiError, ApiResult, Body};
use super::{ACCESS, Success, success};
use crate::dialect::route::{self, Route};
use axum::Json;
use axum::extract::State;
use edge_core::search::{self, FoundPassage, SearchQuery, SearchResult};
use edge_core::{App, Error, auth};
use edge_model::AgentId;
use edge_model::text::Question;
use serde::{Deserialize, Serialize};

/// How many passages are returned when `topK` is absent, and at most.
const PASSAGES: usize = 10;
const MAX_PASSAGES: usize = 50;

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::post(
            "/api/semantic-search",
            search,
            ACCESS,
            "Find passages without an answer",
        )
        .takes::<Search>()
        .gives_data::<Found>(200)
        .answered_anew(),
    ]
}

/// What to search for.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::Search))]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// 1 to 10,000 characters.
    query: String,
    /// The workspace's id. May be left out; another workspace is refused.
    org_id: Option<String>,
    /// Extension: the agent whose collections are searched; all of the workspace when it is absent.
    agent_id: Option<String>,
    /// How many passages to return, 1 to 50; 10 when absent.
    top_k: Option<usize>,
}

/// What was found.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::Found))]
pub struct Found {
    /// Best first.
    results: Vec<Passage>,
    /// How long the search took, in seconds.
    latency: f64,
}

/// A passage of a document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::Passage))]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    document_id: String,
    title: String,
    /// Null for what is no page of a site.
    url: Option<String>,
    content: String,
    /// 0 to 1.
    relevance: f64,
    /// The place of the passage in its document, from 0.
    chunk_index: u32,
}

pub async fn search(
    State(app): State<App>,
    Caller(program): Caller,
    Body(search): Body<Search>,
) -> ApiResult<Json<Success<Found>>> {
    let found = search::search(&app, &program, &query(&program, search)?).await?;
    Ok(success(found.into()))
}

fn query(program: &auth::Caller, search: Search) -> ApiResult<SearchQuery> {
    let wrong = |field: &str, why: String| ApiError::from(Error::field(field, why));
    if search.org_id.is_some_and(|it| it != program.workspace().id.as_str()) {
        return Err(wrong("orgId", "must be the workspace of the key".into()));
    }
    let limit = search.top_k.unwrap_or(PASSAGES);
    if !(1..=MAX_PASSAGES).contains(&limit) {
        return Err(wrong("topK", format!("must be a number from 1 to {MAX_PASSAGES}")));
    }
    Ok(SearchQuery {
        text: Question::new(&search.query).map_err(|why| wrong("query", why.to_string()))?,
        agent_id: search.agent_id.map(AgentId::new),
        limit,
    })
}

impl From<SearchResult> for Found {
    fn from(found: SearchResult) -> Self {
        Self {
            results: found.passages.into_iter().map(Passage::from).collect(),
            latency: super::seconds(found.latency_ms),
        }
    }
}

impl From<FoundPassage> for Passage {
    fn from(passage: FoundPassage) -> Self {
        let FoundPassage {
            document_id,
            title,
            url,
            passage_index,
            text,
            relevance,
        } = passage;
        Self {
            document_id: document_id.to_string(),
            title,
            url,
            content: text,
            relevance,
            chunk_index: passage_index,
        }
    }
}
