//! Erases a new workspace that the directory never came to know.

use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, workspace};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct EraseUnopened;

#[async_trait(?Send)]
impl Worker for EraseUnopened {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        workspace::erase_unopened(app, tenant).await
    }
}
