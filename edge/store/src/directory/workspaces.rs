//! The directory's row of each workspace: by what it is found, who owns it, and which database has its rows.

use super::accounts::account_of_session;
use crate::port::sql;
use crate::workspaces::Counts;
use crate::{Directory, DirectoryStatement, Page, SqlError};
use edge_model::account::Account;
use edge_model::plan::Plan;
use edge_model::workspace::{Role, Workspace, WorkspaceSummary};
use edge_model::{AccountId, DatabaseName, SessionId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// A member of a workspace, as the directory knows both.
#[derive(Clone, Debug, Deserialize)]
pub struct Membership {
    pub role: Role,
    /// Of a workspace in another database than the directory's, its settings are to be read there.
    #[serde(flatten)]
    pub workspace: Workspace,
}

/// A workspace in a list of a person's, without what is counted in its database.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    pub id: WorkspaceId,
    pub name: String,
    pub slug: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub database: DatabaseName,
}

impl Listed {
    /// Adds what was counted.
    pub fn counted(self, counts: Counts) -> (WorkspaceSummary, Timestamp) {
        let summary = WorkspaceSummary {
            id: self.id,
            name: self.name,
            slug: self.slug,
            role: self.role,
            agent_count: counts.agent_count,
            document_count: counts.document_count,
        };
        (summary, self.created_at)
    }
}

impl Directory {
    /// Finds who a session speaks for, and, apart from that, the workspace and their role in it.
    pub async fn member(
        &self,
        workspace: &WorkspaceId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<(Option<Account>, Option<Membership>), SqlError> {
        let membership = sql!(
            "SELECT workspaces.*, memberships.role FROM sessions
             JOIN memberships ON memberships.account_id = sessions.account_id
             JOIN workspaces ON workspaces.id = memberships.workspace_id
             WHERE workspaces.id = ?1 AND sessions.id = ?2",
            workspace.as_str(),
            session.as_str()
        );
        let mut answers = self.read(vec![account_of_session(session, now), membership]).await?;
        Ok((answers.row()?, answers.row()?))
    }

    /// Finds the database of a workspace.
    pub async fn database_of(&self, workspace: &WorkspaceId) -> Result<Option<DatabaseName>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            database: DatabaseName,
        }
        let statement = sql!("SELECT database FROM workspaces WHERE id = ?1", workspace.as_str());
        Ok(self.row::<Row>(statement).await?.map(|it| it.database))
    }

    /// Finds a workspace's plan.
    pub async fn plan(&self, workspace: &WorkspaceId) -> Result<Option<Plan>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            plan: Plan,
        }
        let statement = sql!("SELECT plan FROM workspaces WHERE id = ?1", workspace.as_str());
        Ok(self.row::<Row>(statement).await?.map(|it| it.plan))
    }

    /// Lists a person's workspaces, newest first, and counts them all.
    pub async fn workspaces(&self, account: &AccountId, page: &Page) -> Result<(Vec<Listed>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let list = sql!(
            "SELECT workspaces.id, workspaces.name, workspaces.slug, memberships.role, workspaces.created_at,
                workspaces.database
             FROM memberships JOIN workspaces ON workspaces.id = memberships.workspace_id
             WHERE memberships.account_id = ?1 AND (workspaces.created_at, workspaces.id) < (?2, ?3)
             ORDER BY workspaces.created_at DESC, workspaces.id DESC LIMIT ?4",
            account.as_str(),
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM memberships WHERE account_id = ?1",
            account.as_str()
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }
}

/// Adds the row of a workspace whose own is in another database.
pub fn insert(workspace: &Workspace) -> DirectoryStatement {
    let it = workspace;
    sql!(Directory =>
        "INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at, database)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        it.id.as_str(),
        it.name.as_str(),
        it.slug.as_str(),
        it.timezone.as_str(),
        it.plan.as_str(),
        it.owner_id.as_str(),
        it.created_at.0,
        it.database.as_str()
    )
}

/// Changes a workspace's plan: returns a row when there is such a workspace.
pub fn set_plan(id: &WorkspaceId, plan: Plan) -> DirectoryStatement {
    sql!(Directory =>
        "UPDATE workspaces SET plan = ?2 WHERE id = ?1 RETURNING id",
        id.as_str(),
        plan.as_str()
    )
}

/// Stops a workspace's outgoing mail from `at` on, or lets it flow again: returns a row when there is such a workspace.
pub fn set_mail_stopped(id: &WorkspaceId, at: Option<Timestamp>) -> DirectoryStatement {
    sql!(Directory =>
        "UPDATE workspaces SET mail_stopped_at = ?2 WHERE id = ?1 RETURNING id",
        id.as_str(),
        at.map(|it| it.0)
    )
}

/// Takes over what a workspace is called.
pub fn rename(id: &WorkspaceId, name: &str) -> DirectoryStatement {
    sql!(Directory => "UPDATE workspaces SET name = ?2 WHERE id = ?1", id.as_str(), name)
}

/// Deletes the row of a workspace that is gone, with its memberships, invitations and hashes of keys.
pub fn delete(id: &WorkspaceId) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM workspaces WHERE id = ?1", id.as_str())
}
