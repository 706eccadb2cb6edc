//! What every operation is given first: rows, ports, settings and the indexes in memory.
use crate::embedding::EmbeddingModels;
use crate::index_cache::Indexes;
use crate::memory::Memory;
use crate::model::LanguageModel;
use crate::ports::{
    Assets, Blobs, Clock, Crawls, Deliveries, Envelopes, Fetcher, Jobs, Limiter, Mailer, Parser, Random,
};
use crate::seeded::SameIds;
use crate::settings::Settings;
use crate::{Error, Result, secret};
use edge_model::workspace::Workspace;
use edge_model::{Timestamp, WorkspaceId};
use edge_permit::Permits;
use edge_store::{Database, Directory, Store, TenantStore, Wake};
use std::sync::Arc;

/// The application. Cheap to clone; one per isolate.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub blobs: Arc<dyn Blobs>,
    pub assets: Arc<dyn Assets>,
    pub mailer: Arc<dyn Mailer>,
    pub limiter: Arc<dyn Limiter>,
    pub jobs: Arc<dyn Jobs>,
    pub deliveries: Arc<dyn Deliveries>,
    pub crawls: Arc<dyn Crawls>,
    pub envelopes: Arc<dyn Envelopes>,
    pub fetcher: Arc<dyn Fetcher>,
    pub parser: Arc<dyn Parser>,
    pub settings: Arc<Settings>,
    pub indexes: Arc<Indexes>,
    /// Who shares this isolate in the background, and who has it alone.
    pub permits: Arc<Permits>,
    /// What everything large reserves its memory from.
    pub memory: Memory,
    /// What puts answers into words; without one they are extracted.
    pub model: Option<Arc<LanguageModel>>,
    /// Set for a request that may be taken up again: its ids come again, too.
    pub ids: Option<Arc<SameIds>>,
    /// Embedders in addition to the built-in table.
    pub embeddings: EmbeddingModels,
    /// The worker that runs now, if one does. It looks for more work itself, so it is not woken.
    pub own_work: Option<Wake>,
}

impl App {
    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the directory: people, and where workspaces are.
    pub(crate) fn directory(&self) -> &Directory {
        self.store.directory()
    }

    /// Returns every database.
    pub(crate) fn databases(&self) -> &[Database] {
        self.store.databases()
    }

    /// Opens the rows of a workspace.
    ///
    /// # Errors
    /// When its database is not bound.
    pub(crate) fn tenant(&self, workspace: &Workspace) -> Result<TenantStore> {
        Ok(self.store.tenant(workspace)?)
    }

    /// Opens the rows of a workspace that is known by its id alone. One that is not there has rows nowhere, so any
    /// database will do.
    ///
    /// # Errors
    /// When the directory does not answer, or the database of the workspace is not bound.
    pub(crate) async fn locate(&self, workspace: &WorkspaceId) -> Result<TenantStore> {
        let directory = self.directory();
        if let [only] = self.databases() {
            return Ok(only.tenant(workspace));
        }
        match directory.database_of(workspace).await? {
            Some(database) => Ok(self.store.tenant_in(&database, workspace)?),
            None => Ok(directory.queue(workspace)),
        }
    }

    /// Tells whether the databases answer.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`] when it does not.
    pub async fn ready(&self) -> Result<()> {
        let answer = self.store.ping().await.map_err(Error::from);
        answer.map_err(|why| Error::unavailable("the database does not answer", why))
    }

    /// Makes the text of a new id: the prefix, the time, and randomness, so that ids sort by age.
    pub fn id(&self, prefix: &str) -> Result<String> {
        match &self.ids {
            Some(ids) => ids.next(prefix),
            None => secret::id(&*self.random, prefix, self.now()),
        }
    }

    /// Returns the application as a worker is to see it.
    pub(crate) fn working_for(&self, own_work: Wake) -> Self {
        Self {
            own_work: Some(own_work),
            ..self.clone()
        }
    }

    /// Makes sure that a worker looks soon at what is to be done, also after a crash.
    pub(crate) async fn wake(&self, wake: &Wake) -> Result<()> {
        match wake {
            Wake::Jobs(id) | Wake::LaterJobs(id) if self.own_work == Some(Wake::Jobs(id.clone())) => Ok(()),
            Wake::Crawl(_) if self.own_work.as_ref() == Some(wake) => Ok(()),
            Wake::Jobs(id) | Wake::LaterJobs(id) => self.jobs.wake(id).await,
            Wake::Crawl(source) => self.crawls.wake(source).await,
            Wake::Delivery(endpoint) => self.deliveries.wake(endpoint).await,
        }
    }
}
