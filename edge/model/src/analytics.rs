//! Figures over what visitors asked.
use crate::time::{DAY, TimeDelta};
use crate::{AgentId, Timestamp};
use serde::Deserialize;

/// Some whole days, UTC, up to now, and as long a time before them to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub days: u32,
    pub from: Timestamp,
    pub until: Timestamp,
    pub before_from: Timestamp,
    /// As far into the last day of the time before as now is into today.
    pub before_until: Timestamp,
}

impl Period {
    /// Returns the last `days` days, today among them.
    pub fn last(days: u32, now: Timestamp) -> Self {
        let (length, instant) = (TimeDelta::days(days.into()), TimeDelta::milliseconds(1));
        let from = Timestamp(now.0.div_euclid(DAY) * DAY).plus(TimeDelta::days(1) - length);
        Self {
            days,
            from,
            until: now.plus(instant),
            before_from: from.plus(-length),
            before_until: now.plus(instant - length),
        }
    }
}

/// What happened in a period and in the one before.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Overview {
    pub conversations: u64,
    pub conversations_before: u64,
    pub messages: u64,
    pub messages_before: u64,
    /// Published ones, now.
    pub agents: u64,
    /// Answerable ones, now.
    pub documents: u64,
    /// None without any answer.
    pub latency_ms: Option<f64>,
    /// The share of questions that were answered, 0 to 1; none without any.
    pub answer_rate: Option<f64>,
    /// 1 to 5; none without any feedback.
    pub rating: Option<f64>,
}

/// A day with something in it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Daily {
    /// Days since the epoch.
    pub day: i64,
    pub conversations: u64,
    pub messages: u64,
    /// How long the conversations that began on the day took, on average; none without any.
    pub seconds: Option<f64>,
}

/// Questions by the hour of the day, UTC.
#[derive(Clone, Debug, Deserialize)]
pub struct Hourly {
    pub hour: u32,
    pub count: u64,
}

/// An agent's part.
#[derive(Clone, Debug, Deserialize)]
pub struct AgentShare {
    pub agent_id: AgentId,
    pub name: String,
    pub conversations: u64,
}

/// A question, asked in these words any number of times.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    /// The text that makes it the same question.
    pub normal: String,
    /// As a visitor wrote it.
    pub text: String,
    pub count: u64,
    pub count_before: u64,
    /// The sum of the confidences in the period.
    pub confidence: f64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole_days_and_compared_to_the_same_hour() {
        let noon = Timestamp(10 * DAY + DAY / 2);
        let period = Period::last(7, noon);
        assert_eq!(
            (period.from, period.until),
            (Timestamp(4 * DAY), noon.plus(TimeDelta::milliseconds(1)))
        );
        assert_eq!(period.before_from, Timestamp(-3 * DAY));
        assert_eq!(
            period.before_until,
            noon.plus(TimeDelta::milliseconds(1) - TimeDelta::days(7))
        );
    }
}
