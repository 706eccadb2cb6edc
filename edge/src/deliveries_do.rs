//! [`Deliveries`]: a Durable Object for each endpoint, whose alarm delivers what is due to it. One that hangs has only
//! its own object waiting.
use crate::alarm::{self, Work};
use crate::app;
use crate::background::BackgroundObjects;
use async_trait::async_trait;
use edge_core::ports::Deliveries;
use edge_core::{Error, Result, delivery};
use edge_model::time::TimeDelta;
use edge_model::{WebhookId, WorkspaceId};
use edge_store::deliveries::Endpoint;
use worker::Env;
use worker::send::IntoSendFuture as _;

/// How long one run may go on before its last round begins. A round may take half a minute.
const RUN_BUDGET: TimeDelta = TimeDelta::seconds(20);

/// The `DELIVERIES` binding.
pub(crate) struct DurableDeliveries(BackgroundObjects);

impl DurableDeliveries {
    /// Wraps the binding.
    pub(crate) fn new(objects: BackgroundObjects) -> Self {
        Self(objects)
    }
}

#[async_trait]
impl Deliveries for DurableDeliveries {
    async fn wake(&self, endpoint: &Endpoint) -> Result<()> {
        let name = format!("{}/{}", endpoint.workspace_id, endpoint.webhook_id);
        let rung = self.0.wake(&name).into_send().await;
        rung.map_err(|why| Error::unavailable("deliveries cannot be started", why))
    }
}

alarm::alarmed_object!(
    /// The object that delivers to one endpoint.
    DeliveriesDo,
    drain
);

fn drain(env: Env, name: String) -> Work {
    Box::pin(async move {
        let app = app::get(&env)?;
        let Some((workspace, webhook)) = name.split_once('/') else {
            return Err(format!("deliveries: `{name}` names no endpoint"));
        };
        let endpoint = Endpoint {
            workspace_id: WorkspaceId::new(workspace),
            webhook_id: WebhookId::new(webhook),
        };
        let drained = delivery::drain(&app, &endpoint, RUN_BUDGET).await;
        drained.map_err(|why| format!("deliveries: {}", why.for_log()))
    })
}
