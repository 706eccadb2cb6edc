//! Every SQL statement of the product, and nothing else.
//!
//! Reads are methods of [`Store`]. Writes are functions that return a [`Statement`], so that an operation can put all
//! its changes, and the job rows they cause, into one [`Store::write`], which is one transaction. Every statement on a
//! tenant table takes the tenant.

pub mod accounts;
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
pub mod deliveries;
pub mod deputies;
pub mod document_versions;
pub mod documents;
pub mod escalations;
pub mod events;
pub mod idempotency_keys;
pub mod index_snapshots;
pub mod invitations;
pub mod jobs;
pub mod mail_ledger;
pub mod mail_recipients;
pub mod mailed_codes;
pub mod members;
mod once;
pub mod port;
pub mod provenance;
pub mod quotas;
pub mod retry;
pub mod seals;
mod searches;
pub mod sign_ups;
pub mod sources;
pub mod transcripts;
mod wake;
pub mod webhooks;
pub mod workspaces;

pub use constraint::Constraint;
pub use once::Made;
pub use port::{Sql, SqlError, Statement};
pub use wake::{Wake, Waker};

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// The rows of the product, over whichever SQLite the port stands for.
#[derive(Clone)]
pub struct Store {
    sql: Arc<dyn Sql>,
    /// Set for a request that may be taken up again.
    once: Option<Arc<once::Once>>,
}

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

impl Store {
    /// Wraps a database.
    pub fn new(sql: Arc<dyn Sql>) -> Self {
        Self { sql, once: None }
    }

    /// Asks the database for nothing.
    pub async fn ping(&self) -> Result<(), SqlError> {
        self.sql.query(port::sql!("SELECT 1 AS n")).await.map(drop)
    }

    /// Answers several reads in one round trip.
    async fn read(&self, statements: Vec<Statement>) -> Result<Answers, SqlError> {
        Ok(Answers(self.sql.batch(statements).await?.into_iter()))
    }

    async fn rows<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, SqlError> {
        self.sql.query(statement).await?.into_iter().map(decode).collect()
    }

    async fn row<T: DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>, SqlError> {
        self.sql
            .query(statement)
            .await?
            .into_iter()
            .next()
            .map(decode)
            .transpose()
    }
}

/// The answers to several reads, taken in the order of the questions.
struct Answers(std::vec::IntoIter<Vec<Value>>);

impl Answers {
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
