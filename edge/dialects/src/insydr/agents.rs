//! Agents (`public/docs/api-insydr.md#how-do-i-manage-agents-through-the-api`).
use super::PAGE;
use super::agents_wire::{created, patch, source, tagged};
use super::caller::Member;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::Paging;
use super::revision::{IfMatch, Tagged};
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::App;
use edge_core::agent::{self, Publication};
use edge_core::cursor::List;
use edge_model::AgentId;
use edge_model::agent::{AgentStatus, AgentSummary};
use edge_model::text::{Name, Question};
use http::StatusCode;
use serde::Deserialize;
use shared as wire;
use wire::agent::{Agent, AgentList, CreateAgent, CreatedAgent, Published, TestAnswer, TestMessage, UpdateAgent};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/agents";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}";
    const FILTERS: [(&str, &str); 4] = [
        ("status", "DRAFT, PUBLISHED or ARCHIVED"),
        ("type", "An agent type"),
        PAGE[0],
        PAGE[1],
    ];
    vec![
        route::post(ALL, create, Access::Member, "Create an agent")
            .takes::<CreateAgent>()
            .gives::<CreatedAgent>(201),
        route::get(ALL, list, Access::Member, "List agents")
            .query(&FILTERS)
            .gives::<AgentList>(200),
        route::get(ONE, show, Access::Member, "Get an agent").gives::<Agent>(200),
        route::patch(ONE, update, Access::Member, "Change an agent's draft")
            .takes::<UpdateAgent>()
            .gives::<Agent>(200),
        route::post(
            "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/publish",
            publish,
            Access::Member,
            "Publish an agent's draft",
        )
        .gives::<Published>(200),
        route::post(
            "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/test",
            test,
            Access::Member,
            "Ask an agent's draft",
        )
        .takes::<TestMessage>()
        .gives::<TestAnswer>(200)
        .answered_anew(),
    ]
}

/// The query of the list.
#[derive(Deserialize)]
pub struct Filters {
    status: Option<String>,
    r#type: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

pub async fn create(
    State(app): State<App>,
    Member(member): Member,
    Body(new): Body<CreateAgent>,
) -> ApiResult<(StatusCode, Json<CreatedAgent>)> {
    let name = Name::new(&new.name).map_err(|why| ApiError::field("name", why))?;
    let patch = patch(&app, new.into_update())?;
    let agent = agent::create(&app, &member, name, patch).await?;
    Ok((StatusCode::CREATED, Json(created(agent))))
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<AgentList>> {
    let wrong = || ApiError::field("status", "must be DRAFT, PUBLISHED or ARCHIVED");
    let status = filters
        .status
        .as_deref()
        .map(|it| AgentStatus::parse(it).ok_or_else(wrong))
        .transpose()?;
    let list = List::of("agents", &[member.workspace().id.as_str()]);
    let asked = Paging::new(filters.limit, filters.cursor).short(&app, list)?;
    let (found, total) = agent::list(&app, &member, status, filters.r#type.as_deref(), &asked.page).await?;
    let (agents, next_cursor) = asked.rows(found, |it| (it.created_at, it.id.as_str()), summary)?;
    Ok(Json(AgentList {
        agents,
        total,
        next_cursor,
    }))
}

fn summary(agent: AgentSummary) -> wire::agent::AgentSummary {
    let AgentSummary {
        id,
        name,
        status,
        agent_type,
        conversation_count,
        created_at,
    } = agent;
    wire::agent::AgentSummary {
        id: id.to_string(),
        name,
        status: status.as_str().into(),
        agent_type,
        conversation_count,
        created_at: created_at.rfc3339(),
    }
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(agent::get(&app, &member, &AgentId::new(id)).await?))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Body(change): Body<UpdateAgent>,
) -> ApiResult<Tagged<Agent>> {
    let patch = patch(&app, change)?;
    let changed = agent::update(&app, &member, &AgentId::new(id), patch, expected.as_deref()).await?;
    Ok(tagged(changed))
}

pub async fn publish(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> ApiResult<Tagged<Published>> {
    let Publication { version, revision, at } =
        agent::publish(&app, &member, &AgentId::new(id), expected.as_deref()).await?;
    Ok(Tagged {
        revision,
        answer: Published {
            message: "Agent published successfully".into(),
            version,
            published_at: at.rfc3339(),
            revision,
        },
    })
}

pub async fn test(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(wish): Body<TestMessage>,
) -> ApiResult<Json<TestAnswer>> {
    let question = Question::new(&wish.message).map_err(|why| ApiError::field("message", why))?;
    let (composed, response_time_ms) = agent::test(&app, &member, &AgentId::new(id), &question).await?;
    Ok(Json(TestAnswer {
        response: composed.text,
        sources: composed.citations.into_iter().map(source).collect(),
        confidence: composed.confidence,
        response_time_ms,
        answered: composed.is_answered,
    }))
}
