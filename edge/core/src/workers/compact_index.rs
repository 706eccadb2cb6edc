//! Puts small segments together and sweeps deleted documents out.
use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, index};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct CompactIndex;

#[async_trait(?Send)]
impl Worker for CompactIndex {
    fn name(&self, job: &Job) -> String {
        format!("task/{}", job.task.name())
    }

    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::ParkForAll
    }

    async fn run(&self, app: &App, tenant: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        index::retry(app, || index::compact(app, tenant)).await
    }
}
