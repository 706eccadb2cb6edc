//! Whether a file is read together with others, or alone, so that a crash has one possible cause.
use edge_permit::{Permit, Permits};
use std::sync::Arc;
use std::time::Duration;
use worker::{Date, Delay};

/// How often who waits to be alone looks whether it is, and how many times at most.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
const MOST_LOOKS: u32 = 200;

thread_local! {
    static PERMITS: Arc<Permits> = Arc::default();
}

/// Returns the right to read a file; none when it cannot be had for now: others are read, or one that has to be alone.
pub(crate) async fn take(is_alone: bool) -> Option<Permit> {
    let waiting = PERMITS.with(|it| it.ask(is_alone));
    for _ in 0..MOST_LOOKS {
        let now = i64::try_from(Date::now().as_millis()).unwrap_or_default();
        if let Some(permit) = waiting.poll(now) {
            return Some(permit);
        }
        Delay::from(LOOK_INTERVAL).await;
    }
    None
}
