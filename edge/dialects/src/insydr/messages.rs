//! Messages: why an answer is what it is. An extension.
use super::agents_wire::source;
use super::caller::Member;
use super::error::{ApiResult, Path};
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::{App, conversation};
use edge_model::MessageId;
use edge_model::conversation::{self as model, Decision, Explained, Passage};
use shared as wire;
use wire::trace::{Feature, Timings, Trace, TracedPassage};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::get(
            "/api/v1/workspaces/{workspace_id}/messages/{message_id}/trace",
            trace,
            Access::Member,
            "Explain an answer",
        )
        .gives::<wire::trace::Trace>(200)
        .extension(),
    ]
}

pub async fn trace(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Trace>> {
    Ok(Json(shown(
        conversation::explain(&app, &member, &MessageId::new(id)).await?,
    )))
}

fn shown(explained: Explained) -> Trace {
    let Explained {
        id,
        conversation_id,
        agent_id,
        status,
        question,
        text,
        citations,
        confidence,
        latency_ms,
        trace,
        created_at,
    } = explained;
    let model::Trace {
        agent_version,
        snapshot,
        generator,
        decision,
        strategy,
        standalone_question,
        threshold,
        features,
        passages,
        fell_back_from,
        fault,
        attempts,
        embedders,
        embedder_fault,
        timings,
    } = trace;
    let model::Timings {
        found_ms,
        first_text_ms,
    } = timings;
    Trace {
        message_id: id.to_string(),
        conversation_id: conversation_id.to_string(),
        agent_id: agent_id.to_string(),
        status: status.as_str().into(),
        question,
        standalone_question,
        response: text,
        sources: citations.into_iter().map(source).collect(),
        agent_version,
        snapshot_version: snapshot,
        strategy,
        passages: passages.into_iter().map(passage).collect(),
        features: features
            .into_iter()
            .map(|(name, value)| Feature { name, value })
            .collect(),
        confidence,
        threshold,
        decision: decision.map_or("", Decision::as_str).into(),
        generator,
        fell_back_from,
        fallback_reason: fault,
        attempts,
        embedders,
        embedder_fault,
        timings: Timings {
            found_ms,
            first_text_ms,
            total_ms: latency_ms,
        },
        created_at: created_at.rfc3339(),
    }
}

fn passage(passage: Passage) -> TracedPassage {
    let Passage {
        document_id,
        title,
        heading_path,
        passage_index,
        score,
    } = passage;
    TracedPassage {
        document_id: document_id.to_string(),
        title,
        heading_path,
        chunk_index: passage_index,
        score,
    }
}
