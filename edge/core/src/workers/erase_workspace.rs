//! Deletes every blob and counter of a workspace that is gone.
use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, erasure};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct EraseWorkspace {
    /// Whether it is the second run, after workers that were running have ended.
    pub(super) is_last: bool,
}

#[async_trait(?Send)]
impl Worker for EraseWorkspace {
    fn name(&self, job: &Job) -> String {
        format!("task/{}", job.task.name())
    }

    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        erasure::erase(app, tenant, &job.id, self.is_last).await
    }
}
