//! Seals some rows anew with the installation's current secret.
use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, reseal};
use async_trait::async_trait;
use edge_model::job::{Job, SealedRows};
use edge_store::TenantStore;

pub(super) struct Reseal<'a> {
    pub(super) rows: SealedRows,
    /// By id and from after this one.
    pub(super) after: &'a str,
}

#[async_trait(?Send)]
impl Worker for Reseal<'_> {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        reseal::reseal(app, tenant, &job.id, self.rows, self.after).await
    }
}
