//! Webhooks: the endpoints.
use crate::port::sql;
use crate::{SqlError, Statement, TenantStatement, TenantStore, json};
use edge_model::actor::Actor;
use edge_model::event::EventKind;
use edge_model::webhook::{DisabledBecause, Webhook, WebhookForm};
use edge_model::{AccountId, AgentId, KeyId, Timestamp, WebhookId, WorkspaceId};

impl TenantStore {
    /// Finds an endpoint.
    pub async fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>, SqlError> {
        self.row(one(&self.workspace, id)).await
    }

    /// Lists the endpoints of a form that are told of one agent alone, or that are told of all; newest first.
    pub async fn webhooks(&self, form: WebhookForm, agent: Option<&AgentId>) -> Result<Vec<Webhook>, SqlError> {
        let statement = sql!(
            "SELECT * FROM webhooks WHERE workspace_id = ?1 AND form = ?2 AND agent_id IS ?3
             ORDER BY created_at DESC, id DESC LIMIT 1000",
            self.workspace.as_str(),
            form.as_str(),
            agent.map(AgentId::as_str)
        );
        self.rows(statement).await
    }

    /// Lists the endpoints of a workspace, whatever their form; or those that a key has made; newest first.
    pub async fn all_webhooks(&self, made_by: Option<&KeyId>) -> Result<Vec<Webhook>, SqlError> {
        let statement = sql!(
            "SELECT webhooks.*, coalesce(api_keys.name, accounts.full_name) AS actor_name FROM webhooks
             LEFT JOIN api_keys ON api_keys.id = webhooks.created_by_key_id
             LEFT JOIN accounts ON accounts.id = webhooks.created_by_account_id
             WHERE webhooks.workspace_id = ?1 AND (?2 IS NULL OR webhooks.created_by_key_id = ?2)
             ORDER BY webhooks.created_at DESC, webhooks.id DESC LIMIT 1000",
            self.workspace.as_str(),
            made_by.map(KeyId::as_str)
        );
        self.rows(statement).await
    }
}

pub(crate) fn one(workspace: &WorkspaceId, id: &WebhookId) -> Statement {
    sql!(
        "SELECT webhooks.*, coalesce(api_keys.name, accounts.full_name) AS actor_name FROM webhooks
         LEFT JOIN api_keys ON api_keys.id = webhooks.created_by_key_id
         LEFT JOIN accounts ON accounts.id = webhooks.created_by_account_id
         WHERE webhooks.workspace_id = ?1 AND webhooks.id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}

/// Adds an endpoint, unless the workspace has as many as it may of all, or of the form: then nothing is returned.
pub fn insert(webhook: &Webhook, most: u32, most_of_form: u32) -> TenantStatement {
    let it = webhook;
    sql!(&it.workspace_id => "INSERT INTO webhooks (id, workspace_id, form, agent_id, name, url, events, header_names, sealed_headers,
            sealed_secret, disabled_because, created_at, updated_at, created_by_account_id, created_by_key_id)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?15, ?16
         WHERE (SELECT count(*) FROM webhooks WHERE workspace_id = ?2) < ?13
            AND (SELECT count(*) FROM webhooks WHERE workspace_id = ?2 AND form = ?3) < ?14
         RETURNING id",
        it.id.as_str(),
        it.workspace_id.as_str(),
        it.form.as_str(),
        it.agent_id.as_ref().map(AgentId::as_str),
        it.name.as_str(),
        it.url.as_str(),
        json(&it.events),
        json(&it.header_names),
        it.sealed_headers.as_str(),
        it.sealed_secret.as_str(),
        it.disabled_because.map(DisabledBecause::as_str),
        it.created_at.0,
        most,
        most_of_form,
        it.created_by.account_id.as_ref().map(AccountId::as_str),
        it.created_by.key_id.as_ref().map(KeyId::as_str)
    )
    .seen_by(sql!(
        "SELECT id FROM webhooks WHERE workspace_id = ?1 AND id = ?2",
        it.workspace_id.as_str(),
        it.id.as_str()
    ))
}

/// What people decide about an endpoint. None leaves what is there, so that a change does not undo what another has
/// just decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes<'a> {
    pub name: Option<&'a str>,
    /// Where it is, and who says so.
    pub url: Option<(&'a str, &'a Actor)>,
    pub events: Option<&'a [EventKind]>,
    /// The names of its own headers, and all of them sealed.
    pub headers: Option<(&'a [String], &'a str)>,
    pub sealed_secret: Option<&'a str>,
    pub disabled_because: Option<Option<DisabledBecause>>,
}

/// Writes what people decide about an endpoint.
pub fn update(workspace: &WorkspaceId, id: &WebhookId, changes: Changes<'_>, now: Timestamp) -> TenantStatement {
    let it = changes;
    sql!(workspace => "UPDATE webhooks SET name = coalesce(?3, name), url = coalesce(?4, url), events = coalesce(?5, events),
            header_names = coalesce(?6, header_names), sealed_headers = coalesce(?7, sealed_headers),
            sealed_secret = coalesce(?8, sealed_secret), disabled_because = iif(?9, ?10, disabled_because),
            updated_at = ?11, created_by_account_id = iif(?4 IS NULL, created_by_account_id, ?12),
            created_by_key_id = iif(?4 IS NULL, created_by_key_id, ?13)
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        it.name,
        it.url.map(|it| it.0),
        it.events.map(|it| json(&it)),
        it.headers.map(|it| json(&it.0)),
        it.headers.map(|it| it.1),
        it.sealed_secret,
        i64::from(it.disabled_because.is_some()),
        it.disabled_because.flatten().map(DisabledBecause::as_str),
        now.0,
        it.url.and_then(|it| it.1.account_id.as_ref()).map(AccountId::as_str),
        it.url.and_then(|it| it.1.key_id.as_ref()).map(KeyId::as_str)
    )
}

/// Gives an endpoint a secret; the one before goes on signing until a moment.
pub fn rotate(
    workspace: &WorkspaceId,
    id: &WebhookId,
    sealed_secret: &str,
    old_until: Timestamp,
    now: Timestamp,
) -> TenantStatement {
    sql!(workspace => "UPDATE webhooks SET sealed_old_secret = sealed_secret, sealed_secret = ?3, old_secret_until = ?4,
            updated_at = ?5
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        sealed_secret,
        old_until.0,
        now.0
    )
}

/// Writes how an endpoint fares.
pub fn set_health(webhook: &Webhook) -> TenantStatement {
    let it = webhook;
    sql!(&it.workspace_id => "UPDATE webhooks SET failures = ?3, failing_since = ?4, paused_until = ?5, last_failed_at = ?6
         WHERE workspace_id = ?1 AND id = ?2",
        it.workspace_id.as_str(),
        it.id.as_str(),
        it.failures,
        it.failing_since.map(|at| at.0),
        it.paused_until.map(|at| at.0),
        it.last_failed_at.map(|at| at.0)
    )
}

/// Leaves an endpoint alone until a moment.
pub fn pause(workspace: &WorkspaceId, id: &WebhookId, until: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE webhooks SET paused_until = ?3 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        until.0
    )
}

/// Disables an endpoint that is not disabled.
pub fn disable(workspace: &WorkspaceId, id: &WebhookId, why: DisabledBecause, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE webhooks SET disabled_because = ?3, updated_at = ?4
         WHERE workspace_id = ?1 AND id = ?2 AND disabled_because IS NULL",
        workspace.as_str(),
        id.as_str(),
        why.as_str(),
        now.0
    )
}

/// Deletes an endpoint and what was on its way to it.
pub fn delete(workspace: &WorkspaceId, id: &WebhookId) -> TenantStatement {
    sql!(workspace => "DELETE FROM webhooks WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}
