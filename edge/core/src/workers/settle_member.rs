//! Has the directory follow what became of a member, and withdraws their invitations.

use super::{AfterCrashes, Worker};
use crate::app::App;
use crate::attempt::Attempt;
use crate::{Result, member};
use async_trait::async_trait;
use edge_model::job::Job;
use edge_model::workspace::Role;
use edge_model::{AccountId, Timestamp};
use edge_store::TenantStore;

pub(super) struct SettleMember<'a> {
    pub(super) account_id: &'a AccountId,
    /// None for one who was removed.
    pub(super) role: Option<Role>,
    pub(super) at: Timestamp,
}

#[async_trait(?Send)]
impl Worker for SettleMember<'_> {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, _: &Job, _: &Attempt) -> Result<()> {
        let settled = member::settle(app, tenant, self.account_id, self.role, self.at).await;
        settled.map(drop)
    }
}
