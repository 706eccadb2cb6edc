//! Deletes an account to the end, when what its owner asked for was cut off.

use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, account};
use async_trait::async_trait;
use edge_model::AccountId;
use edge_model::job::Job;
use edge_store::TenantStore;

pub(super) struct DeleteAccount<'a> {
    pub(super) account_id: &'a AccountId,
}

#[async_trait(?Send)]
impl Worker for DeleteAccount<'_> {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, _: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        account::erase(app, self.account_id).await
    }
}
