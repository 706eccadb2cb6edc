//! Turns: how much the parser and the embedder take on at a time, in whatever each counts.
use std::cell::Cell;

thread_local! {
    /// How much is being worked on.
    static IN_WORK: Cell<usize> = const { Cell::new(0) };
}

/// The right to work on something, given back when dropped.
#[derive(Debug)]
pub struct Turn(usize);

impl Turn {
    /// Takes so much on, or returns none while that would be more than `most`. What comes alone is always let in.
    #[must_use]
    pub fn take(amount: usize, most: usize) -> Option<Self> {
        let before = IN_WORK.get();
        let after = before.saturating_add(amount);
        if before > 0 && after > most {
            return None;
        }
        IN_WORK.set(after);
        Some(Self(amount))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        IN_WORK.set(IN_WORK.get().saturating_sub(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_on_than_may_be_until_some_is_done() {
        let first = Turn::take(6, 10);
        let second = Turn::take(4, 10);
        assert!(first.is_some() && second.is_some() && Turn::take(1, 10).is_none());
        drop(first);
        assert!(Turn::take(7, 10).is_none() && Turn::take(6, 10).is_some());
    }

    #[test]
    fn what_is_more_than_may_be_is_let_in_alone() {
        let alone = Turn::take(11, 10);
        assert!(alone.is_some() && Turn::take(1, 10).is_none());
        drop(alone);
        assert!(Turn::take(1, 10).is_some());
    }
}
