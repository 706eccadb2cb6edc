//! Gives some passages the vectors of the workspace's embedder.
use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, index};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct EmbedIndex {
    /// How often it failed in a row.
    pub(super) failures: u32,
}

#[async_trait(?Send)]
impl Worker for EmbedIndex {
    fn name(&self, job: &Job) -> String {
        format!("task/{}", job.task.name())
    }

    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        index::embed::embed(app, tenant, job, self.failures).await
    }
}
