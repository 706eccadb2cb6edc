//! The databases of an installation: the directory, which knows people and finds workspaces, and one or more with the
//! rows of tenants. All have the same schema, and the first is the directory as well as a tenants' database.

use crate::idempotency_keys::Claim;
use crate::once::{Made, Once};
use crate::{Answers, Sql, SqlError, Statement, Wake, decode, port};
use edge_model::workspace::Workspace;
use edge_model::{DatabaseName, WorkspaceId};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// All databases of an installation.
#[derive(Clone)]
pub struct Store {
    directory: Directory,
    /// The directory's database first.
    databases: Vec<Database>,
    /// Where new workspaces go.
    newest: DatabaseName,
}

/// One database, with the rows of all its tenants: for sweeps, and for what belongs to no tenant.
#[derive(Clone)]
pub struct Database {
    name: Arc<DatabaseName>,
    pub(crate) sql: Arc<dyn Sql>,
    /// Whether it is the directory, too.
    is_first: bool,
    /// Set for a request that may be taken up again.
    pub(crate) once: Option<Arc<Once>>,
}

/// Accounts, sessions, memberships, invitations, mail limits, hashes of keys, and where each workspace is.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) database: Database,
}

/// The rows of one tenant.
#[derive(Clone, Debug)]
pub struct TenantStore {
    pub(crate) workspace: WorkspaceId,
    pub(crate) database: Database,
}

/// A write to the directory.
#[derive(Clone, Debug)]
pub struct DirectoryStatement(pub(crate) Statement);

/// A write to the rows of one tenant, which it carries: the store of another tenant refuses it.
#[derive(Clone, Debug)]
pub struct TenantStatement {
    pub(crate) workspace: WorkspaceId,
    pub(crate) statement: Statement,
}

/// A write to one database that concerns several tenants or none.
#[derive(Clone, Debug)]
pub struct DatabaseStatement(pub(crate) Statement);

impl Store {
    /// Takes the databases by the names of their bindings, the directory first, and where new workspaces go.
    ///
    /// # Errors
    /// Says what is wrong when there is none, two have one name, or new workspaces would go to one that is not there.
    pub fn new(databases: Vec<(DatabaseName, Arc<dyn Sql>)>, newest: DatabaseName) -> Result<Self, String> {
        let mut all: Vec<Database> = vec![];
        for (name, sql) in databases {
            if all.iter().any(|it| *it.name == name) {
                return Err(format!("two databases are named {name}"));
            }
            all.push(Database {
                name: Arc::new(name),
                sql,
                is_first: all.is_empty(),
                once: None,
            });
        }
        if !all.iter().any(|it| *it.name == newest) {
            return Err(format!("DEFAULT_DATABASE is {newest}, which is not bound"));
        }
        let database = all.first().cloned().ok_or("no database is bound")?;
        Ok(Self {
            directory: Directory { database },
            databases: all,
            newest,
        })
    }

    /// Returns the store for a request that may be taken up again. `home` is the database that its claim is in; `made`
    /// is what it makes.
    #[must_use]
    pub fn once(&self, home: &Database, claim: &Claim, fingerprint: Option<String>, made: Made) -> Self {
        let once = Arc::new(Once::new(home.name().clone(), claim.clone(), fingerprint, made));
        let once = |it: &Database| Database {
            once: Some(once.clone()),
            ..it.clone()
        };
        Self {
            directory: Directory {
                database: once(&self.directory.database),
            },
            databases: self.databases.iter().map(once).collect(),
            newest: self.newest.clone(),
        }
    }

    /// Returns the directory.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Tells whether the store is for a request that may be taken up again.
    pub fn is_repeatable(&self) -> bool {
        self.directory.database.once.is_some()
    }

    /// Returns every database, the directory's first.
    pub fn databases(&self) -> &[Database] {
        &self.databases
    }

    /// Returns the database that new workspaces go to.
    pub fn newest(&self) -> &DatabaseName {
        &self.newest
    }

    /// Returns a database.
    ///
    /// # Errors
    /// When it is not bound.
    pub fn database(&self, name: &DatabaseName) -> Result<&Database, SqlError> {
        let found = self.databases.iter().find(|it| *it.name == *name);
        found.ok_or_else(|| SqlError::Other(format!("the database {name} is not bound")))
    }

    /// Opens the rows of a workspace, in the database that its row names.
    ///
    /// # Errors
    /// When that is not bound.
    pub fn tenant(&self, workspace: &Workspace) -> Result<TenantStore, SqlError> {
        self.tenant_in(&workspace.database, &workspace.id)
    }

    /// Opens the rows of a workspace in a database.
    ///
    /// # Errors
    /// When it is not bound.
    pub fn tenant_in(&self, database: &DatabaseName, workspace: &WorkspaceId) -> Result<TenantStore, SqlError> {
        Ok(self.database(database)?.tenant(workspace))
    }

    /// Asks each database for nothing.
    ///
    /// # Errors
    /// When one does not answer.
    pub async fn ping(&self) -> Result<(), SqlError> {
        for database in &self.databases {
            database.sql.query(port::sql!("SELECT 1 AS n")).await?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name.as_str())
    }
}

impl From<DirectoryStatement> for Statement {
    fn from(statement: DirectoryStatement) -> Self {
        statement.0
    }
}

impl From<TenantStatement> for Statement {
    fn from(statement: TenantStatement) -> Self {
        statement.statement
    }
}

impl DirectoryStatement {
    pub(crate) fn seen_by(self, again: Statement) -> Self {
        Self(self.0.seen_by(again))
    }
}

impl TenantStatement {
    pub(crate) fn seen_by(self, again: Statement) -> Self {
        let statement = self.statement.seen_by(again);
        Self { statement, ..self }
    }

    pub(crate) fn waking(self, wake: Wake) -> Self {
        let statement = self.statement.waking(wake);
        Self { statement, ..self }
    }

    pub(crate) fn waking_endpoints(self) -> Self {
        let statement = self.statement.waking_endpoints();
        Self { statement, ..self }
    }

    /// Makes it a write to the directory: for the jobs of a queue that is there.
    pub(crate) fn in_directory(self) -> DirectoryStatement {
        DirectoryStatement(self.statement)
    }
}

impl Database {
    /// Returns the name of its binding.
    pub fn name(&self) -> &DatabaseName {
        &self.name
    }

    /// Tells whether it is the directory, too.
    pub fn is_directory(&self) -> bool {
        self.is_first
    }

    /// Opens the rows of a workspace in this database.
    pub fn tenant(&self, workspace: &WorkspaceId) -> TenantStore {
        TenantStore {
            workspace: workspace.clone(),
            database: self.clone(),
        }
    }

    /// Answers several reads in one round trip.
    pub(crate) async fn read(&self, statements: Vec<Statement>) -> Result<Answers, SqlError> {
        Ok(Answers::new(self.sql.batch(statements).await?))
    }

    pub(crate) async fn rows<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, SqlError> {
        self.sql.query(statement).await?.into_iter().map(decode).collect()
    }

    pub(crate) async fn row<T: DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>, SqlError> {
        let rows = self.sql.query(statement).await?;
        rows.into_iter().next().map(decode).transpose()
    }
}

impl Directory {
    /// Returns its database, as one with the rows of tenants.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the jobs of a queue of the directory: those about people, and those about a workspace that concern the
    /// directory.
    pub fn queue(&self, queue: &WorkspaceId) -> TenantStore {
        self.database.tenant(queue)
    }

    pub(crate) async fn read(&self, statements: Vec<Statement>) -> Result<Answers, SqlError> {
        self.database.read(statements).await
    }

    pub(crate) async fn rows<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, SqlError> {
        self.database.rows(statement).await
    }

    pub(crate) async fn row<T: DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>, SqlError> {
        self.database.row(statement).await
    }
}

impl TenantStore {
    /// Returns whose rows these are.
    pub fn workspace_id(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// Returns the database that they are in.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Makes a write to the directory part of a batch of the tenant, so that both are done or neither.
    ///
    /// # Errors
    /// When they are two databases.
    pub fn with_directory(&self, statement: DirectoryStatement) -> Result<TenantStatement, SqlError> {
        if !self.is_in_directory() {
            return Err(SqlError::Other("the directory is another database".into()));
        }
        Ok(TenantStatement {
            workspace: self.workspace.clone(),
            statement: statement.0,
        })
    }

    /// Tells whether the rows are in the directory's database, where the directory's row of an account, a workspace or
    /// a membership is the tenant's, too.
    pub fn is_in_directory(&self) -> bool {
        self.database.is_first
    }

    pub(crate) async fn read(&self, statements: Vec<Statement>) -> Result<Answers, SqlError> {
        self.database.read(statements).await
    }

    pub(crate) async fn rows<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, SqlError> {
        self.database.rows(statement).await
    }

    pub(crate) async fn row<T: DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>, SqlError> {
        self.database.row(statement).await
    }
}
