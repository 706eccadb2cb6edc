//! [`Jobs`]: a Durable Object for each workspace, whose alarm works off the workspace's rows in `jobs`.
use crate::{app, crash, log};
use async_trait::async_trait;
use edge_core::ports::Jobs;
use edge_core::{Error, Result, job};
use edge_model::WorkspaceId;
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::send::IntoSendFuture as _;
use worker::worker_sys::DurableObjectState;
use worker::{Env, ObjectNamespace, State};

/// How long after a wake the work begins, in milliseconds: long enough for the batch that writes the row.
const SOON: i64 = 20;

/// When a run that was cut off, or that came too early, is begun again, in milliseconds after it began.
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
        let answer = self
            .0
            .get_by_name(workspace.as_str())?
            .fetch_with_str("https://jobs.local/wake")
            .await?;
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
        let rung = if first.is_ok() {
            first
        } else {
            self.ring(workspace).into_send().await
        };
        rung.map_err(|why| Error::unavailable("background work cannot be started", why))
    }
}

/// Whoever works off the jobs of one workspace. The runtime runs one alarm of an object at a time.
///
/// Exported by hand: the ready-made export of an alarm never ends when the instance crashes in it.
#[wasm_bindgen]
pub struct JobsDo(Rc<Worker>);

#[wasm_bindgen]
impl JobsDo {
    /// Makes the object, as the runtime asks for it.
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, env: Env) -> Self {
        let state = state.into();
        Self(Rc::new(Worker {
            state,
            env,
            woken: Cell::default(),
        }))
    }

    /// Takes a call.
    ///
    /// # Errors
    /// When the object's storage does not answer.
    #[wasm_bindgen]
    pub async fn fetch(&self) -> Result<JsValue, JsValue> {
        self.0.wake().await?;
        Ok(web_sys::Response::new()?.into())
    }

    /// Works off what is due.
    ///
    /// # Errors
    /// When the platform cannot run it at all.
    #[wasm_bindgen]
    pub fn alarm(&self) -> Result<Promise, JsValue> {
        let worker = self.0.clone();
        crash::run(async move {
            if let Err(why) = worker.run().await {
                log::failure("jobs.alarm", &why.to_string());
            }
        })
    }
}

struct Worker {
    state: State,
    env: Env,
    /// Whether somebody called since the last run began.
    woken: Cell<bool>,
}

impl Worker {
    async fn wake(&self) -> worker::Result<()> {
        self.woken.set(true);
        let storage = self.state.storage();
        let soon = now() + SOON;
        if storage.get_alarm().await?.is_none_or(|at| at > soon) {
            storage.set_alarm(SOON).await?;
        }
        Ok(())
    }

    /// Works off what is due and sets the alarm for what is not.
    async fn run(&self) -> worker::Result<()> {
        let was_woken = self.woken.take();
        let storage = self.state.storage();
        storage.set_alarm(FALLBACK).await?;
        let next = self.drain().await;
        // Nothing waits between these looks and the write, so that nobody who calls now is forgotten.
        match next {
            _ if self.woken.get() => storage.set_alarm(SOON).await,
            Some(wait) => storage.set_alarm(wait.max(SOON)).await,
            // Who called may not have written the row yet, and may never call again: the fallback looks once more.
            None if was_woken => Ok(()),
            None => storage.delete_alarm().await,
        }
    }

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
