//! What Durable Objects with background work have in common: a call wakes them, their alarm works off what is due, and
//! the alarm is set again for what is not.
use crate::role::Role;
use crate::{background, crash, log};
use edge_model::Timestamp;
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use worker::worker_sys::DurableObjectState;
use worker::{Env, State};

/// How long after a wake the work begins: long enough for the batch that writes the row.
const WAKE_DELAY: Duration = Duration::from_millis(20);

/// An alarm that should have rung so long ago is stuck, and is set anew.
const STUCK_AFTER: Duration = Duration::from_secs(10);

/// When a run that was cut off, or that came too early, is begun again after it began.
const FALLBACK_DELAY: Duration = Duration::from_secs(60);

/// When a run that failed is begun again.
const RETRY_DELAY: Duration = Duration::from_secs(10);

/// What works off what is due: given the object's name, it returns when to come back, or why it failed.
pub(crate) type Drain = fn(Env, String) -> Work;

/// A run of it.
pub(crate) type Work = std::pin::Pin<Box<dyn Future<Output = Result<Option<Timestamp>, String>>>>;

/// An object's alarm. The runtime runs one alarm of an object at a time.
pub(crate) struct Alarm {
    state: State,
    env: Env,
    drain: Drain,
    /// Whether a wake came since the last run began.
    woken: Cell<bool>,
}

impl Alarm {
    /// Makes the alarm of an object.
    pub(crate) fn new(state: DurableObjectState, env: Env, drain: Drain) -> Rc<Self> {
        Rc::new(Self {
            state: state.into(),
            env,
            drain,
            woken: Cell::default(),
        })
    }

    /// Sees to it that the alarm rings soon.
    pub(crate) async fn wake(&self, url: &str) -> Result<JsValue, JsValue> {
        if let Err(why) = background::check_call(&self.env, url) {
            log::failure("configuration", &why);
            let refused = web_sys::ResponseInit::new();
            refused.set_status(500);
            return Ok(web_sys::Response::new_with_opt_str_and_init(Some(&why), &refused)?.into());
        }
        self.woken.set(true);
        let storage = self.state.storage();
        let now = now();
        if is_to_be_set(storage.get_alarm().await?.map(Timestamp), now) {
            storage.set_alarm(WAKE_DELAY).await?;
        }
        Ok(web_sys::Response::new()?.into())
    }

    /// Works off what is due, when the alarm rings.
    pub(crate) fn fire(self: Rc<Self>) -> Result<Promise, JsValue> {
        crash::run(async move {
            if let Err(why) = self.run().await {
                log::failure("alarm", why);
            }
        })
    }

    async fn run(&self) -> worker::Result<()> {
        if let Err(why) = Role::Jobs.require(&self.env, "background work") {
            log::failure("configuration", why);
            return self.state.storage().delete_alarm().await;
        }
        let was_woken = self.woken.take();
        let storage = self.state.storage();
        storage.set_alarm(FALLBACK_DELAY).await?;
        let next = self.work().await;
        // No `await` between reading `woken` and setting the alarm: a wake that comes meanwhile would be lost.
        match next {
            _ if self.woken.get() => storage.set_alarm(WAKE_DELAY).await,
            // The caller may not have written the row yet, and may never call again: the fallback looks once more.
            Some(wait) if was_woken => storage.set_alarm(wait.clamp(WAKE_DELAY, FALLBACK_DELAY)).await,
            Some(wait) => storage.set_alarm(wait.max(WAKE_DELAY)).await,
            None if was_woken => Ok(()),
            None => storage.delete_alarm().await,
        }
    }

    /// Works off what is due and returns how long the next piece of work has time.
    async fn work(&self) -> Option<Duration> {
        let Some(name) = self.state.id().name() else {
            log::failure("alarm", "the object has no name");
            return None;
        };
        match (self.drain)(self.env.clone(), name).await {
            Ok(next) => next.map(|at| at.since(now())),
            Err(why) => {
                log::failure("alarm", why);
                Some(RETRY_DELAY)
            }
        }
    }
}

/// Exports a Durable Object whose alarm works off what is due, by a [`Drain`].
///
/// By hand: the ready-made export of an alarm never ends when the instance crashes in it.
macro_rules! alarmed_object {
    ($(#[$what:meta])* $name:ident, $drain:path) => {
        $(#[$what])*
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub struct $name(std::rc::Rc<$crate::alarm::Alarm>);

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $name {
            /// Makes the object, as the runtime asks for it.
            #[wasm_bindgen(constructor)]
            pub fn new(state: worker::worker_sys::DurableObjectState, env: worker::Env) -> Self {
                Self($crate::alarm::Alarm::new(state, env, $drain))
            }

            /// Takes a call.
            #[wasm_bindgen]
            pub async fn fetch(
                &self,
                request: web_sys::Request,
            ) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                self.0.wake(&request.url()).await
            }

            /// Works off what is due.
            #[wasm_bindgen]
            pub fn alarm(&self) -> Result<js_sys::Promise, wasm_bindgen::JsValue> {
                self.0.clone().fire()
            }
        }
    };
}
pub(crate) use alarmed_object;

/// Tells whether an alarm has to be set for a run to come soon: it rings too late, or has not rung when it should have.
fn is_to_be_set(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_none_or(|at| at.since(now) > WAKE_DELAY || now.since(at) > STUCK_AFTER)
}

fn now() -> Timestamp {
    use edge_core::ports::Clock as _;
    crate::clock::WorkerClock.now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_that_is_stuck_in_the_past_is_set_anew() {
        let now = Timestamp(1_000_000);
        let after = |milliseconds: i64| Some(Timestamp(now.0 + milliseconds));
        assert!(is_to_be_set(None, now), "there is none");
        assert!(is_to_be_set(after(60_000), now), "it rings too late");
        assert!(!is_to_be_set(after(20), now), "it rings soon");
        assert!(!is_to_be_set(after(-100), now), "it rings just now");
        assert!(is_to_be_set(after(-10_001), now), "it did not ring");
    }
}
