//! When to try again, and when to leave an endpoint alone.
use crate::Result;
use crate::ports::Random;
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use edge_model::webhook::Webhook;

/// How long after a failed attempt the next one comes; after the last one the delivery is given up.
const RETRY_SCHEDULE: [TimeDelta; 6] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
];
/// How many failures in a row leave an endpoint its full share of attempts.
pub(super) const TOLERATED: u32 = 5;
/// For how long it is left alone at first, and at most.
const FIRST_REST: TimeDelta = TimeDelta::seconds(30);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(15);

/// Returns how long to wait after so many tries: up to a fifth more or less, so that what failed
/// together does not come together again; longer where the endpoint asks for it, up to a day. None gives up.
pub(super) fn wait(random: &dyn Random, tries: u32, asked: Option<TimeDelta>) -> Result<Option<TimeDelta>> {
    let index = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(wait) = RETRY_SCHEDULE.get(index) else {
        return Ok(None);
    };
    let mut byte = [0];
    random.fill(&mut byte)?;
    let percent = 80 + i32::from(byte[0]) * 40 / 255;
    let asked = asked.unwrap_or_default().min(TimeDelta::days(1));
    Ok(Some((*wait * percent / 100).max(asked)))
}

/// How far apart two failed attempts may be that tell of one failure: what was not tried in between may
/// have been well. Longer than the longest wait between two attempts of one delivery.
const LONGEST_GAP: TimeDelta = TimeDelta::hours(36);

/// Notes how an endpoint fares. From the fifth failure in a row on it is left alone, twice as long each time.
pub(super) fn note(webhook: &mut Webhook, is_delivered: bool, now: Timestamp) {
    if is_delivered {
        webhook.failures = 0;
        webhook.failing_since = None;
        webhook.last_failed_at = None;
        webhook.paused_until = None;
        return;
    }
    webhook.failures = webhook.failures.saturating_add(1);
    let is_one_failure = webhook.last_failed_at.is_some_and(|it| it.plus(LONGEST_GAP) > now);
    webhook.failing_since = webhook.failing_since.filter(|_| is_one_failure).or(Some(now));
    webhook.last_failed_at = Some(now);
    if webhook.failures >= TOLERATED {
        let doublings = (webhook.failures - TOLERATED).min(10);
        webhook.paused_until = Some(now.plus((FIRST_REST * (1 << doublings)).min(LONGEST_REST)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Always(u8);
    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn waits_differ_by_a_fifth_and_end() {
        for (index, delay) in RETRY_SCHEDULE.iter().enumerate() {
            let tries = u32::try_from(index).unwrap() + 1;
            assert_eq!(wait(&Always(0), tries, None).unwrap(), Some(*delay * 4 / 5));
            assert_eq!(wait(&Always(255), tries, None).unwrap(), Some(*delay * 6 / 5));
        }
        assert_eq!(wait(&Always(0), 7, Some(TimeDelta::seconds(1))).unwrap(), None);
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_and_not_for_less() {
        let after = |asked| wait(&Always(128), 1, Some(asked)).unwrap().unwrap();
        assert_eq!(after(TimeDelta::seconds(1)), TimeDelta::seconds(5));
        assert_eq!(after(TimeDelta::seconds(90)), TimeDelta::seconds(90));
        assert_eq!(after(TimeDelta::days(90)), TimeDelta::days(1));
    }
}
