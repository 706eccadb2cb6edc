//! The circuit breaker: a model that keeps failing is left alone for a while, so that no visitor waits for it.
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use std::sync::Mutex;

/// As many failures in a row open it.
const MOST_FAILURES: u32 = 3;
/// How long it stays open; then one question is let through to see.
const OPEN_TIME: TimeDelta = TimeDelta::seconds(10);

/// Counts failures. One per model and isolate.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// No request gets through before.
    rests_until: Option<Timestamp>,
}

impl Breaker {
    /// Tells whether the model may be asked now. After a pause one question may, and the next one only when that one
    /// went well, or after another pause: its request may have been cut off before it could report.
    pub fn admits(&self, now: Timestamp) -> bool {
        self.with(|state| {
            if state.failures < MOST_FAILURES {
                return true;
            }
            let is_over = state.rests_until.is_none_or(|it| it <= now);
            if is_over {
                state.rests_until = Some(now.plus(OPEN_TIME));
            }
            is_over
        })
    }

    /// Notes that the model answered.
    pub fn succeeded(&self) {
        self.with(|state| *state = State::default());
    }

    /// Notes that it did not.
    pub fn failed(&self, now: Timestamp) {
        self.with(|state| {
            state.failures += 1;
            state.rests_until = Some(now.plus(OPEN_TIME));
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // Numbers are never left half changed, so a poisoned lock does no harm.
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment that comes so many open times and milliseconds after the breaker opened.
    fn after(times: i32, milliseconds: i64) -> Timestamp {
        Timestamp(milliseconds).plus(OPEN_TIME * times)
    }

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        (0..MOST_FAILURES).for_each(|_| breaker.failed(Timestamp(0)));
        breaker
    }

    #[test]
    fn only_failures_in_a_row_open_the_breaker() {
        let breaker = Breaker::default();
        for _ in 0..5 {
            breaker.failed(Timestamp(0));
            breaker.failed(Timestamp(0));
            breaker.succeeded();
        }
        assert!(breaker.admits(Timestamp(0)));
        assert!(!opened().admits(Timestamp(0)));
    }

    #[test]
    fn after_the_pause_one_question_is_let_through() {
        let breaker = opened();
        assert!(!breaker.admits(after(1, -1)));
        assert!(breaker.admits(after(1, 0)));
        assert!(!breaker.admits(after(1, 1)));
        breaker.failed(after(1, 2));
        assert!(!breaker.admits(after(2, 1)));
        assert!(breaker.admits(after(2, 2)));
        breaker.succeeded();
        assert!(breaker.admits(after(2, 3)) && breaker.admits(after(2, 3)));
    }

    #[test]
    fn a_question_that_never_reports_does_not_keep_it_open() {
        let breaker = opened();
        assert!(breaker.admits(after(1, 0)));
        assert!(breaker.admits(after(2, 0)));
    }
}
