//! Workspaces (`public/docs/api-insydr.md#how-do-i-manage-workspaces-through-the-api`).
use super::PAGE;
use super::caller::{Member, Person};
use super::error::{ApiError, ApiResult, Body, Query};
use super::page::Paging;
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::index::Progress;
use edge_core::limit::plan::messages_per_month;
use edge_core::ssrf::PublicUrl;
use edge_core::workspace::{Detail, NewWorkspace, Patch, RetentionDays};
use edge_core::{App, workspace};
use edge_model::Timestamp;
use edge_model::plan::Plan;
use edge_model::text::Name;
use edge_model::workspace::{Embedder, Workspace, WorkspaceSummary};
use http::StatusCode;
use serde_json::{Map, Value};
use shared as wire;
use wire::error::Message;
use wire::workspace::{
    CreateWorkspace, CreatedWorkspace, Embedding, MessageUsage, UpdateWorkspace, WorkspaceList, WorkspaceStats,
};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ONE: &str = "/api/v1/workspaces/{workspace_id}";
    vec![
        route::post("/api/v1/workspaces", create, Access::Account, "Create a workspace")
            .takes::<CreateWorkspace>()
            .gives::<CreatedWorkspace>(201),
        route::get("/api/v1/workspaces", list, Access::Account, "List one's workspaces")
            .query(&PAGE)
            .gives::<WorkspaceList>(200),
        route::get(ONE, show, Access::Member, "Get a workspace").gives::<wire::workspace::Workspace>(200),
        route::patch(ONE, update, Access::Member, "Change a workspace (owner, admin)")
            .takes::<UpdateWorkspace>()
            .gives::<wire::workspace::Workspace>(200),
        route::delete(ONE, delete, Access::Member, "Delete a workspace (owner)")
            .control()
            .gives::<Message>(200),
    ]
}

/// The plan's name in this dialect.
pub(super) fn tier(plan: Plan) -> &'static str {
    match plan {
        Plan::Pro => "PROFESSIONAL",
        plan => plan.as_str(),
    }
}

fn name(text: &str) -> ApiResult<Name> {
    Name::new(text).map_err(|why| ApiError::field("name", why))
}

/// Takes what looks like an IANA name; the browser that shows times knows the rest.
fn timezone(text: String) -> ApiResult<String> {
    let is_plain = |name: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
        (1..=64).contains(&name.len())
            && name.bytes().all(allowed)
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    if is_plain(&text) {
        Ok(text)
    } else {
        Err(ApiError::field("timezone", "must be a name such as `Europe/Berlin`"))
    }
}

fn settings(value: Map<String, Value>) -> ApiResult<Map<String, Value>> {
    let size = serde_json::to_string(&value).map_or(usize::MAX, |it| it.len());
    if size > 16_384 {
        Err(ApiError::field("settings", "must be at most 16 KiB of JSON"))
    } else {
        Ok(value)
    }
}

fn retention_days(days: u32) -> ApiResult<RetentionDays> {
    RetentionDays::new(days).map_err(|why| ApiError::field("retention_days", why))
}

fn full(detail: Detail, available: &[Embedder]) -> wire::workspace::Workspace {
    let Detail {
        workspace,
        role,
        stats,
        messages_used,
        embedding,
    } = detail;
    let Workspace {
        id,
        name,
        slug,
        logo_url,
        timezone,
        plan,
        settings,
        owner_id: _,
        retention_days,
        embedder,
        created_at,
        // Where its rows are is the operator's matter.
        database: _,
    } = workspace;
    wire::workspace::Workspace {
        id: id.to_string(),
        name,
        slug,
        logo_url,
        timezone,
        subscription_tier: tier(plan).into(),
        settings,
        stats: WorkspaceStats {
            total_agents: stats.agents,
            total_documents: stats.documents,
            total_conversations: stats.conversations,
            total_messages: stats.messages,
        },
        created_at: created_at.rfc3339(),
        role: role.as_str().into(),
        usage: MessageUsage {
            messages_used,
            messages_limit: messages_per_month(plan),
        },
        retention_days,
        embedder: embedder.as_str().into(),
        embedding: progress(embedding, available),
    }
}

fn progress(progress: Progress, available: &[Embedder]) -> Embedding {
    let Progress {
        model,
        passages,
        embedded,
        waiting,
    } = progress;
    let state = match &waiting {
        Some(_) => "waiting",
        None if embedded < passages => "embedding",
        None => "ready",
    };
    let (reason, retry_at) = waiting.unzip();
    Embedding {
        available: available.iter().map(|it| it.as_str().to_owned()).collect(),
        model,
        state: state.into(),
        passages,
        embedded,
        reason,
        retry_at: retry_at.flatten().map(Timestamp::rfc3339),
    }
}

/// Takes one that this installation has, by its name.
fn embedder(app: &App, name: &str) -> ApiResult<Embedder> {
    let available = app.embeddings.available();
    let found = Embedder::parse(name).filter(|it| available.contains(it));
    found.ok_or_else(|| {
        let names: Vec<&str> = available.iter().map(|it| it.as_str()).collect();
        ApiError::field(
            "embedder",
            format!("must be one that this installation has: {}", names.join(", ")),
        )
    })
}

pub async fn create(
    State(app): State<App>,
    Person(person): Person,
    Body(new): Body<CreateWorkspace>,
) -> ApiResult<(StatusCode, Json<CreatedWorkspace>)> {
    let new = NewWorkspace {
        name: name(&new.name)?,
        timezone: new.timezone.map_or(Ok("UTC".into()), timezone)?,
        settings: new.settings.map_or(Ok(Map::new()), settings)?,
        embedder: new.embedder.map_or(Ok(Embedder::default()), |it| embedder(&app, &it))?,
    };
    let Workspace {
        id,
        name,
        slug,
        owner_id,
        plan,
        created_at,
        ..
    } = workspace::create(&app, &person, new).await?;
    let answer = CreatedWorkspace {
        id: id.to_string(),
        name,
        slug,
        owner_id: owner_id.to_string(),
        subscription_tier: tier(plan).into(),
        created_at: created_at.rfc3339(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

pub async fn list(
    State(app): State<App>,
    Person(person): Person,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<WorkspaceList>> {
    let list = List::of("workspaces", &[person.account.id.as_str()]);
    let asked = paging.short(&app, list)?;
    let (found, total) = workspace::list(&app, &person, &asked.page).await?;
    let summary = |(it, _): (WorkspaceSummary, Timestamp)| wire::workspace::WorkspaceSummary {
        id: it.id.to_string(),
        name: it.name,
        slug: it.slug,
        role: it.role.as_str().into(),
        agent_count: it.agent_count,
        document_count: it.document_count,
    };
    let (workspaces, next_cursor) = asked.rows(found, |it| (it.1, it.0.id.as_str()), summary)?;
    Ok(Json(WorkspaceList {
        workspaces,
        total,
        next_cursor,
    }))
}

pub async fn show(State(app): State<App>, Member(member): Member) -> ApiResult<Json<wire::workspace::Workspace>> {
    Ok(Json(full(
        workspace::get(&app, &member).await?,
        &app.embeddings.available(),
    )))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Body(change): Body<UpdateWorkspace>,
) -> ApiResult<Json<wire::workspace::Workspace>> {
    let url = |url: String| {
        PublicUrl::new(&url, &app.settings.allow_private_hosts).map_err(|why| ApiError::field("logo_url", why))
    };
    let patch = Patch {
        name: change.name.as_deref().map(name).transpose()?,
        logo_url: change.logo_url.map(|it| it.map(url).transpose()).transpose()?,
        timezone: change.timezone.map(timezone).transpose()?,
        settings: change.settings.map(settings).transpose()?,
        retention_days: change
            .retention_days
            .map(|it| it.map(retention_days).transpose())
            .transpose()?,
        embedder: change.embedder.map(|it| embedder(&app, &it)).transpose()?,
    };
    Ok(Json(full(
        workspace::update(&app, &member, patch).await?,
        &app.embeddings.available(),
    )))
}

pub async fn delete(State(app): State<App>, Member(member): Member) -> ApiResult<Json<Message>> {
    workspace::delete(&app, &member).await?;
    Ok(Json(Message {
        message: "Workspace deleted successfully".into(),
    }))
}
