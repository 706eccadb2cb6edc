//! The endpoint of an API in which a workspace has one at most.
use super::headers::OwnHeaders;
use super::signature::SigningSecret;
use super::{NewWebhook, Scope, WebhookPatch, add, change, not_added};
use crate::Error;
use crate::Result;
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::ssrf::PublicUrl;
use edge_model::event::EventKind;
use edge_model::text::Name;
use edge_model::webhook::{Webhook, WebhookForm};
use edge_store::TenantStore;
use edge_store::webhooks;

/// Returns the only endpoint of a form that a workspace can have one of. The caller has been let in.
pub async fn single_webhook(_: &App, tenant: &TenantStore, form: WebhookForm) -> Result<Option<Webhook>> {
    Ok(tenant.webhooks(form, None).await?.into_iter().next())
}

/// Sets where the only endpoint of a form is, or with none, that there is none. Returns the secret when one was made or
/// given, for it is shown this once.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::Conflict`] when the workspace has as
/// many endpoints as it may.
pub async fn set_single_webhook(
    app: &App,
    caller: &Caller,
    form: WebhookForm,
    url: Option<PublicUrl>,
    events: Vec<EventKind>,
    secret: Option<SigningSecret>,
) -> Result<Option<SigningSecret>> {
    caller.require(Action::ManageWebhooks)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let Some(url) = url else {
        let found = tenant.webhooks(form, None).await?;
        let mut changes = Changes::new(app, tenant);
        changes.extend(found.iter().map(|it| webhooks::delete(workspace, &it.id)));
        if !changes.is_empty() {
            changes.commit().await?;
        }
        return Ok(None);
    };
    if let Some(webhook) = single_webhook(app, tenant, form).await? {
        return move_to(app, caller, webhook, url, events, secret).await;
    }
    let scope = Scope {
        form,
        agent_id: None,
        sees_all: false,
    };
    let new = NewWebhook {
        name: Name::new("Webhook").map_err(Error::internal)?,
        url: url.clone(),
        events: events.clone(),
        headers: OwnHeaders::default(),
        secret: secret.clone(),
    };
    if let Some((_, secret)) = add(app, caller, scope, new, 1).await? {
        return Ok(Some(secret));
    }
    // Another request was the first to set it.
    match single_webhook(app, tenant, form).await? {
        Some(webhook) => move_to(app, caller, webhook, url, events, secret).await,
        None => Err(not_added(tenant).await?),
    }
}

/// Has an endpoint told elsewhere, signed with the secret if one is given, which is returned.
async fn move_to(
    app: &App,
    caller: &Caller,
    webhook: Webhook,
    url: PublicUrl,
    events: Vec<EventKind>,
    secret: Option<SigningSecret>,
) -> Result<Option<SigningSecret>> {
    let patch = WebhookPatch {
        url: Some(url),
        events: Some(events),
        secret: secret.clone(),
        is_active: Some(true),
        ..WebhookPatch::default()
    };
    change(app, caller, webhook, patch).await?;
    Ok(secret)
}
