//! Wakes: a statement that leaves work behind says who does it, so that no write can forget to wake them.
use crate::deliveries::Endpoint;
use crate::sources::SourceRef;
use crate::{
    Database, DatabaseStatement, Directory, DirectoryStatement, SqlError, Statement, TenantStatement, TenantStore,
};
use async_trait::async_trait;
use edge_model::WorkspaceId;
use serde_json::Value;

/// Who has to look at rows that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The worker of a workspace's jobs, some of which are due.
    Jobs(WorkspaceId),
    /// The same, for jobs that are due later: it needs no haste, only an alarm.
    LaterJobs(WorkspaceId),
    /// The crawler of a source.
    Crawl(SourceRef),
    /// The sender of an endpoint's deliveries.
    Delivery(Endpoint),
}

/// Whom a statement wakes.
#[derive(Clone, Debug)]
pub(crate) enum Wakes {
    This(Wake),
    /// The senders to the endpoints that its rows name.
    ReturnedEndpoints,
}

/// Wakes workers: the port that a write needs.
#[async_trait]
pub trait Waker: Send + Sync {
    /// Leaves a durable alarm behind before anything is written, so that a crash right after the write loses nothing.
    ///
    /// # Errors
    /// Says why it could not; then nothing is written.
    async fn wake_before(&self, wake: &Wake) -> Result<(), String>;

    /// Makes workers look at once at what was written. The write stands whatever comes of it.
    async fn wake_after(&self, wakes: Vec<Wake>);
}

/// What one transaction writes to: the directory, the rows of a tenant, or those of several.
#[async_trait]
pub trait Half: Clone + Send + Sync {
    /// What may be written to it.
    type Statement: Clone + Send;

    /// Applies all statements in one transaction, and wakes everyone whom they leave work to: before it, so that a
    /// crash loses nothing, and after it, so that it is quick.
    ///
    /// # Errors
    /// [`SqlError::Constraint`] when a constraint refused one of them, [`SqlError::NotWoken`] when the alarm could not
    /// be set; then none was applied.
    async fn write(&self, statements: Vec<Self::Statement>, waker: &dyn Waker) -> Result<Vec<Vec<Value>>, SqlError>;
}

#[async_trait]
impl Half for Directory {
    type Statement = DirectoryStatement;

    async fn write(&self, statements: Vec<DirectoryStatement>, waker: &dyn Waker) -> Result<Vec<Vec<Value>>, SqlError> {
        let statements = statements.into_iter().map(|it| it.0).collect();
        self.database.write_all(statements, waker).await
    }
}

#[async_trait]
impl Half for TenantStore {
    type Statement = TenantStatement;

    async fn write(&self, statements: Vec<TenantStatement>, waker: &dyn Waker) -> Result<Vec<Vec<Value>>, SqlError> {
        if statements.iter().any(|it| it.workspace != self.workspace) {
            return Err(SqlError::Other(
                "a statement is of another tenant than its batch".into(),
            ));
        }
        let statements = statements.into_iter().map(|it| it.statement).collect();
        self.database.write_all(statements, waker).await
    }
}

#[async_trait]
impl Half for Database {
    type Statement = DatabaseStatement;

    async fn write(&self, statements: Vec<DatabaseStatement>, waker: &dyn Waker) -> Result<Vec<Vec<Value>>, SqlError> {
        let statements = statements.into_iter().map(|it| it.0).collect();
        self.write_all(statements, waker).await
    }
}

impl Database {
    async fn write_all(&self, statements: Vec<Statement>, waker: &dyn Waker) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut wakes: Vec<Wake> = vec![];
        for statement in &statements {
            if let Some(Wakes::This(wake)) = &statement.wakes {
                add(&mut wakes, wake.clone());
            }
        }
        for wake in &wakes {
            waker.wake_before(wake).await.map_err(SqlError::NotWoken)?;
        }
        let returns: Vec<bool> = statements.iter().map(returns_endpoints).collect();
        let answers = self.apply_waking(statements).await?;
        wakes.retain(|it| !matches!(it, Wake::LaterJobs(_)));
        for (rows, _) in answers.iter().zip(returns).filter(|it| it.1) {
            for row in rows {
                if let Ok(endpoint) = serde_json::from_value(row.clone()) {
                    add(&mut wakes, Wake::Delivery(endpoint));
                }
            }
        }
        if !wakes.is_empty() {
            waker.wake_after(wakes).await;
        }
        Ok(answers)
    }

    /// Applies statements that leave no work behind, all in one transaction.
    pub(crate) async fn apply(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        debug_assert!(statements.iter().all(|it| it.wakes.is_none()), "nobody would be woken");
        self.apply_waking(statements).await
    }

    async fn apply_waking(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        match &self.once {
            Some(once) => self.write_once(once, statements).await,
            None => self.sql.batch(statements).await,
        }
    }
}

fn returns_endpoints(statement: &Statement) -> bool {
    matches!(statement.wakes, Some(Wakes::ReturnedEndpoints))
}

/// Adds a wake once; one that is due now takes the place of one that is due later.
fn add(wakes: &mut Vec<Wake>, wake: Wake) {
    match &wake {
        Wake::LaterJobs(id) if wakes.iter().any(|it| matches!(it, Wake::Jobs(other) if other == id)) => return,
        Wake::Jobs(id) => wakes.retain(|it| !matches!(it, Wake::LaterJobs(other) if other == id)),
        _ => {}
    }
    if !wakes.contains(&wake) {
        wakes.push(wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_is_woken_once_and_soon_if_any_job_is_due() {
        let (a, b) = (WorkspaceId::new("a"), WorkspaceId::new("b"));
        let mut wakes = vec![];
        for wake in [
            Wake::LaterJobs(a.clone()),
            Wake::Jobs(a.clone()),
            Wake::LaterJobs(a.clone()),
            Wake::LaterJobs(b.clone()),
            Wake::Jobs(a.clone()),
        ] {
            add(&mut wakes, wake);
        }
        assert_eq!(wakes, [Wake::Jobs(a), Wake::LaterJobs(b)]);
    }
}
