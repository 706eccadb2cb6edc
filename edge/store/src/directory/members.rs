//! Members: who belongs to a workspace, and in which role. A workspace always keeps an owner.
use crate::port::sql;
use crate::{Directory, DirectoryStatement, Page, SqlError, json};
use edge_model::workspace::{MemberSummary, Role};
use edge_model::{AccountId, DatabaseName, Timestamp, WorkspaceId};
use serde::Deserialize;

/// A workspace of a person's, as the deletion of their account sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Holding {
    pub workspace_id: WorkspaceId,
    pub name: String,
    /// How many others are members.
    pub others: u64,
    /// How many others own it.
    pub other_owners: u64,
    pub database: DatabaseName,
}

/// A membership that another database copies.
#[derive(Clone, Debug, Deserialize)]
pub struct Elsewhere {
    pub workspace_id: WorkspaceId,
    pub database: DatabaseName,
    pub role: Role,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Directory {
    /// Lists members, the newest first, and counts them all.
    pub async fn members(&self, workspace: &WorkspaceId, page: &Page) -> Result<(Vec<MemberSummary>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let list = sql!(
            "SELECT memberships.account_id, accounts.email, accounts.full_name, memberships.role,
                memberships.created_at
             FROM memberships JOIN accounts ON accounts.id = memberships.account_id
             WHERE memberships.workspace_id = ?1 AND (memberships.created_at, memberships.account_id) < (?2, ?3)
             ORDER BY memberships.created_at DESC, memberships.account_id DESC LIMIT ?4",
            workspace.as_str(),
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM memberships WHERE workspace_id = ?1",
            workspace.as_str()
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds a member.
    pub async fn member_summary(
        &self,
        workspace: &WorkspaceId,
        account: &AccountId,
    ) -> Result<Option<MemberSummary>, SqlError> {
        let statement = sql!(
            "SELECT memberships.account_id, accounts.email, accounts.full_name, memberships.role,
                memberships.created_at
             FROM memberships JOIN accounts ON accounts.id = memberships.account_id
             WHERE memberships.workspace_id = ?1 AND memberships.account_id = ?2",
            workspace.as_str(),
            account.as_str()
        );
        self.row(statement).await
    }

    /// Tells whether the owner of an address is a member.
    pub async fn is_member(&self, workspace: &WorkspaceId, email: &str) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT 1 AS n FROM memberships JOIN accounts ON accounts.id = memberships.account_id
             WHERE memberships.workspace_id = ?1 AND accounts.email = ?2",
            workspace.as_str(),
            email
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some())
    }

    /// Lists the memberships of a person in workspaces of other databases than the directory's, which copy them.
    pub async fn memberships_elsewhere(&self, account: &AccountId) -> Result<Vec<Elsewhere>, SqlError> {
        let statement = sql!(
            "SELECT memberships.workspace_id, workspaces.database, memberships.role, memberships.created_at,
                memberships.changed_at
             FROM memberships JOIN workspaces ON workspaces.id = memberships.workspace_id
             WHERE memberships.account_id = ?1 AND workspaces.database <> ?2",
            account.as_str(),
            self.database.name().as_str()
        );
        self.rows(statement).await
    }

    /// Finds those of some workspaces that the directory knows, and does not know the person as a member of.
    pub async fn workspaces_without_member(
        &self,
        account: &AccountId,
        workspaces: &[WorkspaceId],
    ) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            id: WorkspaceId,
        }
        let statement = sql!(
            "SELECT id FROM workspaces WHERE id IN (SELECT value FROM json_each(?2)) AND NOT EXISTS
                (SELECT 1 FROM memberships AS own WHERE own.account_id = ?1 AND own.workspace_id = workspaces.id)",
            account.as_str(),
            json(&workspaces)
        );
        let rows = self.rows::<Row>(statement).await?;
        Ok(rows.into_iter().map(|it| it.id).collect())
    }

    /// Lists the workspaces that a person owns.
    pub async fn holdings(&self, account: &AccountId) -> Result<Vec<Holding>, SqlError> {
        let statement = sql!(
            "SELECT own.workspace_id, workspaces.name, workspaces.database,
                (SELECT count(*) FROM memberships AS it
                    WHERE it.workspace_id = own.workspace_id AND it.account_id <> ?1) AS others,
                (SELECT count(*) FROM memberships AS it
                    WHERE it.workspace_id = own.workspace_id AND it.account_id <> ?1 AND it.role = 'OWNER')
                    AS other_owners
             FROM memberships AS own JOIN workspaces ON workspaces.id = own.workspace_id
             WHERE own.account_id = ?1 AND own.role = 'OWNER' ORDER BY workspaces.name",
            account.as_str()
        );
        self.rows(statement).await
    }
}

/// Makes whom an invitation invites a member in its role, unless they are one: returns a row when there is such an
/// invitation.
pub fn accept(account: &AccountId, invitation: &str, email: &str, now: Timestamp) -> [DirectoryStatement; 2] {
    let join = sql!(Directory => "INSERT INTO memberships (workspace_id, account_id, role, created_at)
         SELECT workspace_id, ?1, role, ?4 FROM invitations WHERE id = ?2 AND email = ?3 AND expires_at > ?4
         ON CONFLICT (workspace_id, account_id) DO NOTHING",
        account.as_str(),
        invitation,
        email,
        now.0
    );
    let used = sql!(Directory => "DELETE FROM invitations WHERE id = ?1 AND email = ?2 AND expires_at > ?3 RETURNING workspace_id",
        invitation,
        email,
        now.0
    );
    [join, used]
}

/// Makes a person the owner of a workspace whose own rows are in another database.
pub fn insert_owner(workspace: &WorkspaceId, account: &AccountId, now: Timestamp) -> DirectoryStatement {
    sql!(Directory =>
        "INSERT INTO memberships (workspace_id, account_id, role, created_at, changed_at) VALUES (?1, ?2, 'OWNER', ?3, ?3)",
        workspace.as_str(),
        account.as_str(),
        now.0
    )
}

/// Takes over what became of a member in the tenant's database at a moment, where it was decided: another role, or
/// none; and who the workspace names as its owner.
pub fn settle(
    workspace: &WorkspaceId,
    account: &AccountId,
    role: Option<Role>,
    at: Timestamp,
) -> [DirectoryStatement; 3] {
    [
        sql!(Directory =>
            "DELETE FROM memberships WHERE workspace_id = ?1 AND account_id = ?2 AND ?3 IS NULL
                AND max(created_at, changed_at) <= ?4",
            workspace.as_str(),
            account.as_str(),
            role.map(Role::as_str),
            at.0
        ),
        sql!(Directory =>
            "UPDATE memberships SET role = ?3, changed_at = ?4
             WHERE workspace_id = ?1 AND account_id = ?2 AND ?3 IS NOT NULL
                AND max(created_at, changed_at) <= ?4",
            workspace.as_str(),
            account.as_str(),
            role.map(Role::as_str),
            at.0
        ),
        reassign_owner(workspace),
    ]
}

/// Makes the longest-standing owner the one that the workspace names, when the one it names is none any more.
fn reassign_owner(workspace: &WorkspaceId) -> DirectoryStatement {
    sql!(Directory =>
        "UPDATE workspaces SET owner_id = (SELECT account_id FROM memberships
            WHERE workspace_id = ?1 AND role = 'OWNER' ORDER BY created_at, account_id LIMIT 1)
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM memberships
            WHERE workspace_id = ?1 AND account_id = owner_id AND role = 'OWNER')
            AND EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND role = 'OWNER')",
        workspace.as_str()
    )
}

/// Refuses the whole batch as [`crate::Constraint::CallerCheck`] unless the caller is a member in one of `roles`.
pub fn require(workspace: &WorkspaceId, caller: &AccountId, roles: &[&str]) -> DirectoryStatement {
    sql!(Directory =>
        "INSERT INTO caller_checks (is_allowed) SELECT EXISTS (SELECT 1 FROM memberships
            WHERE workspace_id = ?1 AND account_id = ?2 AND role IN (SELECT value FROM json_each(?3)))",
        workspace.as_str(),
        caller.as_str(),
        json(&roles)
    )
}
