//! Reads that are repeated when the connection to the database is lost.
use crate::{Sql, SqlError, Statement};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long to wait before each repetition.
const READ_RETRY_SCHEDULE: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

/// The platform's way of waiting.
#[async_trait]
pub trait Pause: Send + Sync {
    async fn pause(&self, duration: Duration);
}

/// A database whose reads are repeated after a lost connection.
///
/// Writes are not: whether a lost write was applied is not known, and only the request that sent it can tell what a
/// second one would do.
pub struct Retrying<S> {
    sql: S,
    pause: Arc<dyn Pause>,
}

impl<S: Sql> Retrying<S> {
    /// Wraps a database.
    pub fn new(sql: S, pause: Arc<dyn Pause>) -> Self {
        Self { sql, pause }
    }
}

#[async_trait]
impl<S: Sql> Sql for Retrying<S> {
    async fn query(&self, statement: Statement) -> Result<Vec<Value>, SqlError> {
        let answers = self.batch(vec![statement]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        if !statements.iter().all(is_read) {
            return self.sql.batch(statements).await;
        }
        for wait in READ_RETRY_SCHEDULE {
            match self.sql.batch(statements.clone()).await {
                Err(SqlError::Lost(_)) => self.pause.pause(wait).await,
                done => return done,
            }
        }
        self.sql.batch(statements).await
    }
}

fn is_read(statement: &Statement) -> bool {
    statement.sql.trim_start().starts_with("SELECT")
}
