//! [`Jobs`]: a Durable Object for each workspace, whose alarm works off the workspace's rows in `jobs`.
use crate::alarm::{self, Work};
use crate::app;
use crate::background::BackgroundObjects;
use async_trait::async_trait;
use edge_core::ports::Jobs;
use edge_core::{Error, Result, workers};
use edge_model::WorkspaceId;
use edge_model::time::TimeDelta;
use worker::Env;
use worker::send::IntoSendFuture as _;

/// How long one run may go on before it makes room for other events.
const RUN_BUDGET: TimeDelta = TimeDelta::seconds(20);

/// The `JOBS` binding.
pub(crate) struct DurableJobs(BackgroundObjects);

impl DurableJobs {
    /// Wraps the binding.
    pub(crate) fn new(objects: BackgroundObjects) -> Self {
        Self(objects)
    }
}

#[async_trait]
impl Jobs for DurableJobs {
    async fn wake(&self, workspace: &WorkspaceId) -> Result<()> {
        let rung = self.0.wake(workspace.as_str()).into_send().await;
        rung.map_err(|why| Error::unavailable("background work cannot be started", why))
    }
}

alarm::alarmed_object!(
    /// The object that works off the jobs of one workspace.
    JobsDo,
    drain
);

fn drain(env: Env, name: String) -> Work {
    Box::pin(async move {
        let app = app::get(&env)?;
        let drained = workers::drain(&app, &WorkspaceId::new(name), RUN_BUDGET).await;
        drained.map_err(|why| format!("jobs: {}", why.for_log()))
    })
}
