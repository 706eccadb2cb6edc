//! Webhooks (`public/docs/api-builder.md#how-do-i-register-a-webhook-through-the-builder-api`): each belongs to one
//! agent. Bare, unlike what else this dialect answers.
use super::ACCESS;
use super::caller::Caller;
use super::envelope::WEBHOOKS;
use super::error::{ApiError, ApiResult, Body, Path};
use crate::dialect::route::{self, Route};
use axum::Json;
use axum::extract::State;
use edge_core::auth;
use edge_core::ssrf::PublicUrl;
use edge_core::webhook::headers::OwnHeaders;
use edge_core::webhook::{self, NewWebhook, Scope, WebhookPatch};
use edge_core::{App, Error};
use edge_model::event::EventKind;
use edge_model::text::Name;
use edge_model::webhook::WebhookForm;
use edge_model::{AgentId, WebhookId};
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const WEBHOOKS: &str = "/v1/agents/{agent_id}/webhooks";
    const WEBHOOK: &str = "/v1/agents/{agent_id}/webhooks/{webhook_id}";
    vec![
        route::post(WEBHOOKS, create, ACCESS, "Create a webhook")
            .takes::<CreateWebhook>()
            .gives::<CreatedWebhook>(201),
        route::get(WEBHOOKS, list, ACCESS, "List webhooks").gives::<WebhookList>(200),
        route::get(WEBHOOK, show, ACCESS, "Get a webhook").gives::<Webhook>(200),
        route::patch(WEBHOOK, update, ACCESS, "Update a webhook")
            .takes::<UpdateWebhook>()
            .gives::<Webhook>(200),
        route::delete(WEBHOOK, delete, ACCESS, "Delete a webhook").gives_nothing(),
    ]
}

/// What a new webhook is to be.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = builder::CreateWebhook))]
pub struct CreateWebhook {
    /// http or https, and public.
    url: String,
    /// At least one of `run.started`, `run.completed`, `run.failed`, `run.stopped`, `run.paused`; none twice.
    events: Vec<String>,
}

/// What is to change about a webhook; what is absent stays.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = builder::UpdateWebhook))]
pub struct UpdateWebhook {
    url: Option<String>,
    events: Option<Vec<String>>,
    /// `active` or `disabled`.
    status: Option<String>,
}

/// A webhook that was just made.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = builder::CreatedWebhook))]
pub struct CreatedWebhook {
    webhook_id: String,
    url: String,
    events: Vec<&'static str>,
    /// Shown this once.
    signing_secret: String,
    /// `active` or `disabled`.
    status: &'static str,
    created_at: String,
}

/// A webhook.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = builder::Webhook))]
pub struct Webhook {
    webhook_id: String,
    agent_id: Option<String>,
    user_id: String,
    url: String,
    events: Vec<&'static str>,
    /// `active` or `disabled`.
    status: &'static str,
    created_at: String,
    updated_at: String,
}

/// All webhooks of an agent, newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = builder::WebhookList))]
pub struct WebhookList {
    webhooks: Vec<Webhook>,
    /// Extension: null, since the list is whole.
    next_cursor: Option<String>,
}

fn scope(agent: String) -> Scope {
    Scope {
        form: WebhookForm::Builder,
        agent_id: Some(AgentId::new(agent)),
        sees_all: false,
    }
}

fn url(app: &App, text: &str) -> ApiResult<PublicUrl> {
    PublicUrl::new(text, &app.settings.allow_private_hosts).map_err(|why| Error::field("url", why).into())
}

fn kinds(names: &[String]) -> ApiResult<Vec<EventKind>> {
    let wrong = |why: String| ApiError::from(Error::field("events", why));
    let known = || wrong(format!("must name at least one of {}", WEBHOOKS.names()));
    let kinds: Option<Vec<_>> = names.iter().map(|it| WEBHOOKS.kind(it)).collect();
    let kinds = kinds.filter(|it| !it.is_empty()).ok_or_else(known)?;
    let is_twice = |(index, kind): (usize, &EventKind)| kinds.iter().take(index).any(|it| it == kind);
    if kinds.iter().enumerate().any(is_twice) {
        return Err(wrong("must not name an event twice".into()));
    }
    Ok(kinds)
}

fn names(kinds: &[EventKind]) -> Vec<&'static str> {
    kinds.iter().filter_map(|it| (WEBHOOKS.name)(*it)).collect()
}

fn status(webhook: &edge_model::webhook::Webhook) -> &'static str {
    match webhook.disabled_because {
        None => "active",
        Some(_) => "disabled",
    }
}

/// Shows a webhook to a caller with the rights of the workspace's owner.
fn shown(program: &auth::Caller, webhook: edge_model::webhook::Webhook) -> Webhook {
    Webhook {
        webhook_id: webhook.id.to_string(),
        user_id: program.workspace().owner_id.to_string(),
        events: names(&webhook.events),
        status: status(&webhook),
        created_at: webhook.created_at.rfc3339(),
        updated_at: webhook.updated_at.rfc3339(),
        agent_id: webhook.agent_id.map(|it| it.to_string()),
        url: webhook.url,
    }
}

pub async fn create(
    State(app): State<App>,
    Caller(program): Caller,
    Path(agent): Path<String>,
    Body(new): Body<CreateWebhook>,
) -> ApiResult<(StatusCode, Json<CreatedWebhook>)> {
    let new = NewWebhook {
        name: Name::new("Webhook").map_err(Error::internal)?,
        url: url(&app, &new.url)?,
        events: kinds(&new.events)?,
        headers: OwnHeaders::default(),
        secret: None,
    };
    let (webhook, secret) = webhook::create(&app, &program, scope(agent), new).await?;
    let created = CreatedWebhook {
        webhook_id: webhook.id.to_string(),
        events: names(&webhook.events),
        signing_secret: secret.as_str().into(),
        status: status(&webhook),
        created_at: webhook.created_at.rfc3339(),
        url: webhook.url,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

pub async fn list(
    State(app): State<App>,
    Caller(program): Caller,
    Path(agent): Path<String>,
) -> ApiResult<Json<WebhookList>> {
    let found = webhook::list(&app, &program, &scope(agent)).await?;
    Ok(Json(WebhookList {
        webhooks: found.into_iter().map(|it| shown(&program, it)).collect(),
        next_cursor: None,
    }))
}

pub async fn show(
    State(app): State<App>,
    Caller(program): Caller,
    Path((agent, id)): Path<(String, String)>,
) -> ApiResult<Json<Webhook>> {
    let found = webhook::get(&app, &program, &scope(agent), &WebhookId::new(id)).await?;
    Ok(Json(shown(&program, found)))
}

pub async fn update(
    State(app): State<App>,
    Caller(program): Caller,
    Path((agent, id)): Path<(String, String)>,
    Body(change): Body<UpdateWebhook>,
) -> ApiResult<Json<Webhook>> {
    let is_active = |status: &str| match status {
        "active" => Ok(true),
        "disabled" => Ok(false),
        _ => Err(Error::field("status", "must be active or disabled")),
    };
    let patch = WebhookPatch {
        url: change.url.as_deref().map(|it| url(&app, it)).transpose()?,
        events: change.events.as_deref().map(kinds).transpose()?,
        is_active: change.status.as_deref().map(is_active).transpose()?,
        ..WebhookPatch::default()
    };
    let changed = webhook::update(&app, &program, &scope(agent), &WebhookId::new(id), patch).await?;
    Ok(Json(shown(&program, changed)))
}

pub async fn delete(
    State(app): State<App>,
    Caller(program): Caller,
    Path((agent, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    webhook::delete(&app, &program, &scope(agent), &WebhookId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
