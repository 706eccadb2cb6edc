//! The whole of what we ask of a database.
use crate::Constraint;
use crate::wake::{Wake, Wakes};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::Arc;

/// One statement and its parameters, `?1` first.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: &'static str,
    pub params: Vec<Value>,
    /// What finds the rows that the statement returned, once it was done.
    pub again: Option<Box<Statement>>,
    /// Whom it leaves work to.
    pub(crate) wakes: Option<Wakes>,
}

impl Statement {
    /// Makes a statement that leaves no work behind and that nothing finds again.
    pub fn new(sql: &'static str, params: Vec<Value>) -> Self {
        Self {
            sql,
            params,
            again: None,
            wakes: None,
        }
    }

    /// Says what finds the rows that the statement returned, once it was done.
    #[must_use]
    pub(crate) fn seen_by(mut self, again: Self) -> Self {
        self.again = Some(Box::new(again));
        self
    }

    /// Says whom the statement leaves work to.
    #[must_use]
    pub(crate) fn waking(mut self, wake: Wake) -> Self {
        self.wakes = Some(Wakes::This(wake));
        self
    }

    /// Says that the statement returns endpoints, by workspace and id, to which something is due.
    #[must_use]
    pub(crate) fn waking_endpoints(mut self) -> Self {
        self.wakes = Some(Wakes::ReturnedEndpoints);
        self
    }
}

/// Why a statement did not do its work.
#[derive(Clone, Debug)]
pub enum SqlError {
    /// A constraint refused it that an operation may expect.
    Constraint(Constraint),
    /// The connection was lost, so that it is not known whether the statements were applied; the text is for the log.
    Lost(String),
    /// There was no memory for its rows; it did its work.
    OutOfMemory(String),
    /// Nothing was written, since the worker that has to work on it could not be woken; the text is for the log.
    NotWoken(String),
    /// Anything else, for the log; a constraint that no operation expects is named.
    Other(String),
}

/// A SQLite: D1 in the Worker, one in memory in the tests.
#[async_trait]
pub trait Sql: Send + Sync {
    /// Runs one statement and returns its rows as objects by column.
    async fn query(&self, statement: Statement) -> Result<Vec<Value>, SqlError>;

    /// Runs all statements in one transaction and one round trip, and returns the rows of each.
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError>;
}

#[async_trait]
impl<S: Sql + ?Sized> Sql for Arc<S> {
    async fn query(&self, statement: Statement) -> Result<Vec<Value>, SqlError> {
        (**self).query(statement).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        (**self).batch(statements).await
    }
}

/// Makes a [`Statement`] of SQL text and parameters; a [`crate::TenantStatement`] when a workspace stands before an
/// arrow, a [`crate::DirectoryStatement`] or a [`crate::DatabaseStatement`] when one of these words does.
macro_rules! sql {
    (Directory => $($rest:tt)*) => {
        $crate::DirectoryStatement($crate::port::sql!($($rest)*))
    };
    (Database => $($rest:tt)*) => {
        $crate::DatabaseStatement($crate::port::sql!($($rest)*))
    };
    ($workspace:expr => $($rest:tt)*) => {
        $crate::TenantStatement {
            workspace: edge_model::WorkspaceId::clone($workspace),
            statement: $crate::port::sql!($($rest)*),
        }
    };
    ($sql:expr $(, $param:expr)* $(,)?) => {
        $crate::Statement::new($sql, vec![$(serde_json::Value::from($param)),*])
    };
}
pub(crate) use sql;
