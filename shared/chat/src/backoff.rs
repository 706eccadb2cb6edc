//! How long a client waits before it asks again what has failed.
use std::time::Duration;

/// How long to wait after the first failure in a row, the second and so on; then always as long as at the end.
const RETRY_SCHEDULE: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: usize,
    wait: Duration,
}

impl Backoff {
    /// Notes how an attempt came out and returns how long to wait before the next one. `random`, from 0 to 1, makes the
    /// wait up to a fifth longer or shorter, so that clients that failed together do not come back together.
    pub fn note(&mut self, has_succeeded: bool, random: f64) -> Duration {
        if has_succeeded {
            *self = Self::default();
        } else {
            let last = RETRY_SCHEDULE.len() - 1;
            let planned = RETRY_SCHEDULE.get(self.failures.min(last)).copied().unwrap_or_default();
            self.failures = self.failures.saturating_add(1);
            self.wait = planned.mul_f64(0.8 + 0.4 * random.clamp(0.0, 1.0));
        }
        self.wait
    }

    /// Returns how long to wait before the next attempt: nothing when the last one succeeded.
    pub fn wait(self) -> Duration {
        self.wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(attempts: impl IntoIterator<Item = bool>) -> Vec<u64> {
        let mut backoff = Backoff::default();
        let wait = |it| backoff.note(it, 0.5).as_secs();
        attempts.into_iter().map(wait).collect()
    }

    #[test]
    fn waits_grow_to_the_longest_and_stay_there() {
        assert_eq!(waits([false; 7]), [2, 5, 10, 20, 30, 30, 30]);
        assert_eq!(Backoff::default().wait(), Duration::ZERO);
    }

    #[test]
    fn a_success_begins_anew() {
        assert_eq!(waits([false, false, true, false]), [2, 5, 0, 2]);
    }

    #[test]
    fn waits_differ_by_a_fifth() {
        for (random, expected) in [(0.0, 1_600), (0.5, 2_000), (1.0, 2_400), (7.0, 2_400)] {
            let mut backoff = Backoff::default();
            assert_eq!(backoff.note(false, random), Duration::from_millis(expected));
            assert_eq!(backoff.wait(), Duration::from_millis(expected));
        }
    }
}
