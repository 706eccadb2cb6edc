//! Every SQL statement of the product, and nothing else.
//!
//! The files of `directory/` are about people and about where workspaces are; all others are about the rows of tenants,
//! beside the queue (`jobs`, `attempts`) and the keys of requests, which each database has. Reads are methods of
//! [`Directory`], [`TenantStore`] or [`Database`]. Writes are functions that return a [`DirectoryStatement`], a
//! [`TenantStatement`] or a [`DatabaseStatement`], so that an operation can put all its changes, and the job rows that
//! they cause, into one [`Half::write`], which is one transaction. No statement touches rows of both halves.

pub mod agent_versions;
pub mod agents;
pub mod analytics;
pub mod answers;
pub mod api_keys;
pub mod attempts;
pub mod caller_checks;
pub mod collections;
pub mod constraint;
pub mod conversations;
pub mod crawls;
mod databases;
pub mod deliveries;
pub mod deputies;
pub mod directory;
pub mod document_versions;
pub mod documents;
pub mod escalations;
pub mod events;
pub mod idempotency_keys;
pub mod index_snapshots;
pub mod jobs;
pub mod mail_recipients;
pub mod memberships;
mod once;
pub mod port;
pub mod provenance;
pub mod quotas;
pub mod retry;
pub mod seals;
mod searches;
pub mod sources;
pub mod transcripts;
mod wake;
pub mod webhooks;
pub mod workspaces;

pub use constraint::Constraint;
pub use databases::{Database, DatabaseStatement, Directory, DirectoryStatement, Store, TenantStatement, TenantStore};
pub use once::Made;
pub use port::{Sql, SqlError, Statement};
pub use wake::{Half, Wake, Waker};

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A page of a list: at most `limit` rows after the one that the cursor names.
#[derive(Clone, Debug)]
pub struct Page {
    pub limit: u32,
    /// `created_at` and id of the last row of the page before.
    pub after: Option<(i64, String)>,
}

impl Page {
    /// Returns the cursor as two parameters; a list runs newest first, so none means a moment after all.
    fn params(&self) -> [Value; 3] {
        let (at, id) = self.after.clone().unwrap_or((i64::MAX >> 11, String::new()));
        [at.into(), id.into(), self.limit.into()]
    }
}

/// The answers to several reads, taken in the order of the questions.
struct Answers(std::vec::IntoIter<Vec<Value>>);

impl Answers {
    fn new(answers: Vec<Vec<Value>>) -> Self {
        Self(answers.into_iter())
    }

    fn rows<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, SqlError> {
        self.0.next().unwrap_or_default().into_iter().map(decode).collect()
    }

    fn row<T: DeserializeOwned>(&mut self) -> Result<Option<T>, SqlError> {
        self.0
            .next()
            .unwrap_or_default()
            .into_iter()
            .next()
            .map(decode)
            .transpose()
    }

    fn count(&mut self) -> Result<u64, SqlError> {
        Ok(self.row::<Count>()?.map_or(0, |it| it.n))
    }
}

#[derive(serde::Deserialize)]
pub(crate) struct Count {
    n: u64,
}

fn decode<T: DeserializeOwned>(row: Value) -> Result<T, SqlError> {
    serde_json::from_value(row).map_err(|why| {
        let why = edge_model::report::without_values(&why.to_string());
        SqlError::Other(format!("row does not decode: {why}"))
    })
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    // Our own plain structs always serialise; null would then be refused by the column.
    serde_json::to_string(value).map_or(Value::Null, Value::String)
}
