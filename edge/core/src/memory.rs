//! What an isolate's memory is for: one table, and the budget that everything large reserves from.
use crate::{Error, Result};
use edge_budget::Reclaim;
pub use edge_budget::{CallerBudget, Exhausted, MemoryBudget, Reservation};
use edge_model::limits::MAX_UPLOAD_BYTES;
use edge_store::SqlError;
use std::sync::{Arc, Weak};

const MIB: usize = 1024 * 1024;

/// What an isolate has. `edge/build.rs` links it in.
pub const ISOLATE: usize = 96 * MIB;
/// The program's own data, and its stack.
pub const PROGRAM: usize = 4 * MIB;
/// The embedding table with its tokenizer, once the first question came.
pub const MODEL: usize = 9 * MIB;
/// Where passwords are hashed, from the start.
pub const PASSWORDS: usize = 19 * MIB;
/// What is not reserved: the states of requests, short rows and texts, and the allocator's gaps.
pub const UNCOUNTED: usize = 8 * MIB;
/// What everything else reserves from: indexes, uploads, bodies, rows, answers, files that are worked on.
pub const SHARED: usize = 56 * MIB;

/// All of it, part by part.
pub const TABLE: [(&str, usize); 5] = [
    ("the program", PROGRAM),
    ("the model", MODEL),
    ("passwords", PASSWORDS),
    ("uncounted", UNCOUNTED),
    ("the budget", SHARED),
];

/// What files in upload may take of the budget. One of the largest fits, and indexes are left their half.
const UPLOADS: usize = 24 * MIB;
/// What other bodies may take of the budget until they are read, of callers who were let in.
const BODIES: usize = 8 * MIB;
/// What one of these callers may take of that: two of the largest bodies.
const BODIES_OF_CALLER: usize = 2 * MIB;
/// What bodies of callers may take who are not known yet when the body is read.
const STRANGERS_BODIES: usize = 2 * MIB;
/// What those of one network may take of that: one of the largest bodies.
const STRANGERS_BODIES_OF_NETWORK: usize = MIB;
/// Bodies that are no longer are not counted, in bytes, so that long bodies do not keep short ones out. They are few at
/// a time, since each of them must have come within seconds.
pub const SHORT_BODY: usize = 16 * 1024;

/// The budgets of an isolate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The whole, for what has no share of its own.
    pub all: Arc<MemoryBudget>,
    /// A share of it, for files in upload, by who uploads.
    pub uploads: Arc<CallerBudget>,
    /// A share of it, for other bodies of callers who were let in.
    pub bodies: Arc<CallerBudget>,
    /// A share of it, for bodies of callers who are not known yet, by their network.
    pub strangers_bodies: Arc<CallerBudget>,
}

impl Memory {
    /// Makes budgets of so many bytes, where what a cache holds and no request uses gives way.
    pub fn new<T: Reclaim + 'static>(limit: usize, cache: &Arc<T>) -> Self {
        let all = MemoryBudget::new(limit);
        let cache: Weak<T> = Arc::downgrade(cache);
        all.reclaim_from(cache);
        let share = |size: usize, part: usize| {
            let share = all.share(size.min(limit));
            Arc::new(CallerBudget::new(share, part))
        };
        Self {
            uploads: share(UPLOADS, MAX_UPLOAD_BYTES),
            bodies: share(BODIES, BODIES_OF_CALLER),
            strangers_bodies: share(STRANGERS_BODIES, STRANGERS_BODIES_OF_NETWORK),
            all,
        }
    }

    /// Reserves bytes of the whole until the reservation is dropped.
    ///
    /// # Errors
    /// [`Exhausted`] when they do not fit at the moment.
    pub fn reserve(&self, bytes: usize) -> Result<Reservation, Exhausted> {
        self.all.reserve(bytes)
    }

    /// Reserves so many bytes, or as many as there can ever be, for work that takes about so much.
    ///
    /// # Errors
    /// [`Exhausted`] when they do not fit at the moment.
    pub fn reserve_at_most(&self, bytes: usize) -> Result<Reservation, Exhausted> {
        self.all.reserve(bytes.min(self.all.limit()))
    }
}

/// Rows whose JSON text is no longer are not counted, in bytes.
const SHORT_ROWS: usize = 16 * 1024;
/// What rows take while they are decoded, in times their JSON text: the text, the values in it, what is made of them.
const DECODING: usize = 6;

impl Memory {
    /// Reserves what the rows of an answer of a database take while they are decoded. For its drivers.
    ///
    /// # Errors
    /// [`SqlError::OutOfMemory`] when they do not fit at the moment.
    pub fn reserve_for_rows(&self, json_length: usize) -> Result<Option<Reservation>, SqlError> {
        if json_length <= SHORT_ROWS {
            return Ok(None);
        }
        let reserved = self.all.reserve(json_length.saturating_mul(DECODING));
        reserved.map(Some).map_err(|why| SqlError::OutOfMemory(why.to_string()))
    }
}

impl From<Exhausted> for Error {
    #[track_caller]
    fn from(exhausted: Exhausted) -> Self {
        Self::out_of_memory(exhausted)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_table_adds_up_to_what_is_linked_in() {
        assert_eq!(TABLE.iter().map(|it| it.1).sum::<usize>(), ISOLATE);
        let linked = include_str!("../../build.rs");
        assert!(linked.contains(&format!("const MAX_MEMORY: u32 = {} * 1024 * 1024;", ISOLATE / MIB)));
    }

    #[test]
    fn long_rows_reserve_what_decoding_them_takes() {
        let cache = Arc::<crate::index_cache::Indexes>::default();
        let memory = Memory::new(DECODING * (SHORT_ROWS + 1), &cache);
        assert!(memory.reserve_for_rows(SHORT_ROWS).unwrap().is_none());
        let held = memory.reserve_for_rows(SHORT_ROWS + 1).unwrap();
        assert!(held.is_some() && memory.reserve(1).is_err());
        assert!(matches!(
            memory.reserve_for_rows(SHORT_ROWS + 1),
            Err(SqlError::OutOfMemory(_))
        ));
        drop(held);
        assert!(memory.reserve(1).is_ok());
    }

    #[test]
    fn the_shares_leave_room_for_indexes() {
        const { assert!(MAX_UPLOAD_BYTES <= UPLOADS && UPLOADS + BODIES + STRANGERS_BODIES < SHARED) };
    }
}
