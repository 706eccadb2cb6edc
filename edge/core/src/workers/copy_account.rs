//! Copies a person's name and memberships to the databases of their workspaces.

use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, copies};
use async_trait::async_trait;
use edge_model::AccountId;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct CopyAccount<'a> {
    pub(super) account_id: &'a AccountId,
}

#[async_trait(?Send)]
impl Worker for CopyAccount<'_> {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, _: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        copies::account(app, self.account_id).await
    }
}
