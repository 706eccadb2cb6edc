//! Limits: counters in fixed windows, what plans allow ([`plan`]), and whose requests are counted together ([`lane`]).
//!
//! The counting is pure and lives here, so that the Durable Object and the tests share it.
pub mod lane;
pub mod plan;

use crate::ports::{Outcome, RateLimitStatus, Take, Window};
use crate::{Error, Kind};
use edge_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The counters of one scope: the whole state of a limiter.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counters(BTreeMap<String, Counter>);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Counter {
    used: u64,
    resets_at: Timestamp,
}

impl Counters {
    /// Takes from all counters, or from none when one of them has not enough left.
    pub fn take(&mut self, takes: &[Take], now: Timestamp) -> Outcome {
        self.0.retain(|_, counter| counter.resets_at > now);
        let used = |counters: &Self, take: &Take| counters.0.get(&take.counter).map_or(0, |it| it.used);
        let wants = |take: &Take| take.amount.max(1);
        let refused = takes
            .iter()
            .position(|it| used(self, it).saturating_add(wants(it)) > it.limit);
        if refused.is_none() {
            for take in takes.iter().filter(|it| it.amount > 0) {
                let fresh = Counter {
                    used: 0,
                    resets_at: take.window.end(now),
                };
                let counter = self.0.entry(take.counter.clone()).or_insert(fresh);
                counter.used = counter.used.saturating_add(take.amount);
                if take.window == Window::TwoMonths {
                    counter.resets_at = take.window.end(now);
                }
            }
        }
        let standing = |take: &Take| RateLimitStatus {
            limit: take.limit,
            remaining: take.limit.saturating_sub(used(self, take)),
            resets_at: self
                .0
                .get(&take.counter)
                .map_or_else(|| take.window.end(now), |it| it.resets_at),
        };
        Outcome {
            standings: takes.iter().map(standing).collect(),
            refused,
        }
    }

    /// Drops what has ended, and returns when the next one ends; none when nothing is left.
    pub fn drop_ended(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.0.retain(|_, counter| counter.resets_at > now);
        self.0.values().map(|it| it.resets_at).min()
    }

    /// Gives one back to each of some counters, and tells whether any of them exists.
    pub fn give_back(&mut self, counters: &[String]) -> bool {
        let mut has_changed = false;
        for name in counters {
            if let Some(counter) = self.0.get_mut(name) {
                counter.used = counter.used.saturating_sub(1);
                has_changed = true;
            }
        }
        has_changed
    }
}

/// Where the caller's request limit stands: written where requests are counted, read where the headers are written.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Option<RateLimitStatus>>>);

impl Meter {
    /// Notes a standing.
    pub fn record(&self, standing: RateLimitStatus) {
        if let Ok(mut slot) = self.0.lock() {
            *slot = Some(standing);
        }
    }

    /// Returns the standing, when the caller has a limit.
    pub fn standing(&self) -> Option<RateLimitStatus> {
        self.0.lock().ok().and_then(|it| *it)
    }
}

/// Refuses with [`Kind::RateLimited`] and when to come back.
pub(crate) fn rate_limited(outcome: &Outcome, index: usize, now: Timestamp) -> Error {
    with_wait(Error::new(Kind::RateLimited, "too many requests"), outcome, index, now)
}

pub(crate) fn with_wait(error: Error, outcome: &Outcome, index: usize, now: Timestamp) -> Error {
    let resets_at = outcome.standings.get(index).map_or(now, |it| it.resets_at);
    let millis = resets_at.0.saturating_sub(now.0).max(0);
    error.retry_after(u64::try_from((millis + 999) / 1_000).unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_model::time::{DAY, MINUTE};

    fn take(counter: &str, limit: u64, amount: u64) -> Take {
        Take {
            counter: counter.into(),
            window: Window::Minute,
            limit,
            amount,
        }
    }

    #[test]
    fn a_refused_take_leaves_every_counter_as_it_was() {
        let mut counters = Counters::default();
        let now = Timestamp(30_000);
        assert_eq!(counters.take(&[take("a", 2, 1), take("b", 1, 1)], now).refused, None);
        let outcome = counters.take(&[take("a", 2, 1), take("b", 1, 1)], now);
        assert_eq!(outcome.refused, Some(1));
        assert_eq!(
            outcome.standings.iter().map(|it| it.remaining).collect::<Vec<_>>(),
            [1, 0]
        );
    }

    #[test]
    fn a_window_begins_anew_at_its_end() {
        let mut counters = Counters::default();
        assert_eq!(counters.take(&[take("a", 1, 1)], Timestamp(59_999)).refused, None);
        assert_eq!(counters.take(&[take("a", 1, 1)], Timestamp(59_999)).refused, Some(0));
        let outcome = counters.take(&[take("a", 1, 1)], Timestamp(60_000));
        assert_eq!(
            (outcome.refused, outcome.standings[0].resets_at),
            (None, Timestamp(120_000))
        );
    }

    #[test]
    fn windows_end_at_whole_multiples_of_their_length() {
        // 1970-01-02 01:16:01 UTC.
        let now = Timestamp(90_961_000);
        for (window, end) in [
            (Window::Minute, 91_020_000),
            (Window::QuarterHour, 91_800_000),
            (Window::Hour, 93_600_000),
            (Window::Day, 172_800_000),
            (Window::Month, 2_678_400_000),
            (Window::TwoMonths, 90_961_000 + 60 * 86_400_000),
        ] {
            assert_eq!(window.end(now), Timestamp(end), "{window:?}");
        }
    }

    #[test]
    fn two_months_are_counted_from_the_last_take() {
        let mut counters = Counters::default();
        let known = Take {
            window: Window::TwoMonths,
            ..take("network", 9, 1)
        };
        counters.take(std::slice::from_ref(&known), Timestamp(0));
        let later = counters.take(&[known, take("a", 9, 1)], Timestamp(DAY));
        let ends: Vec<Timestamp> = later.standings.iter().map(|it| it.resets_at).collect();
        assert_eq!(ends, [Timestamp(61 * DAY), Timestamp(DAY + MINUTE)]);
        counters.take(&[take("a", 9, 1)], Timestamp(DAY + 1));
        assert_eq!(counters.drop_ended(Timestamp(DAY + 1)), Some(Timestamp(DAY + MINUTE)));
    }

    #[test]
    fn counters_end_with_their_windows() {
        let mut counters = Counters::default();
        counters.take(&[take("a", 9, 1)], Timestamp(0));
        counters.take(&[take("b", 9, 1)], Timestamp(59_999));
        assert_eq!(counters.drop_ended(Timestamp(59_999)), Some(Timestamp(60_000)));
        assert_eq!(counters.drop_ended(Timestamp(60_000)), None);
        assert!(!counters.give_back(&["a".into()]));
    }

    #[test]
    fn asking_takes_nothing_and_is_refused_when_nothing_is_left() {
        let mut counters = Counters::default();
        assert_eq!(counters.take(&[take("a", 1, 0)], Timestamp(0)).refused, None);
        assert_eq!(counters.take(&[take("a", 1, 1)], Timestamp(0)).refused, None);
        assert_eq!(counters.take(&[take("a", 1, 0)], Timestamp(0)).refused, Some(0));
    }
}
