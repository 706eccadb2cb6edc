//! [`Clock`] over the runtime's clock and timers.
use async_trait::async_trait;
use edge_core::ports::Clock;
use edge_model::Timestamp;
use std::time::Duration;
use worker::Delay;
use worker::send::IntoSendFuture as _;

/// The runtime's time, which stands still between two awaits of input or output.
pub(crate) struct WorkerClock;

#[async_trait]
impl Clock for WorkerClock {
    fn now(&self) -> Timestamp {
        Timestamp(js_sys::Date::now() as i64)
    }

    async fn sleep(&self, duration: Duration) {
        Delay::from(duration).into_send().await;
    }
}
