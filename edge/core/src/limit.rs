//! Limits: what a plan allows per dialect, and counters in fixed windows.
//!
//! The counting is pure and lives here, so that the Durable Object and the tests share it. Figures: seeds 000, 002 and
//! 004 ("Rate Limits"); the units where a seed is silent are our decisions.
use crate::ports::Limiter;
use crate::{Error, Kind, Result};
use edge_model::plan::Plan;
use edge_model::time::{DAY, MINUTE};
use edge_model::{Timestamp, WorkspaceId};
use edge_store::conversations::KeyOwner;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What "unlimited" shows as in the headers.
pub const UNLIMITED: u64 = 1_000_000;

/// A stretch of time that a counter counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Minute,
    QuarterHour,
    Hour,
    Day,
    /// A calendar month, UTC.
    Month,
}

impl Window {
    /// Returns when the window that `now` lies in ends.
    pub fn end(self, now: Timestamp) -> Timestamp {
        let length = match self {
            Self::Minute => MINUTE,
            Self::QuarterHour => 15 * MINUTE,
            Self::Hour => 60 * MINUTE,
            Self::Day => DAY,
            Self::Month => return now.next_month(),
        };
        Timestamp((now.0.div_euclid(length) + 1) * length)
    }
}

/// A wish to use something that is limited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// The counter's name within its scope.
    pub counter: String,
    pub window: Window,
    pub limit: u64,
    /// How much; 0 asks whether anything is left without using it.
    pub amount: u64,
}

/// Where a counter stands after a take, granted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub limit: u64,
    pub remaining: u64,
    pub resets_at: Timestamp,
}

/// What became of some takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// In the order of the takes.
    pub standings: Vec<Standing>,
    /// Which take was refused; none when all were granted.
    pub refused: Option<usize>,
}

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
            }
        }
        let standing = |take: &Take| Standing {
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

    /// Gives one back to a counter, and tells whether there is such a one.
    pub fn give_back(&mut self, counter: &str) -> bool {
        let counter = self.0.get_mut(counter);
        let is_there = counter.is_some();
        if let Some(counter) = counter {
            counter.used = counter.used.saturating_sub(1);
        }
        is_there
    }
}

/// Where the caller's request limit stands: filled in by whoever takes, read by whoever writes the headers.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Option<Standing>>>);

impl Meter {
    /// Notes a standing.
    pub fn record(&self, standing: Standing) {
        if let Ok(mut slot) = self.0.lock() {
            *slot = Some(standing);
        }
    }

    /// Returns the standing, when the caller has a limit.
    pub fn standing(&self) -> Option<Standing> {
        self.0.lock().ok().and_then(|it| *it)
    }
}

/// Requests per minute of a workspace in the Insydr dialect (seed 004, "Rate Limits").
pub fn requests_per_minute(plan: Plan) -> u64 {
    match plan {
        Plan::Free => 60,
        Plan::Starter => 120,
        Plan::Pro => 300,
        Plan::Enterprise => UNLIMITED,
    }
}

/// Messages per month of a workspace (seed 004, "Rate Limits"); none is no limit.
pub fn messages_per_month(plan: Plan) -> Option<u64> {
    match plan {
        Plan::Free => Some(100),
        Plan::Starter => Some(2_000),
        Plan::Pro => Some(10_000),
        Plan::Enterprise => None,
    }
}

/// How the requests of a program are counted: each dialect's document has a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// By the key, so many a minute.
    ByKey(u64),
    /// With all others of the workspace, as its plan says.
    ByPlan,
}

/// Requests per minute of a deputy's key (seed 002, "Rate limits").
pub const DEPUTY_KEY: Counting = Counting::ByKey(60);
/// Requests per minute of an automation's key, about which seed 003 is silent.
pub const AUTOMATION_KEY: Counting = Counting::ByKey(600);

/// Requests per minute and per day of a workspace's back ends (seed 000, "Rate Limits"). The seed knows three plans; the
/// fourth has what the one above the free one has, as in seed 002.
pub fn requests_of_back_ends(plan: Plan) -> [u64; 2] {
    match plan {
        Plan::Free => [20, 1_000],
        Plan::Starter | Plan::Pro => [100, 10_000],
        Plan::Enterprise => [1_000, UNLIMITED],
    }
}

/// Answers per month of a workspace's deputy (seed 002, "402 Payment Required"); none is no limit.
pub fn answers_per_month(plan: Plan) -> Option<u64> {
    match plan {
        Plan::Free => Some(500),
        Plan::Starter | Plan::Pro => Some(2_000),
        Plan::Enterprise => None,
    }
}

/// The counter of a workspace's monthly answers by its deputy.
pub const ANSWERS: &str = "answers";

/// The counter of a workspace's monthly messages.
pub const MESSAGES: &str = "messages";

/// Counts one request of a workspace, and `messages` messages to its agents with it.
///
/// # Errors
/// [`Kind::RateLimited`] or [`Kind::QuotaExhausted`], with when to come back.
pub async fn admit(
    limiter: &dyn Limiter,
    meter: &Meter,
    workspace: &WorkspaceId,
    plan: Plan,
    messages: u64,
    now: Timestamp,
) -> Result<()> {
    let mut takes = vec![Take {
        counter: "requests".into(),
        window: Window::Minute,
        limit: requests_per_minute(plan),
        amount: 1,
    }];
    if messages > 0 {
        let limit = messages_per_month(plan).unwrap_or(u64::MAX);
        takes.push(Take {
            counter: MESSAGES.into(),
            window: Window::Month,
            limit,
            amount: messages,
        });
    }
    let outcome = limiter.take(workspace.as_str(), &takes).await?;
    if let Some(standing) = outcome.standings.first() {
        meter.record(*standing);
    }
    match outcome.refused {
        None => Ok(()),
        Some(0) => Err(rate_limited(&outcome, 0, now)),
        Some(index) => {
            let limit = outcome.standings.get(index).map_or(0, |it| it.limit);
            let message = format!("monthly message limit reached ({limit}/{limit})");
            Err(with_wait(
                Error::new(Kind::QuotaExhausted, message),
                &outcome,
                index,
                now,
            ))
        }
    }
}

/// Counts one request of a program.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_program(
    limiter: &dyn Limiter,
    meter: &Meter,
    counting: Counting,
    owner: &KeyOwner,
    now: Timestamp,
) -> Result<()> {
    let take = |counter: &str, window, limit| Take {
        counter: counter.into(),
        window,
        limit,
        amount: 1,
    };
    let (scope, takes) = match counting {
        Counting::ByKey(limit) => (owner.key.id.as_str(), vec![take("requests", Window::Minute, limit)]),
        Counting::ByPlan => {
            let [minute, day] = requests_of_back_ends(owner.workspace.plan);
            let takes = vec![
                take("back ends, minute", Window::Minute, minute),
                take("back ends, day", Window::Day, day),
            ];
            (owner.workspace.id.as_str(), takes)
        }
    };
    let outcome = limiter.take(scope, &takes).await?;
    // Of two limits the one that is nearer is told.
    let nearest = outcome.standings.iter().min_by_key(|it| it.remaining);
    let told = outcome.refused.map_or(nearest, |it| outcome.standings.get(it));
    if let Some(standing) = told {
        meter.record(*standing);
    }
    outcome
        .refused
        .map_or(Ok(()), |index| Err(rate_limited(&outcome, index, now)))
}

/// Counts one answer of a workspace's deputy.
///
/// # Errors
/// [`Kind::QuotaExhausted`], in the words of seed 002.
pub(crate) async fn admit_answer(
    limiter: &dyn Limiter,
    workspace: &WorkspaceId,
    plan: Plan,
    now: Timestamp,
) -> Result<()> {
    // What is used without a limit counts against the next plan, too.
    let limit = answers_per_month(plan).unwrap_or(u64::MAX);
    let take = Take {
        counter: ANSWERS.into(),
        window: Window::Month,
        limit,
        amount: 1,
    };
    let outcome = limiter.take(workspace.as_str(), &[take]).await?;
    let Some(index) = outcome.refused else {
        return Ok(());
    };
    let more = match plan {
        Plan::Free => format!(
            "Upgrade to Pro for {} answers/month",
            grouped(answers_per_month(Plan::Pro).unwrap_or_default())
        ),
        _ => "Upgrade to Enterprise for unlimited answers".into(),
    };
    let limit = grouped(limit);
    let message = format!("Monthly answer limit reached ({limit}/{limit}). {more}");
    Err(with_wait(
        Error::new(Kind::QuotaExhausted, message),
        &outcome,
        index,
        now,
    ))
}

/// Writes a number with a comma after the thousands.
pub(crate) fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

/// Counts one request of a signed-in person outside of any workspace.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub async fn admit_account(limiter: &dyn Limiter, meter: &Meter, account: &str, now: Timestamp) -> Result<()> {
    let take = Take {
        counter: "requests".into(),
        window: Window::Minute,
        limit: 300,
        amount: 1,
    };
    let outcome = limiter.take(account, &[take]).await?;
    if let Some(standing) = outcome.standings.first() {
        meter.record(*standing);
    }
    outcome
        .refused
        .map_or(Ok(()), |index| Err(rate_limited(&outcome, index, now)))
}

/// Refuses with [`Kind::RateLimited`] and when to come back.
pub(crate) fn rate_limited(outcome: &Outcome, index: usize, now: Timestamp) -> Error {
    with_wait(Error::new(Kind::RateLimited, "too many requests"), outcome, index, now)
}

fn with_wait(error: Error, outcome: &Outcome, index: usize, now: Timestamp) -> Error {
    let resets_at = outcome.standings.get(index).map_or(now, |it| it.resets_at);
    let millis = resets_at.0.saturating_sub(now.0).max(0);
    error.retry_after(u64::try_from((millis + 999) / 1_000).unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (2_000, "2,000"), (1_234_056, "1,234,056")] {
            assert_eq!(grouped(number), text);
        }
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
    fn asking_takes_nothing_and_is_refused_when_nothing_is_left() {
        let mut counters = Counters::default();
        assert_eq!(counters.take(&[take("a", 1, 0)], Timestamp(0)).refused, None);
        assert_eq!(counters.take(&[take("a", 1, 1)], Timestamp(0)).refused, None);
        assert_eq!(counters.take(&[take("a", 1, 0)], Timestamp(0)).refused, Some(0));
    }
}
