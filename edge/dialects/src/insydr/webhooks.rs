//! Webhooks (`public/docs/api-insydr.md#how-do-i-create-and-manage-webhooks-through-the-api`).
use super::PAGE;
use super::caller::Member;
use super::envelope::WEBHOOKS;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::Paging;
use super::provenance::actor;
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::auth::Caller;
use edge_core::cursor::List;
use edge_core::permission::Action;
use edge_core::ssrf::PublicUrl;
use edge_core::webhook::headers::OwnHeaders;
use edge_core::webhook::signature::SigningSecret;
use edge_core::webhook::{self, NewWebhook, Scope, WebhookPatch};
use edge_core::{App, delivery, origin};
use edge_model::delivery::{Attempt, Delivery, DeliveryStatus};
use edge_model::event::EventKind;
use edge_model::text::Name;
use edge_model::webhook::{DisabledBecause, Webhook, WebhookForm};
use edge_model::{DeliveryId, Timestamp, WebhookId};
use edge_store::deliveries::Range;
use http::StatusCode;
use serde::Deserialize;
use shared as wire;
use std::collections::BTreeMap;
use wire::error::Message;
use wire::webhook::{
    CreateWebhook, CreatedWebhook, DeliveryDetail, DeliveryList, Replay, Replayed, RotatedSecret, UpdateWebhook,
    WebhookList,
};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/webhooks";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}";
    const DELIVERIES: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries";
    const DELIVERY: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries/{delivery_id}";
    const FILTERS: [(&str, &str); 3] = [("status", "PENDING, DELIVERED or FAILED"), PAGE[0], PAGE[1]];
    vec![
        route::post(ALL, create, Access::Member, "Create a webhook (owner, admin)")
            .takes::<CreateWebhook>()
            .gives::<CreatedWebhook>(201),
        route::get(ALL, list, Access::Member, "List webhooks")
            .gives::<WebhookList>(200)
            .extension(),
        route::get(ONE, show, Access::Member, "Get a webhook")
            .gives::<wire::webhook::Webhook>(200)
            .extension(),
        route::patch(ONE, update, Access::Member, "Change a webhook (owner, admin)")
            .takes::<UpdateWebhook>()
            .gives::<wire::webhook::Webhook>(200)
            .extension(),
        route::delete(ONE, delete, Access::Member, "Delete a webhook (owner, admin)")
            .control()
            .gives::<Message>(200)
            .extension(),
        route::post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/test",
            test,
            Access::Member,
            "Send a test event (owner, admin)",
        )
        .gives::<wire::webhook::Delivery>(202)
        .extension(),
        route::post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/rotate-secret",
            rotate_secret,
            Access::Member,
            "Replace the secret; the old one signs for another day (owner, admin)",
        )
        .gives::<RotatedSecret>(200)
        .extension(),
        route::post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replay",
            replay,
            Access::Member,
            "Send the events of a range again (owner, admin)",
        )
        .takes::<Replay>()
        .gives::<Replayed>(202)
        .extension(),
        route::get(
            DELIVERIES,
            deliveries,
            Access::Member,
            "List what was sent to a webhook",
        )
        .query(&FILTERS)
        .gives::<DeliveryList>(200)
        .extension(),
        route::get(DELIVERY, delivery, Access::Member, "Get a delivery and its attempts")
            .gives::<DeliveryDetail>(200)
            .extension(),
        route::post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
            redeliver,
            Access::Member,
            "Send an event again (owner, admin)",
        )
        .gives::<wire::webhook::Delivery>(202)
        .extension(),
    ]
}

/// What this dialect makes; it sees what the others make, too.
const SCOPE: Scope = Scope {
    form: WebhookForm::Insydr,
    agent_id: None,
    sees_all: true,
};

fn name(text: &str) -> ApiResult<Name> {
    Name::new(text).map_err(|why| ApiError::field("name", why))
}

fn url(app: &App, text: &str) -> ApiResult<PublicUrl> {
    PublicUrl::new(text, &app.settings.allow_private_hosts).map_err(|why| ApiError::field("url", why))
}

fn events(given: &[String]) -> ApiResult<Vec<EventKind>> {
    if given.is_empty() {
        return Err(ApiError::field("event_types", "must name at least one event"));
    }
    let kind = |name: &String| {
        let wrong = || format!("must be among {}", WEBHOOKS.names());
        WEBHOOKS
            .kind(name)
            .ok_or_else(|| ApiError::field("event_types", wrong()))
    };
    given.iter().map(kind).collect()
}

fn headers(app: &App, given: &BTreeMap<String, String>) -> ApiResult<OwnHeaders> {
    OwnHeaders::new(given, &app.envelopes.header_prefixes()).map_err(|why| ApiError::field("headers", why))
}

fn event_types(app: &App, form: WebhookForm, kinds: &[EventKind]) -> Vec<String> {
    let names = kinds.iter().filter_map(|it| app.envelopes.event_name(form, *it));
    names.map(str::to_owned).collect()
}

/// Shows webhooks to a member: their addresses only to who manages them.
pub(super) fn shown_to(app: &App, member: &Caller, found: Vec<Webhook>) -> Vec<wire::webhook::Webhook> {
    found.into_iter().map(|it| shown(app, member, it)).collect()
}

fn shown(app: &App, member: &Caller, webhook: Webhook) -> wire::webhook::Webhook {
    let is_url_masked = member.require(Action::ManageWebhooks).is_err();
    wire::webhook::Webhook {
        id: webhook.id.to_string(),
        name: webhook.name,
        url: match is_url_masked {
            true => origin::of_url(&webhook.url),
            false => webhook.url,
        },
        is_url_masked,
        dialect: webhook.form.as_str().into(),
        agent_id: webhook.agent_id.map(|it| it.to_string()),
        created_by: actor(webhook.created_by),
        event_types: event_types(app, webhook.form, &webhook.events),
        header_names: webhook.header_names,
        is_active: webhook.disabled_because.is_none(),
        disabled_because: webhook.disabled_because.map(DisabledBecause::as_str).map(str::to_owned),
        failing_since: webhook.failing_since.map(Timestamp::rfc3339),
        old_secret_expires_at: webhook.old_secret_until.map(Timestamp::rfc3339),
        created_at: webhook.created_at.rfc3339(),
        updated_at: webhook.updated_at.rfc3339(),
    }
}

pub async fn create(
    State(app): State<App>,
    Member(member): Member,
    Body(new): Body<CreateWebhook>,
) -> ApiResult<(StatusCode, Json<CreatedWebhook>)> {
    let secret = new.secret.as_deref().map(SigningSecret::new).transpose();
    let new = NewWebhook {
        name: name(&new.name)?,
        url: url(&app, &new.url)?,
        events: events(&new.event_types)?,
        headers: headers(&app, &new.headers)?,
        secret: secret.map_err(|why| ApiError::field("secret", why))?,
    };
    let (webhook, secret) = webhook::create(&app, &member, SCOPE, new).await?;
    let created = CreatedWebhook {
        id: webhook.id.to_string(),
        event_types: event_types(&app, webhook.form, &webhook.events),
        name: webhook.name,
        url: webhook.url,
        secret: secret.as_str().into(),
        is_active: webhook.disabled_because.is_none(),
        created_at: webhook.created_at.rfc3339(),
        header_names: webhook.header_names,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

pub async fn list(State(app): State<App>, Member(member): Member) -> ApiResult<Json<WebhookList>> {
    let found = webhook::list(&app, &member, &SCOPE).await?;
    let webhooks = shown_to(&app, &member, found);
    let total = u64::try_from(webhooks.len()).unwrap_or_default();
    Ok(Json(WebhookList { webhooks, total }))
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<wire::webhook::Webhook>> {
    let found = webhook::get(&app, &member, &SCOPE, &WebhookId::new(id)).await?;
    Ok(Json(shown(&app, &member, found)))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateWebhook>,
) -> ApiResult<Json<wire::webhook::Webhook>> {
    let patch = WebhookPatch {
        name: change.name.as_deref().map(name).transpose()?,
        url: change.url.as_deref().map(|it| url(&app, it)).transpose()?,
        events: change.event_types.as_deref().map(events).transpose()?,
        headers: change.headers.as_ref().map(|it| headers(&app, it)).transpose()?,
        is_active: change.is_active,
        ..WebhookPatch::default()
    };
    let webhook = webhook::update(&app, &member, &SCOPE, &WebhookId::new(id), patch).await?;
    Ok(Json(shown(&app, &member, webhook)))
}

pub async fn delete(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Message>> {
    webhook::delete(&app, &member, &SCOPE, &WebhookId::new(id)).await?;
    Ok(Json(Message {
        message: "Webhook deleted".into(),
    }))
}

pub async fn test(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<(StatusCode, Json<wire::webhook::Delivery>)> {
    let delivery = delivery::test(&app, &member, &SCOPE, &WebhookId::new(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(sent(&app, delivery))))
}

pub async fn rotate_secret(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<RotatedSecret>> {
    let (secret, until) = webhook::rotate_secret(&app, &member, &SCOPE, &WebhookId::new(id)).await?;
    Ok(Json(RotatedSecret {
        secret: secret.as_str().into(),
        old_secret_expires_at: until.rfc3339(),
    }))
}

pub async fn replay(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(wish): Body<Replay>,
) -> ApiResult<(StatusCode, Json<Replayed>)> {
    let moment = |field, text: &str| {
        Timestamp::from_rfc3339(text).ok_or_else(|| ApiError::field(field, "must be a moment in RFC 3339"))
    };
    let until = wish.until.as_deref().map(|it| moment("until", it)).transpose()?;
    let range = Range {
        since: moment("since", &wish.since)?,
        until: until.unwrap_or_else(|| app.now()),
        only_failed: wish.only_failed,
    };
    let count = delivery::replay(&app, &member, &SCOPE, &WebhookId::new(id), &range).await?;
    Ok((StatusCode::ACCEPTED, Json(Replayed { count })))
}

/// The query of the list of deliveries.
#[derive(Debug, Deserialize)]
pub struct Filter {
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

fn status(text: &str) -> ApiResult<DeliveryStatus> {
    let found = DeliveryStatus::ALL.into_iter().find(|it| status_name(*it) == text);
    found.ok_or_else(|| ApiError::field("status", "must be PENDING, DELIVERED or FAILED"))
}

fn status_name(status: DeliveryStatus) -> String {
    status.as_str().to_uppercase()
}

fn sent(app: &App, delivery: Delivery) -> wire::webhook::Delivery {
    wire::webhook::Delivery {
        id: delivery.id.to_string(),
        event_id: delivery.event_id.to_string(),
        event_type: app
            .envelopes
            .event_name(delivery.form, delivery.kind)
            .unwrap_or_default()
            .into(),
        status: status_name(delivery.status),
        attempts: delivery.attempts,
        next_attempt_at: delivery.next_attempt_at.map(Timestamp::rfc3339),
        created_at: delivery.created_at.rfc3339(),
        ended_at: delivery.ended_at.map(Timestamp::rfc3339),
    }
}

fn attempt(attempt: Attempt) -> wire::webhook::Attempt {
    wire::webhook::Attempt {
        number: attempt.number,
        url: attempt.url,
        request_headers: attempt.headers.into_iter().collect(),
        status_code: attempt.status,
        error: attempt.error,
        response_body: attempt.response,
        duration_ms: attempt.duration_ms,
        created_at: attempt.created_at.rfc3339(),
    }
}

pub async fn deliveries(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<DeliveryList>> {
    let status = filter.status.as_deref().map(status).transpose()?;
    let id = WebhookId::new(id);
    let list = List::of("deliveries", &[member.workspace().id.as_str(), id.as_str()]);
    let asked = Paging::new(filter.limit, filter.cursor).short(&app, list)?;
    let (found, total) = delivery::list(&app, &member, &SCOPE, &id, status, &asked.page).await?;
    let (deliveries, next_cursor) = asked.rows(found, |it| (it.created_at, it.id.as_str()), |it| sent(&app, it))?;
    Ok(Json(DeliveryList {
        deliveries,
        total,
        next_cursor,
    }))
}

pub async fn delivery(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, delivery)): Path<(String, String, String)>,
) -> ApiResult<Json<DeliveryDetail>> {
    let found = delivery::get(&app, &member, &SCOPE, &WebhookId::new(id), &DeliveryId::new(delivery)).await?;
    Ok(Json(DeliveryDetail {
        delivery: sent(&app, found.delivery),
        request_body: found.body,
        attempts: found.attempts.into_iter().map(attempt).collect(),
    }))
}

pub async fn redeliver(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, delivery)): Path<(String, String, String)>,
) -> ApiResult<(StatusCode, Json<wire::webhook::Delivery>)> {
    let delivery = delivery::redeliver(&app, &member, &SCOPE, &WebhookId::new(id), &DeliveryId::new(delivery)).await?;
    Ok((StatusCode::ACCEPTED, Json(sent(&app, delivery))))
}
