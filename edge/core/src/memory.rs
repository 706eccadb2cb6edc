//! What an isolate's memory is for: one table, and the budget that everything large reserves from.
use crate::index::Indexes;
use crate::{Error, Result};
use edge_budget::Reclaim;
pub use edge_budget::{Exhausted, MemoryBudget, Reservation};
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
/// What nobody reserves: the states of requests, short rows and texts, and the allocator's gaps.
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
/// What other bodies may take of the budget until they are read.
const BODIES: usize = 8 * MIB;

/// The budgets of an isolate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The whole, for what has no share of its own.
    pub all: Arc<MemoryBudget>,
    /// A share of it, for files in upload.
    pub uploads: Arc<MemoryBudget>,
    /// A share of it, for other bodies.
    pub bodies: Arc<MemoryBudget>,
}

impl Memory {
    /// Makes budgets of so many bytes, where indexes that are not in use give way.
    pub fn new(limit: usize, indexes: &Arc<Indexes>) -> Self {
        let all = MemoryBudget::new(limit);
        let cache: Weak<dyn Reclaim> = Arc::downgrade(&(indexes.clone() as Arc<dyn Reclaim>));
        all.reclaim_from(cache);
        Self {
            uploads: all.share(UPLOADS.min(limit)),
            bodies: all.share(BODIES.min(limit)),
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
mod tests {
    use super::*;

    #[test]
    fn the_table_adds_up_to_what_is_linked_in() {
        assert_eq!(TABLE.iter().map(|it| it.1).sum::<usize>(), ISOLATE);
        let linked = include_str!("../../build.rs");
        assert!(linked.contains(&format!("const MAX_MEMORY: u32 = {} * 1024 * 1024;", ISOLATE / MIB)));
    }

    #[test]
    fn the_shares_leave_room_for_indexes() {
        const { assert!(crate::file::MAX_UPLOAD <= UPLOADS && UPLOADS + BODIES < SHARED) };
    }
}
