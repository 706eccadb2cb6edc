//! Permits: most work shares an isolate, and some has to have it alone, so that a crash has one possible cause.
//!
//! Those who wait ask again and again. A future must not wake another one of the same isolate, so nothing here does.
//! Work that is cut off gives nothing back, so a permit ends by itself, and so does a place in the queue.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a permit holds if it is not given back: longer than the work that it is for.
const PERMIT_LIFETIME_MS: i64 = 3 * 60_000;
/// How long a waiting task may be silent before its place is lost.
const LONGEST_SILENCE_MS: i64 = 5_000;

/// The permits of one isolate.
#[derive(Debug, Default)]
pub struct Permits(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    held: Vec<Entry>,
    /// The longest waiting first.
    queue: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    is_alone: bool,
    /// When it ends by itself.
    until: i64,
}

/// A place in the queue, given up when dropped.
#[derive(Debug)]
pub struct Waiting {
    permits: Arc<Permits>,
    id: u64,
    is_alone: bool,
}

/// The right to work, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    permits: Arc<Permits>,
    id: u64,
}

impl Permits {
    /// Asks for a permit, alone or shared with all others that are. [`Waiting::poll`] says when it is there.
    #[must_use]
    pub fn ask(self: &Arc<Self>, is_alone: bool) -> Waiting {
        let mut state = self.state();
        state.last_id += 1;
        Waiting {
            permits: self.clone(),
            id: state.last_id,
            is_alone,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Returns the permit, if it is this one's turn; `now` is in milliseconds. None waits for ever: one that wants
    /// to be alone waits for those before, and those behind wait for it.
    #[must_use]
    pub fn poll(&self, now: i64) -> Option<Permit> {
        let mut state = self.permits.state();
        state.held.retain(|it| it.until > now);
        state.queue.retain(|it| it.until > now || it.id == self.id);
        let place = state.queue.iter().position(|it| it.id == self.id);
        let ahead = state
            .queue
            .get(..place.unwrap_or(state.queue.len()))
            .unwrap_or_default();
        let is_free = match self.is_alone {
            true => state.held.is_empty() && ahead.is_empty(),
            false => !state.held.iter().chain(ahead).any(|it| it.is_alone),
        };
        if is_free {
            state.queue.retain(|it| it.id != self.id);
            let until = now + PERMIT_LIFETIME_MS;
            state.held.push(self.entry(until));
            return Some(Permit {
                permits: self.permits.clone(),
                id: self.id,
            });
        }
        let entry = self.entry(now + LONGEST_SILENCE_MS);
        match place.and_then(|it| state.queue.get_mut(it)) {
            Some(place) => *place = entry,
            None => state.queue.push(entry),
        }
        None
    }

    fn entry(&self, until: i64) -> Entry {
        Entry {
            id: self.id,
            is_alone: self.is_alone,
            until,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.permits.state().queue.retain(|it| it.id != self.id);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.state().held.retain(|it| it.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_alone_waits_for_others_and_others_wait_for_it() {
        let permits = Arc::new(Permits::default());
        let (first, second) = (permits.ask(false).poll(0), permits.ask(false).poll(0));
        assert!(first.is_some() && second.is_some(), "they share");
        let (alone, later) = (permits.ask(true), permits.ask(false));
        assert!(alone.poll(1).is_none() && later.poll(1).is_none(), "the queue is kept");
        drop((first, second));
        assert!(later.poll(2).is_none(), "it came first");
        let permit = alone.poll(2);
        assert!(permit.is_some() && later.poll(2).is_none());
        drop(permit);
        assert!(later.poll(3).is_some());
    }

    #[test]
    fn two_that_want_to_be_alone_come_one_after_the_other() {
        let permits = Arc::new(Permits::default());
        let (one, other) = (permits.ask(true), permits.ask(true));
        let permit = one.poll(0);
        assert!(permit.is_some() && other.poll(0).is_none());
        drop(permit);
        assert!(other.poll(1).is_some());
    }

    #[test]
    fn work_that_was_cut_off_delays_others_for_a_while_only() {
        let permits = Arc::new(Permits::default());
        let lost = permits.ask(false).poll(0);
        std::mem::forget(lost);
        let silent = permits.ask(true);
        assert!(silent.poll(1).is_none());
        std::mem::forget(silent);
        let alone = permits.ask(true);
        assert!(alone.poll(PERMIT_LIFETIME_MS - 1).is_none());
        assert!(alone.poll(PERMIT_LIFETIME_MS).is_some());
    }

    #[test]
    fn who_leaves_the_queue_is_not_waited_for() {
        let permits = Arc::new(Permits::default());
        let held = permits.ask(false).poll(0);
        let alone = permits.ask(true);
        assert!(alone.poll(0).is_none() && permits.ask(false).poll(0).is_none());
        drop(alone);
        assert!(held.is_some() && permits.ask(false).poll(0).is_some());
    }
}
