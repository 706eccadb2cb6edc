//! How long ago something was, as people say it.

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Returns how long before `now` a moment was, both in milliseconds since 1970; nothing when a date says more.
pub fn ago(now: f64, then: f64) -> Option<String> {
    let passed = now - then;
    if passed < MINUTE {
        // Clocks differ by a little; what lies ahead by less than a day is now.
        return (passed > -DAY).then(|| "just now".to_owned());
    }
    let (unit, name) = match passed {
        passed if passed < HOUR => (MINUTE, "minute"),
        passed if passed < DAY => (HOUR, "hour"),
        passed if passed < 2.0 * DAY => return Some("yesterday".to_owned()),
        passed if passed < 14.0 * DAY => (DAY, "day"),
        _ => return None,
    };
    let count = (passed / unit).floor();
    Some(if count < 2.0 {
        format!("{count} {name} ago")
    } else {
        format!("{count} {name}s ago")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_as_people_say_them() {
        let now = 1_000.0 * DAY;
        for (passed, said) in [
            (0.0, Some("just now")),
            (-5_000.0, Some("just now")),
            (59_999.0, Some("just now")),
            (MINUTE, Some("1 minute ago")),
            (59.9 * MINUTE, Some("59 minutes ago")),
            (HOUR, Some("1 hour ago")),
            (23.0 * HOUR, Some("23 hours ago")),
            (30.0 * HOUR, Some("yesterday")),
            (13.5 * DAY, Some("13 days ago")),
            (14.0 * DAY, None),
            (-2.0 * DAY, None),
        ] {
            assert_eq!(ago(now, now - passed).as_deref(), said, "{passed}");
        }
    }
}
