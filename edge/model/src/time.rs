//! One representation of time everywhere: milliseconds since the Unix epoch, UTC.
pub use chrono::TimeDelta;
use chrono::{DateTime, Datelike as _, SecondsFormat, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

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
    /// Returns the moment a while later (earlier, when negative).
    pub fn plus(self, span: TimeDelta) -> Self {
        Self(self.0.saturating_add(span.num_milliseconds()))
    }

    /// Returns the time since an earlier moment; none of it since a later one.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis_since(earlier))
    }

    /// Returns the milliseconds since an earlier moment; none since a later one.
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default()
    }

    /// Returns whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Returns the moment in RFC 3339 with whole seconds and `Z`, as the documented APIs write times.
    pub fn rfc3339(self) -> String {
        self.date_time().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Returns the day, UTC, as `2026-01-26`.
    pub fn date(self) -> String {
        self.date_time().format("%Y-%m-%d").to_string()
    }

    /// Reads a day, UTC, as `2026-01-26`, and returns its first moment.
    pub fn of_date(text: &str) -> Option<Self> {
        let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        // Years of other lengths are refused: people write them by mistake only.
        let midnight = date.and_hms_opt(0, 0, 0).filter(|_| text.len() == 10)?;
        Some(Self(midnight.and_utc().timestamp_millis()))
    }

    /// Reads a moment as HTTP headers say it, in any of the three forms of RFC 9110 such as
    /// `Wed, 21 Oct 2026 07:28:00 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let date = httpdate::parse_http_date(text).ok()?;
        let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(Self)
    }

    /// Reads a moment in RFC 3339.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let date = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self(date.timestamp_millis()))
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
        next.map_or(self.plus(TimeDelta::days(30)), |it| Self(it.timestamp_millis()))
    }

    fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        let day = Timestamp::of_date("2026-01-26");
        assert_eq!(day, Some(Timestamp(1_769_385_600_000)));
        assert_eq!(
            day.map(|it| it.plus(TimeDelta::milliseconds(DAY - 1)).date()),
            Some("2026-01-26".into())
        );
        for wrong in ["", "2026-1-26", "2026-02-30", "26.01.2026", "2026-01-26T00:00:00Z"] {
            assert_eq!(Timestamp::of_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_are_read_as_headers_and_bodies_say_them() {
        let moment = Some(Timestamp(1_792_567_680_000));
        for text in [
            "Wed, 21 Oct 2026 07:28:00 GMT",
            "Wednesday, 21-Oct-26 07:28:00 GMT",
            "Wed Oct 21 07:28:00 2026",
        ] {
            assert_eq!(Timestamp::from_http_date(text), moment, "{text}");
        }
        assert_eq!(Timestamp::from_rfc3339("2026-10-21T09:28:00+02:00"), moment);
        for wrong in ["", "120", "tomorrow"] {
            assert_eq!(Timestamp::from_http_date(wrong), None);
            assert_eq!(Timestamp::from_rfc3339(wrong), None);
        }
    }

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
