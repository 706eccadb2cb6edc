//! The tenant's own rows of its members: who may act here. The directory has them, too, and a caller needs both.
//!
//! Roles are changed and taken here first, so that a batch that is under way is refused at once; they are given in the
//! directory first. In the first database the two rows are one.

use crate::port::sql;
use crate::{Database, DatabaseStatement, SqlError, TenantStatement, TenantStore};
use edge_model::workspace::{Role, Workspace};
use edge_model::{AccountId, Timestamp, WorkspaceId};
use serde::Deserialize;

impl Database {
    /// Lists the workspaces here that a person is a member of.
    pub async fn workspaces_of_member(&self, account: &AccountId) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            workspace_id: WorkspaceId,
        }
        let statement = sql!(
            "SELECT own.workspace_id FROM memberships AS own WHERE own.account_id = ?1",
            account.as_str()
        );
        let rows = self.rows::<Row>(statement).await?;
        Ok(rows.into_iter().map(|it| it.workspace_id).collect())
    }
}

impl TenantStore {
    /// Finds the workspace, and a person's role there.
    pub async fn workspace_and_role(&self, account: &AccountId) -> Result<(Option<Workspace>, Option<Role>), SqlError> {
        #[derive(Deserialize)]
        struct Row {
            role: Role,
        }
        let workspace = sql!("SELECT * FROM workspaces WHERE id = ?1", self.workspace.as_str());
        let role = sql!(
            "SELECT role FROM memberships WHERE workspace_id = ?1 AND account_id = ?2",
            self.workspace.as_str(),
            account.as_str()
        );
        let mut answers = self.read(vec![workspace, role]).await?;
        Ok((answers.row()?, answers.row::<Row>()?.map(|it| it.role)))
    }

    /// Tells whether a person is the only owner.
    pub async fn is_last_owner(&self, account: &AccountId) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT count(*) AS n FROM memberships AS own WHERE own.workspace_id = ?1 AND own.account_id = ?2
                AND own.role = 'OWNER' AND NOT EXISTS (SELECT 1 FROM memberships AS others
                    WHERE others.workspace_id = ?1 AND others.account_id <> ?2 AND others.role = 'OWNER')",
            self.workspace.as_str(),
            account.as_str()
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some_and(|it| it.n > 0))
    }

    /// Tells whether a person is a member.
    pub async fn has_member(&self, account: &AccountId) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT count(*) AS n FROM memberships WHERE workspace_id = ?1 AND account_id = ?2",
            self.workspace.as_str(),
            account.as_str()
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some_and(|it| it.n > 0))
    }
}

/// Notes a person by id and name, unless they are known: rows of the tenant may refer to them then. The address and the
/// password are the directory's.
pub fn insert_account(
    workspace: &WorkspaceId,
    account: &AccountId,
    full_name: &str,
    now: Timestamp,
) -> TenantStatement {
    sql!(workspace =>
        "INSERT INTO accounts (id, email, full_name, password_hash, created_at) VALUES (?1, ?1, ?2, '', ?3)
         ON CONFLICT (id) DO NOTHING",
        account.as_str(),
        full_name,
        now.0
    )
}

/// Makes a person a member, or gives a member the role that the directory knows, unless it was changed here since, or
/// the directory is still to hear that they were removed.
pub fn put(
    workspace: &WorkspaceId,
    account: &AccountId,
    role: Role,
    since: Timestamp,
    at: Timestamp,
) -> TenantStatement {
    sql!(workspace =>
        "INSERT INTO memberships (workspace_id, account_id, role, created_at, changed_at) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE EXISTS (SELECT 1 FROM workspaces WHERE id = ?1)
            AND NOT EXISTS (SELECT 1 FROM jobs WHERE workspace_id = ?1
                AND json_extract(task, '$.task') = 'settle_member' AND json_extract(task, '$.account_id') = ?2
                AND json_extract(task, '$.role') IS NULL)
         ON CONFLICT (workspace_id, account_id) DO UPDATE SET role = excluded.role, created_at = excluded.created_at,
            changed_at = excluded.changed_at WHERE changed_at < excluded.changed_at",
        workspace.as_str(),
        account.as_str(),
        role.as_str(),
        since.0,
        at.0
    )
}

/// Changes a member's role, but not the last owner's: returns a row when it did.
pub fn set_role(workspace: &WorkspaceId, account: &AccountId, role: Role, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE memberships SET role = ?3, changed_at = ?4 WHERE workspace_id = ?1 AND account_id = ?2
            AND (role <> 'OWNER' OR ?3 = 'OWNER' OR EXISTS (SELECT 1 FROM memberships AS others
                WHERE others.workspace_id = ?1 AND others.account_id <> ?2 AND others.role = 'OWNER'))
         RETURNING role",
        workspace.as_str(),
        account.as_str(),
        role.as_str(),
        now.0
    )
}

/// Ends a membership, but not the last owner's: returns a row when it did.
pub fn delete(workspace: &WorkspaceId, account: &AccountId) -> TenantStatement {
    sql!(workspace => "DELETE FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
            AND (role <> 'OWNER' OR EXISTS (SELECT 1 FROM memberships AS others
                WHERE others.workspace_id = ?1 AND others.account_id <> ?2 AND others.role = 'OWNER'))
         RETURNING role",
        workspace.as_str(),
        account.as_str()
    )
}

/// Refuses the whole batch as [`crate::Constraint::CallerCheck`] unless a member has a role by now, or is none without
/// one: the last owner stays one.
pub fn require_role(workspace: &WorkspaceId, account: &AccountId, role: Option<Role>) -> TenantStatement {
    sql!(workspace =>
        "INSERT INTO caller_checks (is_allowed) SELECT coalesce((SELECT role FROM memberships
            WHERE workspace_id = ?1 AND account_id = ?2), '') = coalesce(?3, '')",
        workspace.as_str(),
        account.as_str(),
        role.map(Role::as_str)
    )
}

/// Deletes what was copied of a membership that ended at a moment or before.
pub fn forget(workspace: &WorkspaceId, account: &AccountId, ended_at: Timestamp) -> TenantStatement {
    sql!(workspace =>
        "DELETE FROM memberships WHERE workspace_id = ?1 AND account_id = ?2 AND max(created_at, changed_at) <= ?3",
        workspace.as_str(),
        account.as_str(),
        ended_at.0
    )
}

/// Makes the longest-standing owner the one that the workspace names, when the one it names is none any more.
pub fn reassign_owner(workspace: &WorkspaceId) -> TenantStatement {
    sql!(workspace => "UPDATE workspaces SET owner_id = (SELECT account_id FROM memberships
            WHERE workspace_id = ?1 AND role = 'OWNER' ORDER BY created_at, account_id LIMIT 1)
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM memberships
            WHERE workspace_id = ?1 AND account_id = owner_id AND role = 'OWNER')",
        workspace.as_str()
    )
}

/// Takes over a person's name.
pub fn rename_account(id: &AccountId, full_name: &str) -> DatabaseStatement {
    sql!(Database => "UPDATE accounts SET full_name = ?2 WHERE id = ?1", id.as_str(), full_name)
}

/// Forgets a person, with their memberships.
pub fn delete_account(id: &AccountId) -> DatabaseStatement {
    sql!(Database => "DELETE FROM accounts WHERE id = ?1", id.as_str())
}
