//! What reading a file may cost: work is counted where it is done, since there is no clock to ask.
use crate::{Reason, Refusal};
use async_trait::async_trait;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Work between two pauses. A unit is about what a byte takes to be looked at: some tens of nanoseconds.
/// A pause costs a turn of a queue that may be long: with too many of them, a file takes its time by waiting.
const BETWEEN_PAUSES: u64 = 1_000_000;

/// Lets others go on. A runtime that runs several tasks on one thread implements it with its queue.
#[async_trait(?Send)]
pub trait Pause {
    async fn pause(&self);
}

/// For threads that serve no one else: pauses take no time.
pub struct NoPause;

#[async_trait(?Send)]
impl Pause for NoPause {
    async fn pause(&self) {}
}

/// Reads to the end without a pause, for threads that serve no one else.
pub(crate) fn at_once<T>(reading: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    match pin!(reading).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(end) => end,
        // It waits for pauses alone, and these are none.
        Poll::Pending => Err(Refusal::new(Reason::Damaged, "the file could not be read")),
    }
}

/// Counts the work that one file takes.
pub struct Meter<'a> {
    left: u64,
    since_pause: u64,
    pause: &'a dyn Pause,
}

impl<'a> Meter<'a> {
    /// Gives a file so much work.
    pub fn new(work: u64, pause: &'a dyn Pause) -> Self {
        Self {
            left: work,
            since_pause: 0,
            pause,
        }
    }

    /// Takes work off what is left.
    ///
    /// # Errors
    /// When that is more than is left.
    pub fn spend(&mut self, work: u64) -> Result<(), Refusal> {
        self.since_pause = self.since_pause.saturating_add(work);
        self.left = self.left.checked_sub(work).ok_or_else(too_much_work)?;
        Ok(())
    }

    /// The same for a number of bytes or items.
    ///
    /// # Errors
    /// When that is more than is left.
    pub fn spend_on(&mut self, count: usize) -> Result<(), Refusal> {
        self.spend(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Takes work off what is left that is done later, and without a pause.
    ///
    /// # Errors
    /// When that is more than is left.
    pub fn foresee(&mut self, work: u64) -> Result<(), Refusal> {
        self.left = self.left.checked_sub(work).ok_or_else(too_much_work)?;
        Ok(())
    }

    /// Lets others go on when enough was done since they last could.
    pub async fn rest(&mut self) {
        if self.since_pause >= BETWEEN_PAUSES {
            self.since_pause = 0;
            self.pause.pause().await;
        }
    }
}

fn too_much_work() -> Refusal {
    let message = "the file is too complicated to be read; split it, or save it in a simpler form";
    Refusal::new(Reason::TooMuch, message)
}
