//! Webhooks: endpoints made, changed, tried out, disabled. Their deliveries are in [`crate::delivery`].
pub mod headers;
pub mod signature;
mod single;

pub use single::{set_single_webhook, single_webhook};

use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::encryption::{self, Purpose};
use crate::permission::Action;
use crate::ssrf::PublicUrl;
use crate::{Error, Kind, Result, agent, outbox};
use edge_model::event::EventKind;
use edge_model::outbox::Access;
use edge_model::text::Name;
use edge_model::time::TimeDelta;
use edge_model::webhook::{DisabledBecause, Webhook, WebhookForm};
use edge_model::{AgentId, Timestamp, WebhookId};
use edge_store::deliveries::Endpoint;
use edge_store::{TenantStore, deliveries, webhooks};
use headers::OwnHeaders;
use signature::SigningSecret;
use std::collections::BTreeMap;

/// How many endpoints a workspace may have.
const MAX_WEBHOOKS: u32 = 100;
/// How long the secret before a rotation goes on signing.
const OLD_SECRET_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Which endpoints an operation is about.
#[derive(Clone, Debug)]
pub struct Scope {
    /// In which form endpoints are made here.
    pub form: WebhookForm,
    /// Set where an endpoint is told of one agent alone.
    pub agent_id: Option<AgentId>,
    /// Whether the endpoints of all forms and agents are seen: people see what programs made through another API, and
    /// programs see only what their own API makes.
    pub sees_all: bool,
}

impl Scope {
    fn has(&self, webhook: &Webhook) -> bool {
        self.sees_all || (webhook.form == self.form && webhook.agent_id == self.agent_id)
    }
}

/// What a new endpoint is to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub name: Name,
    pub url: PublicUrl,
    pub events: Vec<EventKind>,
    pub headers: OwnHeaders,
    /// The caller's own; one is made otherwise.
    pub secret: Option<SigningSecret>,
}

/// What is to be different. None keeps what is.
#[derive(Clone, Debug, Default)]
pub struct WebhookPatch {
    pub name: Option<Name>,
    pub url: Option<PublicUrl>,
    pub events: Option<Vec<EventKind>>,
    pub headers: Option<OwnHeaders>,
    pub secret: Option<SigningSecret>,
    pub is_active: Option<bool>,
}

/// Makes an endpoint, and returns it with its secret, which is not shown again. The workspace's owner is told by mail.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::NotFound`] for the agent; [`Kind::Conflict`]
/// when the workspace has as many as it may.
pub async fn create(app: &App, caller: &Caller, scope: Scope, new: NewWebhook) -> Result<(Webhook, SigningSecret)> {
    caller.require(Action::ManageWebhooks)?;
    let tenant = caller.tenant();
    check_agent(tenant, &scope).await?;
    match add(app, caller, scope, new, MAX_WEBHOOKS).await? {
        Some(added) => Ok(added),
        None => Err(not_added(tenant).await?),
    }
}

/// Returns why an endpoint was not added.
async fn not_added(tenant: &TenantStore) -> Result<Error> {
    let count = tenant.all_webhooks(None).await?.len();
    if u32::try_from(count).unwrap_or(u32::MAX) < MAX_WEBHOOKS {
        return Ok(Error::new(
            Kind::Forbidden,
            "your right to make webhooks has just been taken away",
        ));
    }
    let message = format!("a workspace can have at most {MAX_WEBHOOKS} webhooks");
    Ok(Error::new(Kind::Conflict, message))
}

async fn check_agent(tenant: &TenantStore, scope: &Scope) -> Result<()> {
    match &scope.agent_id {
        Some(id) => agent::find(tenant, id).await.map(drop),
        None => Ok(()),
    }
}

/// Adds an endpoint and returns it with its secret; none when there are as many as there may be of all, or of the form.
async fn add(
    app: &App,
    caller: &Caller,
    scope: Scope,
    new: NewWebhook,
    most_of_form: u32,
) -> Result<Option<(Webhook, SigningSecret)>> {
    let Scope { form, agent_id, .. } = scope;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let NewWebhook {
        name,
        url,
        events,
        headers,
        secret,
    } = new;
    let id = WebhookId::new(app.id(WebhookId::PREFIX)?);
    let secret = secret.map_or_else(|| make_secret(app), Ok)?;
    let now = app.now();
    let webhook = Webhook {
        workspace_id: workspace.clone(),
        form,
        agent_id,
        name: name.to_string(),
        url: url.as_str().into(),
        events: without_repeats(events),
        header_names: headers.as_map().keys().cloned().collect(),
        sealed_headers: seal_headers(app, &id, &headers)?,
        sealed_secret: seal_secret(app, &id, &secret)?,
        sealed_old_secret: None,
        old_secret_until: None,
        disabled_because: None,
        failures: 0,
        failing_since: None,
        last_failed_at: None,
        paused_until: None,
        created_by: caller.actor(),
        created_at: now,
        updated_at: now,
        id,
    };
    let mut changes = Changes::new(app, tenant);
    let added = changes.push(webhooks::insert(&webhook, MAX_WEBHOOKS, most_of_form));
    changes.push(caller.require_in_batch(Action::ManageWebhooks));
    outbox::access_added(&mut changes, Access::Webhook(webhook.id.clone()))?;
    let is_added = changes.commit().await?.has(added);
    Ok(is_added.then_some((webhook, secret)))
}

/// Lists endpoints, newest first.
///
/// # Errors
/// [`Kind::NotFound`] for the agent.
pub async fn list(_: &App, caller: &Caller, scope: &Scope) -> Result<Vec<Webhook>> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    check_agent(tenant, scope).await?;
    match scope.sees_all {
        true => Ok(tenant.all_webhooks(None).await?),
        false => Ok(tenant.webhooks(scope.form, scope.agent_id.as_ref()).await?),
    }
}

/// Returns an endpoint.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, scope: &Scope, id: &WebhookId) -> Result<Webhook> {
    caller.require(Action::Read)?;
    find(caller.tenant(), scope, id).await
}

/// Changes an endpoint. One that is made active again begins afresh, whatever it failed before. One that is given
/// another address counts as made by the caller, and the workspace's owner is told by mail.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::NotFound`]; [`Kind::Conflict`] when its events
/// are to change and another API made it, since that one has other names for them.
pub async fn update(app: &App, caller: &Caller, scope: &Scope, id: &WebhookId, patch: WebhookPatch) -> Result<Webhook> {
    caller.require(Action::ManageWebhooks)?;
    let webhook = find(caller.tenant(), scope, id).await?;
    if patch.events.is_some() && webhook.form != scope.form {
        let message = "its events can only be changed through the API that made the webhook";
        return Err(Error::new(Kind::Conflict, message));
    }
    change(app, caller, webhook, patch).await
}

async fn change(app: &App, caller: &Caller, mut webhook: Webhook, patch: WebhookPatch) -> Result<Webhook> {
    let tenant = caller.tenant();
    let WebhookPatch {
        name,
        url,
        events,
        headers,
        secret,
        is_active,
    } = patch;
    let now = app.now();
    let mut changes = Changes::new(app, tenant);
    let mut edit = webhooks::Changes::default();
    match (is_active, webhook.disabled_because) {
        (Some(true), Some(_)) => {
            webhook.disabled_because = None;
            webhook.failures = 0;
            webhook.failing_since = None;
            webhook.paused_until = None;
            edit.disabled_because = Some(None);
            changes.push(webhooks::set_health(&webhook));
        }
        (Some(false), None) => {
            webhook.disabled_because = Some(DisabledBecause::Asked);
            edit.disabled_because = Some(webhook.disabled_because);
            changes.push(deliveries::give_up(&endpoint_of(&webhook), now));
        }
        _ => {}
    }
    if let Some(name) = name {
        webhook.name = name.to_string();
        edit.name = Some(&webhook.name);
    }
    let is_moved = url.as_ref().is_some_and(|it| it.as_str() != webhook.url);
    if let Some(url) = url.filter(|_| is_moved) {
        webhook.url = url.as_str().into();
        webhook.created_by = caller.actor();
        edit.url = Some((&webhook.url, &webhook.created_by));
        let access = Access::Webhook(webhook.id.clone());
        outbox::access_added(&mut changes, access)?;
    }
    if let Some(events) = events {
        webhook.events = without_repeats(events);
        edit.events = Some(&webhook.events);
    }
    if let Some(headers) = headers {
        webhook.header_names = headers.as_map().keys().cloned().collect();
        webhook.sealed_headers = seal_headers(app, &webhook.id, &headers)?;
        edit.headers = Some((&webhook.header_names, &webhook.sealed_headers));
    }
    if let Some(secret) = secret {
        webhook.sealed_secret = seal_secret(app, &webhook.id, &secret)?;
        edit.sealed_secret = Some(&webhook.sealed_secret);
    }
    changes.push(webhooks::update(&webhook.workspace_id, &webhook.id, edit, now));
    changes.push(caller.require_in_batch(Action::ManageWebhooks));
    changes.commit().await?;
    webhook.updated_at = now;
    Ok(webhook)
}

/// Deletes an endpoint; what was on its way to it is not delivered any more.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::NotFound`].
pub async fn delete(app: &App, caller: &Caller, scope: &Scope, id: &WebhookId) -> Result<()> {
    let tenant = caller.tenant();
    caller.require(Action::ManageWebhooks)?;
    let webhook = find(caller.tenant(), scope, id).await?;
    Changes::of(app, tenant, webhooks::delete(&webhook.workspace_id, &webhook.id))
        .commit()
        .await
        .map(drop)
}

/// Gives an endpoint a new secret, and returns it with the moment from which on the old one is worth nothing.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::NotFound`].
pub async fn rotate_secret(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    id: &WebhookId,
) -> Result<(SigningSecret, Timestamp)> {
    let tenant = caller.tenant();
    caller.require(Action::ManageWebhooks)?;
    let webhook = find(caller.tenant(), scope, id).await?;
    let secret = make_secret(app)?;
    let now = app.now();
    let until = now.plus(OLD_SECRET_LIFETIME);
    let sealed = seal_secret(app, id, &secret)?;
    Changes::of(
        app,
        tenant,
        webhooks::rotate(&webhook.workspace_id, id, &sealed, until, now),
    )
    .commit()
    .await?;
    Ok((secret, until))
}

pub(crate) fn endpoint_of(webhook: &Webhook) -> Endpoint {
    Endpoint {
        workspace_id: webhook.workspace_id.clone(),
        webhook_id: webhook.id.clone(),
    }
}

pub(crate) async fn find(tenant: &TenantStore, scope: &Scope, id: &WebhookId) -> Result<Webhook> {
    let found = tenant.webhook(id).await?;
    found
        .filter(|it| scope.has(it))
        .ok_or_else(|| Error::not_found("webhook"))
}

pub(crate) fn require_active(webhook: &Webhook) -> Result<()> {
    match webhook.disabled_because {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Conflict,
            "the webhook is disabled; make it active first",
        )),
    }
}

/// Disables an endpoint and gives up what is on its way to it.
pub(crate) fn disable(changes: &mut Changes<'_>, webhook: &Webhook, why: DisabledBecause, now: Timestamp) {
    changes.push(webhooks::disable(&webhook.workspace_id, &webhook.id, why, now));
    changes.push(deliveries::give_up(&endpoint_of(webhook), now));
}

/// Returns the secrets that sign at a moment, the newest first; there is one at least.
pub(crate) fn secrets(app: &App, webhook: &Webhook, now: Timestamp) -> Result<(SigningSecret, Option<SigningSecret>)> {
    let open = |sealed: &String| {
        let bytes = encryption::open(app, Purpose::WebhookSecret, webhook.id.as_str(), sealed)?;
        SigningSecret::kept(bytes)
    };
    let is_old_good = webhook.old_secret_until.is_some_and(|it| now < it);
    let old = webhook.sealed_old_secret.as_ref().filter(|_| is_old_good);
    Ok((open(&webhook.sealed_secret)?, old.map(open).transpose()?))
}

/// Returns an endpoint's own headers.
pub(crate) fn own_headers(app: &App, webhook: &Webhook) -> Result<OwnHeaders> {
    let bytes = encryption::open(
        app,
        Purpose::WebhookHeaders,
        webhook.id.as_str(),
        &webhook.sealed_headers,
    )?;
    let headers: BTreeMap<String, String> = serde_json::from_slice(&bytes).map_err(Error::internal)?;
    Ok(OwnHeaders::kept(headers))
}

fn make_secret(app: &App) -> Result<SigningSecret> {
    let mut bytes = [0; 32];
    app.random.fill(&mut bytes)?;
    Ok(SigningSecret::made_of(bytes))
}

fn seal_secret(app: &App, id: &WebhookId, secret: &SigningSecret) -> Result<String> {
    encryption::seal(app, Purpose::WebhookSecret, id.as_str(), secret.as_str().as_bytes())
}

fn seal_headers(app: &App, id: &WebhookId, headers: &OwnHeaders) -> Result<String> {
    let text = serde_json::to_vec(headers.as_map()).map_err(Error::internal)?;
    encryption::seal(app, Purpose::WebhookHeaders, id.as_str(), &text)
}

fn without_repeats(events: Vec<EventKind>) -> Vec<EventKind> {
    let mut kept = Vec::with_capacity(events.len());
    for event in events {
        if !kept.contains(&event) {
            kept.push(event);
        }
    }
    kept
}
