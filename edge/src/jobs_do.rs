//! [`Jobs`]: a Durable Object for each workspace, whose alarm works off the workspace's rows in `jobs`.
use crate::{app, log};
use async_trait::async_trait;
use edge_core::ports::Jobs;
use edge_core::{Error, Result, job};
use edge_model::WorkspaceId;
use std::cell::Cell;
use worker::send::IntoSendFuture as _;
use worker::{DurableObject, Env, ObjectNamespace, Request, Response, State, durable_object};

/// How long after a wake the work begins, in milliseconds: long enough for the batch that writes the row.
const SOON: i64 = 20;

/// When a run that was cut off is begun again, in milliseconds after it began.
const FALLBACK: i64 = 60_000;

/// When a run that failed is begun again, in milliseconds.
const RETRY: i64 = 10_000;

/// How long one run may go on before it makes room for other events, in milliseconds.
const BUDGET: i64 = 20_000;

/// The `JOBS` binding.
pub(crate) struct DurableJobs(ObjectNamespace);

impl DurableJobs {
    /// Wraps the binding.
    pub(crate) fn new(objects: ObjectNamespace) -> Self {
        Self(objects)
    }

    async fn ring(&self, workspace: &WorkspaceId) -> worker::Result<()> {
        let answer = self.0.get_by_name(workspace.as_str())?.fetch_with_str("https://jobs.local/wake").await?;
        match answer.status_code() {
            200 => Ok(()),
            status => Err(format!("the jobs of {workspace} answered {status}").into()),
        }
    }
}

#[async_trait]
impl Jobs for DurableJobs {
    async fn wake(&self, workspace: &WorkspaceId) -> Result<()> {
        let first = self.ring(workspace).into_send().await;
        // An object may be on the move just now, and waking it twice is as good as once.
        let rung = if first.is_ok() { first } else { self.ring(workspace).into_send().await };
        rung.map_err(|why| Error::unavailable("background work cannot be started", why))
    }
}

/// Whoever works off the jobs of one workspace. The runtime runs one alarm of an object at a time.
#[durable_object(alarm)]
pub struct JobsDo {
    state: State,
    env: Env,
    /// Whether somebody called while a run was under way.
    woken: Cell<bool>,
}

impl DurableObject for JobsDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, woken: Cell::default() }
    }

    async fn fetch(&self, _: Request) -> worker::Result<Response> {
        self.woken.set(true);
        let storage = self.state.storage();
        let soon = now() + SOON;
        if storage.get_alarm().await?.is_none_or(|at| at > soon) {
            storage.set_alarm(SOON).await?;
        }
        Response::empty()
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let storage = self.state.storage();
        storage.set_alarm(FALLBACK).await?;
        self.woken.set(false);
        let next = self.drain().await;
        // Who called after the run had looked for the last time is not forgotten: nothing waits between this and the write.
        match next {
            _ if self.woken.get() => storage.set_alarm(SOON).await?,
            Some(wait) => storage.set_alarm(wait.max(SOON)).await?,
            None => storage.delete_alarm().await?,
        }
        Response::empty()
    }
}

impl JobsDo {
    /// Works off what is due and returns how long the next job has time, in milliseconds.
    async fn drain(&self) -> Option<i64> {
        let Some(workspace) = self.state.id().name().map(WorkspaceId::new) else {
            log::failure("jobs.drain", "the object has no name");
            return None;
        };
        let app = match app::get(&self.env) {
            Ok(app) => app,
            Err(why) => {
                log::failure("jobs.drain", &why);
                return Some(RETRY);
            }
        };
        match job::drain(&app, &workspace, BUDGET).await {
            Ok(next) => next.map(|at| at.0 - now()),
            Err(why) => {
                log::failure("jobs.drain", why.for_log());
                Some(RETRY)
            }
        }
    }
}

fn now() -> i64 {
    use edge_core::ports::Clock as _;
    crate::clock::WorkerClock.now().0
}
