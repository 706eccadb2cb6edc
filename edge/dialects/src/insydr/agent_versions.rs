//! Agents put aside, copied and restored: extensions.
use super::agents_wire::{behavior, created, response, tagged, widget_settings};
use super::caller::Member;
use super::error::{ApiError, ApiResult, Body, Path};
use super::revision::Tagged;
use crate::dialect::route::{Access, Route, get, post};
use axum::Json;
use axum::extract::State;
use edge_core::agent::version_name;
use edge_core::{App, Error, agent_version};
use edge_model::AgentId;
use edge_model::text::Name;
use http::StatusCode;
use shared as wire;
use wire::agent::{Agent, AgentVersion, AgentVersionList, AgentVersionSummary, CreatedAgent, DuplicateAgent};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ARCHIVE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/archive";
    const UNARCHIVE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/unarchive";
    const DUPLICATE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/duplicate";
    const VERSIONS: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/versions";
    const VERSION: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/versions/{version}";
    const RESTORE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/versions/{version}/restore";
    let of_member = Access::Member;
    [
        post(
            ARCHIVE,
            archive,
            of_member,
            "Put an agent aside; it answers nobody any more",
        )
        .control()
        .gives::<Agent>(200),
        post(
            UNARCHIVE,
            unarchive,
            of_member,
            "Bring an archived agent back, as a draft",
        )
        .gives::<Agent>(200),
        post(
            DUPLICATE,
            duplicate,
            of_member,
            "Copy an agent's draft into a new agent",
        )
        .takes::<DuplicateAgent>()
        .gives::<CreatedAgent>(201),
        get(VERSIONS, list, of_member, "List an agent's published versions").gives::<AgentVersionList>(200),
        get(VERSION, show, of_member, "Get a published version of an agent").gives::<AgentVersion>(200),
        post(RESTORE, restore, of_member, "Make a published version the draft").gives::<Agent>(200),
    ]
    .map(Route::extension)
    .into()
}

fn number(version: &str) -> ApiResult<u32> {
    Ok(agent_version::number(version).ok_or_else(|| Error::not_found("version"))?)
}

pub async fn archive(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(agent_version::archive(&app, &member, &AgentId::new(id)).await?))
}

pub async fn unarchive(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(
        agent_version::unarchive(&app, &member, &AgentId::new(id)).await?,
    ))
}

pub async fn duplicate(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(wish): Body<DuplicateAgent>,
) -> ApiResult<(StatusCode, Json<CreatedAgent>)> {
    let name = wish.name.as_deref().map(Name::new).transpose();
    let name = name.map_err(|why| ApiError::field("name", why))?;
    let copy = agent_version::duplicate(&app, &member, &AgentId::new(id), name).await?;
    Ok((StatusCode::CREATED, Json(created(copy))))
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<AgentVersionList>> {
    let found = agent_version::list(&app, &member, &AgentId::new(id)).await?;
    let one = |it: edge_model::agent::AgentVersionSummary| AgentVersionSummary {
        version: version_name(it.version),
        published_at: it.created_at.rfc3339(),
        is_published: it.is_published,
    };
    Ok(Json(AgentVersionList {
        total: u64::try_from(found.len()).unwrap_or_default(),
        versions: found.into_iter().map(one).collect(),
    }))
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, version)): Path<(String, String, String)>,
) -> ApiResult<Json<AgentVersion>> {
    let found = agent_version::get(&app, &member, &AgentId::new(id), number(&version)?).await?;
    let (summary, config) = (found.summary, found.config);
    Ok(Json(AgentVersion {
        version: version_name(summary.version),
        published_at: summary.created_at.rfc3339(),
        is_published: summary.is_published,
        behavior_settings: behavior(&config),
        response_config: response(&config),
        name: config.name,
        description: config.description,
        conversation_rules: config.conversation_rules,
        greeting_message: config.greeting_message,
        fallback_message: config.fallback_message,
        collection_ids: config.collection_ids.iter().map(ToString::to_string).collect(),
        widget: widget_settings(config.widget),
    }))
}

pub async fn restore(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, version)): Path<(String, String, String)>,
) -> ApiResult<Tagged<Agent>> {
    let version = number(&version)?;
    Ok(tagged(
        agent_version::restore(&app, &member, &AgentId::new(id), version).await?,
    ))
}
