//! Deliveries and their attempts.
use crate::port::sql;
use crate::{Database, Page, SqlError, TenantStatement, TenantStore, json, webhooks};
use edge_model::delivery::{Attempt, Delivery, DeliveryStatus};
use edge_model::event::Event;
use edge_model::webhook::Webhook;
use edge_model::{DeliveryId, EventId, Timestamp, WebhookId, WorkspaceId};
use serde::Deserialize;

/// A delivery whose time has come, with what is to be delivered.
#[derive(Clone, Debug, Deserialize)]
pub struct Due {
    #[serde(flatten)]
    pub delivery: Delivery,
    #[serde(deserialize_with = "edge_model::column::json")]
    pub event: Event,
}

/// Which events are to be delivered once more.
#[derive(Clone, Debug)]
pub struct Range {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Leaves out what the endpoint took.
    pub only_failed: bool,
}

/// An endpoint, by the workspace that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    pub workspace_id: WorkspaceId,
    pub webhook_id: WebhookId,
}

impl TenantStore {
    /// Finds an endpoint and the next of its deliveries that are due, the longest waiting first.
    pub async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        most: u32,
    ) -> Result<Option<(Webhook, Vec<Due>)>, SqlError> {
        let due = sql!(
            "SELECT deliveries.*, (SELECT form FROM webhooks WHERE webhooks.id = deliveries.webhook_id) AS form,
                events.kind, json_object('id', events.id, 'workspace_id', events.workspace_id,
                'data', events.data, 'created_at', events.created_at) AS event
             FROM deliveries JOIN events ON events.id = deliveries.event_id
             WHERE deliveries.workspace_id = ?1 AND deliveries.webhook_id = ?2 AND deliveries.status = 'pending'
                AND deliveries.next_attempt_at <= ?3
             ORDER BY deliveries.next_attempt_at, deliveries.id LIMIT ?4",
            self.workspace.as_str(),
            endpoint.webhook_id.as_str(),
            now.0,
            most
        );
        let webhook = webhooks::one(&self.workspace, &endpoint.webhook_id);
        let mut answers = self.read(vec![webhook, due]).await?;
        let webhook = answers.row()?;
        let due = answers.rows()?;
        Ok(webhook.map(|it| (it, due)))
    }

    /// Tells when an endpoint's next delivery is due; none when nothing is on its way.
    pub async fn next_delivery_at(&self, endpoint: &Endpoint) -> Result<Option<Timestamp>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            at: Option<Timestamp>,
        }
        let statement = sql!(
            "SELECT min(next_attempt_at) AS at FROM deliveries
             WHERE workspace_id = ?1 AND webhook_id = ?2 AND status = 'pending'",
            self.workspace.as_str(),
            endpoint.webhook_id.as_str()
        );
        Ok(self.row::<Row>(statement).await?.and_then(|it| it.at))
    }

    /// Finds a delivery.
    pub async fn delivery(&self, endpoint: &Endpoint, id: &DeliveryId) -> Result<Option<Delivery>, SqlError> {
        let statement = sql!(
            "SELECT deliveries.*, (SELECT form FROM webhooks WHERE webhooks.id = deliveries.webhook_id) AS form,
                events.kind FROM deliveries JOIN events ON events.id = deliveries.event_id
             WHERE deliveries.workspace_id = ?1 AND deliveries.webhook_id = ?2 AND deliveries.id = ?3",
            self.workspace.as_str(),
            endpoint.webhook_id.as_str(),
            id.as_str()
        );
        self.row(statement).await
    }

    /// Lists an endpoint's deliveries, newest first, and counts all of the status.
    pub async fn deliveries(
        &self,
        endpoint: &Endpoint,
        status: Option<DeliveryStatus>,
        page: &Page,
    ) -> Result<(Vec<Delivery>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let status = status.map(DeliveryStatus::as_str);
        let list = sql!(
            "SELECT deliveries.*, (SELECT form FROM webhooks WHERE webhooks.id = deliveries.webhook_id) AS form,
                events.kind FROM deliveries JOIN events ON events.id = deliveries.event_id
             WHERE deliveries.workspace_id = ?1 AND deliveries.webhook_id = ?2
                AND (?3 IS NULL OR deliveries.status = ?3)
                AND (deliveries.created_at, deliveries.id) < (?4, ?5)
             ORDER BY deliveries.created_at DESC, deliveries.id DESC LIMIT ?6",
            self.workspace.as_str(),
            endpoint.webhook_id.as_str(),
            status,
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM deliveries
             WHERE workspace_id = ?1 AND webhook_id = ?2 AND (?3 IS NULL OR status = ?3)",
            self.workspace.as_str(),
            endpoint.webhook_id.as_str(),
            status
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Lists the attempts of a delivery, the first one first.
    pub async fn attempts(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>, SqlError> {
        let statement = sql!(
            "SELECT * FROM delivery_attempts WHERE workspace_id = ?1 AND delivery_id = ?2 ORDER BY number LIMIT 1000",
            self.workspace.as_str(),
            delivery.as_str()
        );
        self.rows(statement).await
    }
}

impl Database {
    /// Lists endpoints of all tenants to which something is due: some of each tenant, the longest waiting first, so
    /// that one tenant with many does not hide another. An endpoint that is paused is not due before its pause is over.
    pub async fn endpoints_with_deliveries(&self, now: Timestamp) -> Result<Vec<Endpoint>, SqlError> {
        let statement = sql!(
            "SELECT workspace_id, webhook_id FROM (
                SELECT deliveries.workspace_id, deliveries.webhook_id, min(deliveries.next_attempt_at) AS due_at,
                    row_number() OVER (PARTITION BY deliveries.workspace_id
                        ORDER BY min(deliveries.next_attempt_at)) AS place
                FROM deliveries JOIN webhooks ON webhooks.id = deliveries.webhook_id
                WHERE deliveries.status = 'pending' AND deliveries.next_attempt_at <= ?1
                    AND coalesce(webhooks.paused_until, 0) <= ?1
                GROUP BY deliveries.workspace_id, deliveries.webhook_id)
             ORDER BY place, due_at LIMIT 100",
            now.0
        );
        self.rows(statement).await
    }
}

/// Sends an event that the batch has written to the endpoints that ask for it. Returns the endpoints.
pub fn insert(workspace: &WorkspaceId, event: &EventId, now: Timestamp) -> TenantStatement {
    sql!(workspace => "INSERT INTO deliveries (id, workspace_id, webhook_id, event_id, status, next_attempt_at, created_at)
         SELECT 'dlv_' || substr(events.id, 5) || substr(webhooks.id, -14), events.workspace_id, webhooks.id, events.id,
            'pending', ?3, events.created_at
         FROM events
         JOIN webhooks ON webhooks.workspace_id = events.workspace_id
            AND (webhooks.agent_id IS NULL OR webhooks.agent_id = events.agent_id)
         JOIN json_each(webhooks.events) AS wanted ON wanted.value = events.kind
         WHERE events.workspace_id = ?1 AND events.id = ?2 AND webhooks.disabled_because IS NULL
         ON CONFLICT (id) DO NOTHING
         RETURNING workspace_id, webhook_id",
        workspace.as_str(),
        event.as_str(),
        now.0
    )
    .waking_endpoints()
}

/// Sends an event to one endpoint, whatever it asks for. Returns the delivery.
pub fn insert_for(endpoint: &Endpoint, event: &EventId, now: Timestamp) -> TenantStatement {
    sql!(&endpoint.workspace_id => "INSERT INTO deliveries (id, workspace_id, webhook_id, event_id, status, next_attempt_at, created_at)
         SELECT 'dlv_' || substr(events.id, 5) || substr(?2, -14), events.workspace_id, ?2, events.id, 'pending', ?4,
            events.created_at
         FROM events WHERE events.workspace_id = ?1 AND events.id = ?3
         RETURNING workspace_id, webhook_id, id",
        endpoint.workspace_id.as_str(),
        endpoint.webhook_id.as_str(),
        event.as_str(),
        now.0
    )
    .seen_by(sql!(
        "SELECT workspace_id, webhook_id, id FROM deliveries
         WHERE workspace_id = ?1 AND webhook_id = ?2 AND event_id = ?3",
        endpoint.workspace_id.as_str(),
        endpoint.webhook_id.as_str(),
        event.as_str()
    ))
    .waking_endpoints()
}

/// Sends the events of a range to an endpoint once more, those before its time as well. Returns the deliveries.
pub fn replay(endpoint: &Endpoint, range: &Range, most: u32, now: Timestamp) -> TenantStatement {
    sql!(&endpoint.workspace_id => "INSERT INTO deliveries (id, workspace_id, webhook_id, event_id, status, next_attempt_at, created_at)
         SELECT 'dlv_' || substr(events.id, 5) || substr(webhooks.id, -14), events.workspace_id, webhooks.id, events.id,
            'pending', ?7, events.created_at
         FROM events
         JOIN webhooks ON webhooks.workspace_id = events.workspace_id
            AND (webhooks.agent_id IS NULL OR webhooks.agent_id = events.agent_id)
         JOIN json_each(webhooks.events) AS wanted ON wanted.value = events.kind
         WHERE events.workspace_id = ?1 AND webhooks.id = ?2 AND events.created_at >= ?3 AND events.created_at < ?4
            AND (?5 = 0 OR NOT EXISTS (SELECT 1 FROM deliveries AS earlier
                WHERE earlier.webhook_id = webhooks.id AND earlier.event_id = events.id
                    AND earlier.status = 'delivered'))
         ORDER BY events.created_at, events.id LIMIT ?6
         ON CONFLICT (id) DO UPDATE SET status = 'pending', tries = 0, next_attempt_at = excluded.next_attempt_at,
            ended_at = NULL
         RETURNING workspace_id, webhook_id, id",
        endpoint.workspace_id.as_str(),
        endpoint.webhook_id.as_str(),
        range.since.0,
        range.until.0,
        i64::from(range.only_failed),
        most,
        now.0
    )
    .waking_endpoints()
}

/// Delivers once more.
pub fn again(endpoint: &Endpoint, id: &DeliveryId, now: Timestamp) -> TenantStatement {
    sql!(&endpoint.workspace_id => "UPDATE deliveries SET status = 'pending', tries = 0, next_attempt_at = ?4, ended_at = NULL
         WHERE workspace_id = ?1 AND webhook_id = ?2 AND id = ?3 RETURNING workspace_id, webhook_id",
        endpoint.workspace_id.as_str(),
        endpoint.webhook_id.as_str(),
        id.as_str(),
        now.0
    )
    .waking_endpoints()
}

/// Writes how a delivery stands after an attempt. One that was given up meanwhile stays so, unless it was taken.
pub fn update(delivery: &Delivery) -> TenantStatement {
    sql!(&delivery.workspace_id => "UPDATE deliveries SET tries = ?4, attempts = ?5,
            status = iif(status = 'pending' OR ?3 = 'delivered', ?3, status),
            next_attempt_at = iif(status = 'pending', ?6, NULL),
            ended_at = iif(status = 'pending' OR ?3 = 'delivered', ?7, ended_at)
         WHERE workspace_id = ?1 AND id = ?2",
        delivery.workspace_id.as_str(),
        delivery.id.as_str(),
        delivery.status.as_str(),
        delivery.tries,
        delivery.attempts,
        delivery.next_attempt_at.map(|at| at.0),
        delivery.ended_at.map(|at| at.0)
    )
}

/// Adds an attempt to the log of a delivery that is still there.
pub fn insert_attempt(delivery: &Delivery, attempt: &Attempt) -> TenantStatement {
    sql!(&delivery.workspace_id => "INSERT OR REPLACE INTO delivery_attempts
            (delivery_id, number, workspace_id, url, headers, status, error, response, duration_ms, created_at)
         SELECT id, ?3, workspace_id, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM deliveries WHERE workspace_id = ?1 AND id = ?2",
        delivery.workspace_id.as_str(),
        delivery.id.as_str(),
        attempt.number,
        attempt.url.as_str(),
        json(&attempt.headers),
        attempt.status,
        attempt.error.as_deref(),
        attempt.response.as_str(),
        attempt.duration_ms,
        attempt.created_at.0
    )
}

/// Gives up whatever is on its way to an endpoint.
pub fn give_up(endpoint: &Endpoint, now: Timestamp) -> TenantStatement {
    sql!(&endpoint.workspace_id => "UPDATE deliveries SET status = 'failed', next_attempt_at = NULL, ended_at = ?3
         WHERE workspace_id = ?1 AND webhook_id = ?2 AND status = 'pending'",
        endpoint.workspace_id.as_str(),
        endpoint.webhook_id.as_str(),
        now.0
    )
}
