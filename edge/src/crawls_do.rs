//! [`Crawls`]: a Durable Object for each source, whose alarm takes the crawl's next step. A slow site holds up only its
//! own object.
use crate::alarm::{self, Work};
use crate::app;
use crate::background::BackgroundObjects;
use async_trait::async_trait;
use edge_core::ports::Crawls;
use edge_core::{Error, Result, crawl};
use edge_model::time::TimeDelta;
use edge_model::{SourceId, WorkspaceId};
use edge_store::sources::SourceRef;
use worker::Env;
use worker::send::IntoSendFuture as _;

/// How long one run may go on before its last step begins. A step may take most of a minute.
const RUN_BUDGET: TimeDelta = TimeDelta::seconds(10);

/// The `CRAWLS` binding.
pub(crate) struct DurableCrawls(BackgroundObjects);

impl DurableCrawls {
    /// Wraps the binding.
    pub(crate) fn new(objects: BackgroundObjects) -> Self {
        Self(objects)
    }
}

#[async_trait]
impl Crawls for DurableCrawls {
    async fn wake(&self, source: &SourceRef) -> Result<()> {
        let name = format!("{}/{}", source.workspace_id, source.source_id);
        let rung = self.0.wake(&name).into_send().await;
        rung.map_err(|why| Error::unavailable("crawls cannot be started", why))
    }
}

alarm::alarmed_object!(
    /// The object that crawls one source.
    CrawlsDo,
    drain
);

fn drain(env: Env, name: String) -> Work {
    Box::pin(async move {
        let app = app::get(&env)?;
        let Some((workspace, source)) = name.split_once('/') else {
            return Err(format!("crawls: `{name}` names no source"));
        };
        let source = SourceRef {
            workspace_id: WorkspaceId::new(workspace),
            source_id: SourceId::new(source),
        };
        let drained = crawl::drain(&app, &source, RUN_BUDGET).await;
        drained.map_err(|why| format!("crawls: {}", why.for_log()))
    })
}
