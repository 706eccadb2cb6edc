//! Webhooks (`public/docs/api-twig.md#how-do-i-register-a-webhook-through-the-twig-api`).
use super::ACCESS;
use super::caller::Caller;
use super::envelope::WEBHOOKS;
use super::error::{ApiError, ApiResult, Body, Path};
use super::{Success, success};
use crate::dialect::route::{self, Route};
use axum::Json;
use axum::extract::State;
use edge_core::ssrf::PublicUrl;
use edge_core::webhook::headers::OwnHeaders;
use edge_core::webhook::signature::SigningSecret;
use edge_core::webhook::{self, NewWebhook, Scope};
use edge_core::{App, Error};
use edge_model::WebhookId;
use edge_model::event::EventKind;
use edge_model::text::Name;
use edge_model::webhook::WebhookForm;
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const WEBHOOKS: &str = "/api/webhooks";
    const WEBHOOK: &str = "/api/webhooks/{webhook_id}";
    vec![
        route::post(WEBHOOKS, create, ACCESS, "Register a webhook")
            .takes::<CreateWebhook>()
            .gives_data::<CreatedWebhook>(201),
        route::get(WEBHOOKS, list, ACCESS, "List webhooks")
            .gives_data::<WebhookList>(200)
            .extension(),
        route::get(WEBHOOK, show, ACCESS, "Get a webhook")
            .gives_data::<Webhook>(200)
            .extension(),
        route::delete(WEBHOOK, delete, ACCESS, "Delete a webhook")
            .gives_data::<Deleted>(200)
            .extension(),
    ]
}

/// What this dialect makes and sees.
const SCOPE: Scope = Scope {
    form: WebhookForm::Twig,
    agent_id: None,
    sees_all: false,
};

/// What a new webhook is to be.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::CreateWebhook))]
pub struct CreateWebhook {
    /// http or https, and public.
    url: String,
    /// `interaction.created`, `interaction.feedback`, `agent.created`, `agent.updated`, `agent.deleted`,
    /// `datasource.processed`, `datasource.failed`, `escalation.created`.
    events: Vec<String>,
    /// Your own, of 8 to 256 characters; signs what is sent. One is made when it is absent.
    secret: Option<String>,
}

/// A webhook.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::Webhook))]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    id: String,
    url: String,
    events: Vec<&'static str>,
    active: bool,
    created_at: String,
}

/// All webhooks, newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::WebhookList))]
pub struct WebhookList(Vec<Webhook>);

/// A webhook that was just made.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::CreatedWebhook))]
pub struct CreatedWebhook {
    #[serde(flatten)]
    webhook: Webhook,
    /// Extension: the secret that was made because none was given; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A webhook that is no more.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twig::Deleted))]
pub struct Deleted {
    id: String,
    deleted: bool,
}

fn kinds(names: &[String]) -> ApiResult<Vec<EventKind>> {
    let wrong = || {
        let names = WEBHOOKS.names();
        ApiError::from(Error::field("events", format!("must name at least one of {names}")))
    };
    let kinds: Option<Vec<_>> = names.iter().map(|it| WEBHOOKS.kind(it)).collect();
    kinds.filter(|it| !it.is_empty()).ok_or_else(wrong)
}

fn shown(webhook: edge_model::webhook::Webhook) -> Webhook {
    Webhook {
        id: webhook.id.to_string(),
        url: webhook.url,
        events: webhook.events.iter().filter_map(|it| (WEBHOOKS.name)(*it)).collect(),
        active: webhook.disabled_because.is_none(),
        created_at: webhook.created_at.rfc3339(),
    }
}

pub async fn create(
    State(app): State<App>,
    Caller(program): Caller,
    Body(new): Body<CreateWebhook>,
) -> ApiResult<(StatusCode, Json<Success<CreatedWebhook>>)> {
    let is_given = new.secret.is_some();
    let secret = new.secret.as_deref().map(SigningSecret::new).transpose();
    let url = PublicUrl::new(&new.url, &app.settings.allow_private_hosts);
    let new = NewWebhook {
        name: Name::new("Webhook").map_err(Error::internal)?,
        url: url.map_err(|why| Error::field("url", why))?,
        events: kinds(&new.events)?,
        headers: OwnHeaders::default(),
        secret: secret.map_err(|why| Error::field("secret", why))?,
    };
    let (webhook, secret) = webhook::create(&app, &program, SCOPE, new).await?;
    let created = CreatedWebhook {
        webhook: shown(webhook),
        secret: Some(secret.as_str().to_owned()).filter(|_| !is_given),
    };
    Ok((StatusCode::CREATED, success(created)))
}

pub async fn list(State(app): State<App>, Caller(program): Caller) -> ApiResult<Json<Success<WebhookList>>> {
    let found = webhook::list(&app, &program, &SCOPE).await?;
    Ok(success(WebhookList(found.into_iter().map(shown).collect())))
}

pub async fn show(
    State(app): State<App>,
    Caller(program): Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Success<Webhook>>> {
    let found = webhook::get(&app, &program, &SCOPE, &WebhookId::new(id)).await?;
    Ok(success(shown(found)))
}

pub async fn delete(
    State(app): State<App>,
    Caller(program): Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Success<Deleted>>> {
    webhook::delete(&app, &program, &SCOPE, &WebhookId::new(id.as_str())).await?;
    Ok(success(Deleted { id, deleted: true }))
}
