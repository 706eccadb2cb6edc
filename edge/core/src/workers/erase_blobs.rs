//! Deletes blobs that nothing refers to any more.
use super::{AfterCrashes, Worker};
use crate::Result;
use crate::app::App;
use crate::attempt::Attempt;
use async_trait::async_trait;
use edge_model::JobId;
use edge_model::job::Job;
use edge_store::TenantStore;

/// How many blobs are deleted between two looks at whether they are still of no use.
const ERASED_AT_ONCE: usize = 10;

pub(super) struct EraseBlobs<'a> {
    pub(super) keys: &'a [String],
}

#[async_trait(?Send)]
impl Worker for EraseBlobs<'_> {
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::RetryAfterDay
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, _: &Attempt) -> Result<()> {
        erase(app, tenant, &job.id, self.keys).await
    }
}

/// Deletes blobs, but none that a row names again: an upload may have come back since, also while others are deleted.
/// One that is under way has an order of its own, which then decides.
async fn erase(app: &App, tenant: &TenantStore, own: &JobId, keys: &[String]) -> Result<()> {
    let hash_of = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
    for keys in keys.chunks(ERASED_AT_ONCE) {
        let hashes: Vec<String> = keys.iter().map(|it| hash_of(it)).collect();
        // Before the rows are looked at: the batch that names a blob takes its order back.
        let ordered = tenant.ordered_by_others(own, keys).await?;
        let in_use = tenant.contents_in_use(&hashes).await?;
        let snapshot = tenant.snapshot().await?;
        let is_segment = |key: &str| snapshot.as_ref().is_some_and(|it| it.manifest.names(key));
        for key in keys
            .iter()
            .filter(|it| !in_use.contains(&hash_of(it)) && !ordered.contains(it) && !is_segment(it))
        {
            app.blobs.delete(key).await?;
        }
    }
    Ok(())
}
