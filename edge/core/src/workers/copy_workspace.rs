//! Copies a workspace's name to the directory, and its plan from it.

use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, copies};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct CopyWorkspace;

#[async_trait(?Send)]
impl Worker for CopyWorkspace {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, queue: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        // Ordered with the change, which may have been one of the directory.
        let tenant = app.locate(queue.workspace_id()).await?;
        copies::workspace(app, &tenant).await
    }
}
