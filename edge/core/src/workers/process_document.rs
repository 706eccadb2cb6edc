//! Reads and indexes one version of a document.
use super::Worker;
use crate::app::App;
use crate::attempt::Attempt;
use crate::document::ingestion;
use crate::{Kind, Result};
use async_trait::async_trait;
use edge_model::DocumentId;
use edge_model::document::Document;
use edge_model::job::Job;
use edge_store::TenantStore;

/// What the owner of a document reads when it is not the file that is at fault.
const NOT_PROCESSED: &str = "we could not process it; try again later";
/// What the owner of a document reads whose processing crashed each time.
const CRASHES: &str =
    "it cannot be processed: our reader crashed over it each time; save it in another form, or split it";

pub(super) struct ProcessDocument<'a> {
    pub(super) document_id: &'a DocumentId,
    pub(super) version: u32,
}

impl ProcessDocument<'_> {
    /// Returns the document, unless it was deleted or has another version now.
    async fn document(&self, tenant: &TenantStore) -> Result<Option<Document>> {
        let found = tenant.document(self.document_id).await?;
        Ok(found.filter(|it| it.version == self.version))
    }
}

#[async_trait(?Send)]
impl Worker for ProcessDocument<'_> {
    fn name(&self, _: &Job) -> String {
        format!("document/{}/{}", self.document_id, self.version)
    }

    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, attempt: &Attempt) -> Result<()> {
        let Some(mut document) = self.document(tenant).await? else {
            return Ok(());
        };
        match ingestion::ingest(app, tenant, job, attempt, &mut document).await {
            Ok(()) => Ok(()),
            // The file is at fault, not we: trying again would not help.
            Err(error) if matches!(error.kind, Kind::Unprocessable | Kind::UnsupportedMedia) => {
                ingestion::fail(app, tenant, job, &document, &error.message).await
            }
            Err(error) => {
                let tries = self.retry_schedule().len();
                if usize::try_from(job.attempts).is_ok_and(|it| it > tries) {
                    ingestion::fail(app, tenant, job, &document, NOT_PROCESSED).await?;
                }
                Err(error)
            }
        }
    }

    async fn give_up(&self, app: &App, tenant: &TenantStore, job: &Job) -> Result<()> {
        match self.document(tenant).await? {
            Some(document) => ingestion::fail(app, tenant, job, &document, CRASHES).await,
            None => Ok(()),
        }
    }
}
