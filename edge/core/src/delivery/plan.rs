//! When to try again, and when to leave an endpoint alone.
use crate::Result;
use crate::ports::Random;
use edge_model::Timestamp;
use edge_model::time::{DAY, HOUR, MINUTE, SECOND};
use edge_model::webhook::Webhook;

/// How long after a failed attempt the next one comes; after the last one the delivery is given up.
const WAITS: [i64; 6] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];
/// How many failures in a row leave an endpoint its full share of attempts.
pub(super) const TOLERATED: u32 = 5;
/// For how long it is left alone at first, and at most.
const PAUSE: (i64, i64) = (30 * SECOND, 15 * MINUTE);

/// Returns how long to wait after so many tries, in milliseconds: up to a fifth more or less, so that what failed
/// together does not come together again; longer where the endpoint asks for it, up to a day. None gives up.
pub(super) fn wait(random: &dyn Random, tries: u32, asked_ms: Option<i64>) -> Result<Option<i64>> {
    let index = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(wait) = WAITS.get(index) else {
        return Ok(None);
    };
    let mut byte = [0];
    random.fill(&mut byte)?;
    let percent = 80 + i64::from(byte[0]) * 40 / 255;
    let asked = asked_ms.unwrap_or_default().min(DAY);
    Ok(Some((wait * percent / 100).max(asked)))
}

/// How far apart two failed attempts may be that tell of one failure, in milliseconds: what was not tried in between may
/// have been well. Longer than the longest wait between two attempts of one delivery.
const LONGEST_GAP: i64 = 36 * HOUR;

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
        webhook.paused_until = Some(now.plus((PAUSE.0 << doublings).min(PAUSE.1)));
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
        for (index, wait_ms) in WAITS.iter().enumerate() {
            let tries = u32::try_from(index).unwrap() + 1;
            assert_eq!(wait(&Always(0), tries, None).unwrap(), Some(wait_ms * 4 / 5));
            assert_eq!(wait(&Always(255), tries, None).unwrap(), Some(wait_ms * 6 / 5));
        }
        assert_eq!(wait(&Always(0), 7, Some(SECOND)).unwrap(), None);
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_and_not_for_less() {
        let after = |asked| wait(&Always(128), 1, Some(asked)).unwrap().unwrap();
        assert_eq!(after(SECOND), 5 * SECOND);
        assert_eq!(after(90 * SECOND), 90 * SECOND);
        assert_eq!(after(90 * DAY), DAY);
    }
}
