//! [`Jobs`]: a Durable Object for each workspace, whose alarm works off the workspace's rows in `jobs`.
use crate::alarm::{self, Alarm, Work};
use crate::app;
use async_trait::async_trait;
use edge_core::ports::Jobs;
use edge_core::{Error, Result, job};
use edge_model::WorkspaceId;
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::send::IntoSendFuture as _;
use worker::worker_sys::DurableObjectState;
use worker::{Env, ObjectNamespace};

/// How long one run may go on before it makes room for other events, in milliseconds.
const BUDGET: i64 = 20_000;

/// The `JOBS` binding.
pub(crate) struct DurableJobs(ObjectNamespace);

impl DurableJobs {
    /// Wraps the binding.
    pub(crate) fn new(objects: ObjectNamespace) -> Self {
        Self(objects)
    }
}

#[async_trait]
impl Jobs for DurableJobs {
    async fn wake(&self, workspace: &WorkspaceId) -> Result<()> {
        let rung = alarm::ring(&self.0, workspace.as_str()).into_send().await;
        rung.map_err(|why| Error::unavailable("background work cannot be started", why))
    }
}

/// Whoever works off the jobs of one workspace.
///
/// Exported by hand: the ready-made export of an alarm never ends when the instance crashes in it.
#[wasm_bindgen]
pub struct JobsDo(Rc<Alarm>);

#[wasm_bindgen]
impl JobsDo {
    /// Makes the object, as the runtime asks for it.
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, env: Env) -> Self {
        Self(Alarm::new(state, env, drain))
    }

    /// Takes a call.
    ///
    /// # Errors
    /// When the object's storage does not answer.
    #[wasm_bindgen]
    pub async fn fetch(&self) -> Result<JsValue, JsValue> {
        self.0.wake().await
    }

    /// Works off what is due.
    ///
    /// # Errors
    /// When the platform cannot run it at all.
    #[wasm_bindgen]
    pub fn alarm(&self) -> Result<Promise, JsValue> {
        self.0.clone().ring()
    }
}

fn drain(env: Env, name: String) -> Work {
    Box::pin(async move {
        let app = app::get(&env)?;
        let drained = job::drain(&app, &WorkspaceId::new(name), BUDGET).await;
        drained.map_err(|why| format!("jobs: {}", why.for_log()))
    })
}
