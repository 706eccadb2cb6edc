//! [`Limiter`]: a Durable Object for each scope, which counts one request after the other.
use async_trait::async_trait;
use edge_core::limit::Counters;
use edge_core::ports::Limiter;
use edge_core::ports::{Outcome, Take};
use edge_core::{Error, Result};
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use worker::send::IntoSendFuture as _;
use worker::{DurableObject, Env, Method, ObjectNamespace, Request, RequestInit, Response, State, durable_object};

/// Where the object keeps its state.
const KEY: &str = "kept";

/// The `LIMITER` binding.
pub(crate) struct DurableLimiter(ObjectNamespace);

impl DurableLimiter {
    /// Wraps the binding.
    pub(crate) fn new(objects: ObjectNamespace) -> Self {
        Self(objects)
    }

    async fn ask(&self, scope: &str, takes: &[Take]) -> worker::Result<Outcome> {
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_body(Some(serde_json::to_string(takes)?.into()));
        let request = Request::new_with_init("https://limiter.local/", &init)?;
        let mut answer = self.0.get_by_name(scope)?.fetch_with_request(request).await?;
        answer.json().await
    }
}

impl DurableLimiter {
    async fn return_one(&self, scope: &str, counters: &[String]) -> worker::Result<()> {
        let mut init = RequestInit::new();
        init.with_method(Method::Put)
            .with_body(Some(serde_json::to_string(counters)?.into()));
        let request = Request::new_with_init("https://limiter.local/", &init)?;
        self.0.get_by_name(scope)?.fetch_with_request(request).await?;
        Ok(())
    }

    async fn erase(&self, scope: &str) -> worker::Result<()> {
        let request = Request::new("https://limiter.local/", Method::Delete)?;
        self.0.get_by_name(scope)?.fetch_with_request(request).await?;
        Ok(())
    }
}

#[async_trait]
impl Limiter for DurableLimiter {
    async fn take(&self, scope: &str, takes: &[Take]) -> Result<Outcome> {
        let asked = self.ask(scope, takes).into_send().await;
        asked.map_err(|why| Error::unavailable("limits cannot be checked", why))
    }

    async fn give_back(&self, scope: &str, counters: &[String]) -> Result<()> {
        let returned = self.return_one(scope, counters).into_send().await;
        returned.map_err(|why| Error::unavailable("limits cannot be counted", why))
    }

    async fn forget(&self, scope: &str) -> Result<()> {
        let erased = self.erase(scope).into_send().await;
        erased.map_err(|why| Error::unavailable("limits cannot be forgotten", why))
    }
}

/// The counters of one scope.
#[durable_object(alarm)]
pub struct LimiterDo {
    state: State,
    kept: RefCell<Option<Kept>>,
}

/// What survives the object.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    counters: Counters,
    has_alarm: bool,
}

impl DurableObject for LimiterDo {
    fn new(state: State, _: Env) -> Self {
        Self {
            state,
            kept: RefCell::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        if request.method() == Method::Delete {
            self.forget().await?;
            return Response::empty();
        }
        if request.method() == Method::Put {
            let counters = request.json::<Vec<String>>().await?;
            self.load().await?;
            if let Some(kept) = self.give_back(&counters) {
                self.state.storage().put_raw(KEY, serde_json::to_string(&kept)?).await?;
            }
            return Response::empty();
        }
        // As text: a number beyond 2^53, such as no limit at all, does not survive JavaScript's own reading.
        let takes = serde_json::from_str::<Vec<Take>>(&request.text().await?)?;
        self.load().await?;
        // No `await` from here to the first write, so that no other request comes between.
        let (outcome, kept) = self.count(&takes, now());
        if let Some((kept, alarm)) = kept {
            self.state.storage().put_raw(KEY, serde_json::to_string(&kept)?).await?;
            if let Some(at) = alarm {
                self.state.storage().set_alarm(at - now().0).await?;
            }
        }
        Response::from_json(&outcome)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.load().await?;
        let Some((kept, next)) = self.drop_ended(now()) else {
            self.forget().await?;
            return Response::empty();
        };
        self.state.storage().put_raw(KEY, serde_json::to_string(&kept)?).await?;
        self.state.storage().set_alarm(next - now().0).await?;
        Response::empty()
    }
}

impl LimiterDo {
    /// Reads what an earlier life of this object has left.
    async fn load(&self) -> worker::Result<()> {
        if self.kept.borrow().is_none() {
            let text = self.state.storage().get::<String>(KEY).await?;
            let kept = text
                .map(|it| serde_json::from_str(&it))
                .transpose()?
                .unwrap_or_default();
            self.kept.borrow_mut().get_or_insert(kept);
        }
        Ok(())
    }

    /// Leaves nothing behind.
    async fn forget(&self) -> worker::Result<()> {
        *self.kept.borrow_mut() = Some(Kept::default());
        let storage = self.state.storage();
        storage.delete_alarm().await?;
        storage.delete_all().await
    }

    /// Drops what has ended, and returns what is left and when to look again; none when nothing is left.
    fn drop_ended(&self, now: Timestamp) -> Option<(Kept, i64)> {
        let mut slot = self.kept.borrow_mut();
        let kept = slot.get_or_insert_default();
        let next = kept.counters.drop_ended(now)?;
        Some((kept.clone(), next_alarm(next, now)))
    }

    /// Gives one back to each counter, and returns what is to be written down, if anything changed.
    fn give_back(&self, counters: &[String]) -> Option<Kept> {
        let mut slot = self.kept.borrow_mut();
        let kept = slot.get_or_insert_default();
        kept.counters.give_back(counters).then(|| kept.clone())
    }

    /// Counts, and returns what is to be written down and the alarm that is to be set, if anything changed.
    fn count(&self, takes: &[Take], now: Timestamp) -> (Outcome, Option<(Kept, Option<i64>)>) {
        let mut slot = self.kept.borrow_mut();
        let kept = slot.get_or_insert_default();
        let outcome = kept.counters.take(takes, now);
        if outcome.refused.is_some() || takes.iter().all(|it| it.amount == 0) {
            return (outcome, None);
        }
        let first = outcome.standings.iter().map(|it| it.resets_at).min().unwrap_or(now);
        let alarm = (!kept.has_alarm).then_some(next_alarm(first, now));
        kept.has_alarm = true;
        (outcome, Some((kept.clone(), alarm)))
    }
}

/// Returns when to drop what has ended: not more often than each hour, since waking the object costs.
fn next_alarm(ends: Timestamp, now: Timestamp) -> i64 {
    ends.0.max(now.plus(TimeDelta::hours(1)).0)
}

fn now() -> Timestamp {
    use edge_core::ports::Clock as _;
    crate::clock::WorkerClock.now()
}
