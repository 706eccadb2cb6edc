//! Deletes conversations that are older than the workspace keeps them.
use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, retention};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct PurgeConversations;

#[async_trait(?Send)]
impl Worker for PurgeConversations {
    fn name(&self, job: &Job) -> String {
        format!("task/{}", job.task.name())
    }

    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        retention::purge(app, tenant, &job.id).await
    }
}
