//! A budget of memory: what takes much reserves it first, and is refused when it does not fit.
//!
//! An isolate that runs out of memory ends every request in it, so a refusal has to come before the allocator's.
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// What holds memory that it can do without, such as a cache.
pub trait Reclaim: Send + Sync {
    /// Frees at least so many bytes of what is not in use; frees nothing when there is not that much.
    fn reclaim(&self, bytes: usize);
}

/// So many bytes and no more. Counts what was reserved; it allocates nothing.
#[derive(Default)]
pub struct MemoryBudget {
    limit: usize,
    used: AtomicUsize,
    /// The budget that this one is a share of.
    whole: Option<Arc<Self>>,
    cache: OnceLock<Weak<dyn Reclaim>>,
}

/// There is not so much memory left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked} bytes do not fit: {used} of {limit} are in use")]
pub struct Exhausted {
    pub asked: usize,
    pub used: usize,
    pub limit: usize,
}

impl MemoryBudget {
    /// Makes a budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            ..Self::default()
        })
    }

    /// Makes a budget whose reservations count in this one as well, so that one sort of use never takes all of it.
    #[must_use]
    pub fn share(self: &Arc<Self>, limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            whole: Some(self.clone()),
            ..Self::default()
        })
    }

    /// Names the cache that gives way when there is too little left. Only the first one is taken.
    pub fn reclaim_from(&self, cache: Weak<dyn Reclaim>) {
        let _ = self.cache.set(cache);
    }

    /// Reserves bytes until the reservation is dropped.
    ///
    /// # Errors
    /// [`Exhausted`] when they do not fit, also without the cache.
    pub fn reserve(self: &Arc<Self>, bytes: usize) -> Result<Reservation, Exhausted> {
        self.take(bytes)?;
        Ok(Reservation {
            budget: self.clone(),
            bytes,
        })
    }

    /// Reserves bytes; more than the whole budget when nothing else is reserved, for work that may be done alone.
    ///
    /// # Errors
    /// [`Exhausted`] when they do not fit.
    pub fn reserve_or_run_alone(self: &Arc<Self>, bytes: usize) -> Result<Reservation, Exhausted> {
        let alone = self
            .used
            .compare_exchange(0, bytes, Ordering::Relaxed, Ordering::Relaxed);
        match alone {
            Ok(_) => Ok(Reservation {
                budget: self.clone(),
                bytes,
            }),
            Err(_) => self.reserve(bytes),
        }
    }

    /// Returns how many bytes there are in all.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns how many bytes are reserved.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<(), Exhausted> {
        if let Err(exhausted) = self.try_take(bytes) {
            let Some(cache) = self.cache.get().and_then(Weak::upgrade) else {
                return Err(exhausted);
            };
            cache.reclaim(exhausted.used.saturating_add(bytes).saturating_sub(self.limit));
            self.try_take(bytes)?;
        }
        let Some(whole) = &self.whole else {
            return Ok(());
        };
        whole.take(bytes).inspect_err(|_| self.give_back_own(bytes))
    }

    fn try_take(&self, bytes: usize) -> Result<(), Exhausted> {
        let fits = |used: usize| used.checked_add(bytes).filter(|it| *it <= self.limit);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        taken.map(drop).map_err(|used| Exhausted {
            asked: bytes,
            used,
            limit: self.limit,
        })
    }

    fn give_back_own(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: usize) {
        self.give_back_own(bytes);
        if let Some(whole) = &self.whole {
            whole.give_back(bytes);
        }
    }
}

impl std::fmt::Debug for MemoryBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemoryBudget({} of {})", self.used(), self.limit)
    }
}

/// Bytes of a budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl Reservation {
    /// Reserves so many bytes more.
    ///
    /// # Errors
    /// [`Exhausted`] when they do not fit; what was reserved stays reserved.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.budget.take(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back all but so many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        let spare = self.bytes.saturating_sub(bytes);
        self.bytes -= spare;
        self.budget.give_back(spare);
    }

    /// Returns how many bytes are reserved.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

/// A budget of which each caller has a part at most, so that none of them takes it from the others.
#[derive(Debug)]
pub struct CallerBudget {
    all: Arc<MemoryBudget>,
    part: usize,
    /// The parts that have reservations.
    by_caller: Mutex<HashMap<String, Weak<MemoryBudget>>>,
}

impl CallerBudget {
    /// Lets each caller have at most `part` bytes of a budget at a time.
    #[must_use]
    pub fn new(all: Arc<MemoryBudget>, part: usize) -> Self {
        Self {
            all,
            part,
            by_caller: Mutex::default(),
        }
    }

    /// Returns the part of a caller.
    #[must_use]
    pub fn of(&self, caller: &str) -> Arc<MemoryBudget> {
        let mut parts = self.by_caller.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|_, it| it.strong_count() > 0);
        if let Some(part) = parts.get(caller).and_then(Weak::upgrade) {
            return part;
        }
        let part = self.all.share(self.part);
        parts.insert(caller.to_owned(), Arc::downgrade(&part));
        part
    }

    /// Returns how many bytes all callers have reserved.
    #[must_use]
    pub fn used(&self) -> usize {
        self.all.used()
    }
}

#[cfg(test)]
mod tests;
