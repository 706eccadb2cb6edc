//! One representation of time everywhere: milliseconds since the Unix epoch, UTC.
use chrono::{DateTime, Datelike as _, SecondsFormat, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

/// A second, in the unit of [`Timestamp`].
pub const SECOND: i64 = 1_000;
/// A minute, in the unit of [`Timestamp`].
pub const MINUTE: i64 = 60 * SECOND;
/// An hour, in the unit of [`Timestamp`].
pub const HOUR: i64 = 60 * MINUTE;
/// A day, in the unit of [`Timestamp`].
pub const DAY: i64 = 24 * HOUR;

/// A moment, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the moment `millis` later (earlier, when negative).
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Returns whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Returns the moment in RFC 3339 with whole seconds and `Z`, as the seeds print times.
    pub fn rfc3339(self) -> String {
        self.date_time().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Returns the first moment of the next calendar month, UTC.
    pub fn next_month(self) -> Self {
        let now = self.date_time();
        let (year, month) = if now.month() == 12 {
            (now.year() + 1, 1)
        } else {
            (now.year(), now.month() + 1)
        };
        let next = Utc.with_ymd_and_hms(year, month, 1, 0, 0, 0).single();
        next.map_or(self.plus(30 * DAY), |it| Self(it.timestamp_millis()))
    }

    fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        // 2026-12-31T23:59:59.999Z
        assert_eq!(
            Timestamp(1_798_761_599_999).next_month().rfc3339(),
            "2027-01-01T00:00:00Z"
        );
        assert_eq!(Timestamp(0).next_month().rfc3339(), "1970-02-01T00:00:00Z");
    }
}
