//! Exact counters, wherever they are kept.
use crate::error::Result;
use async_trait::async_trait;
use edge_model::Timestamp;
use edge_model::time::{DAY, MINUTE, TimeDelta};
use serde::{Deserialize, Serialize};

/// Exact counters, one serialised place per scope.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Takes from all counters of a scope, or from none when one of them has not enough left.
    async fn take(&self, scope: &str, takes: &[Take]) -> Result<Outcome>;
    /// Gives one back to each of some counters of a scope, of what was taken in this window.
    async fn give_back(&self, scope: &str, counters: &[String]) -> Result<()>;
    /// Deletes a scope with its counters.
    async fn forget(&self, scope: &str) -> Result<()>;
}

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
    /// 60 days from the last take on.
    TwoMonths,
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
            Self::TwoMonths => return now.plus(TimeDelta::days(60)),
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
pub struct RateLimitStatus {
    pub limit: u64,
    pub remaining: u64,
    pub resets_at: Timestamp,
}

/// What became of some takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// In the order of the takes.
    pub standings: Vec<RateLimitStatus>,
    /// Which take was refused; none when all were granted.
    pub refused: Option<usize>,
}
