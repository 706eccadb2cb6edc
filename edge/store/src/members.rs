//! Members: who belongs to a workspace, and in which role. A workspace always keeps an owner.
use crate::port::sql;
use crate::{Page, SqlError, Statement, Store};
use edge_model::workspace::{MemberSummary, Role};
use edge_model::{AccountId, Timestamp, WorkspaceId};
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
}

impl Store {
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

    /// Lists the workspaces that a person owns.
    pub async fn holdings(&self, account: &AccountId) -> Result<Vec<Holding>, SqlError> {
        let statement = sql!(
            "SELECT own.workspace_id, workspaces.name,
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

/// Changes a member's role, but not the last owner's: returns a row when it did.
pub fn set_role(workspace: &WorkspaceId, account: &AccountId, role: Role) -> Statement {
    sql!(
        "UPDATE memberships SET role = ?3 WHERE workspace_id = ?1 AND account_id = ?2
            AND (role <> 'OWNER' OR ?3 = 'OWNER' OR EXISTS (SELECT 1 FROM memberships AS others
                WHERE others.workspace_id = ?1 AND others.account_id <> ?2 AND others.role = 'OWNER'))
         RETURNING role",
        workspace.as_str(),
        account.as_str(),
        role.as_str()
    )
}

/// Ends a membership, but not the last owner's: returns a row when it did.
pub fn delete(workspace: &WorkspaceId, account: &AccountId) -> Statement {
    sql!(
        "DELETE FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
            AND (role <> 'OWNER' OR EXISTS (SELECT 1 FROM memberships AS others
                WHERE others.workspace_id = ?1 AND others.account_id <> ?2 AND others.role = 'OWNER'))
         RETURNING role",
        workspace.as_str(),
        account.as_str()
    )
}

/// Makes the longest-standing owner the one that the workspace names, when the one it names is none any more.
pub fn reassign_owner(workspace: &WorkspaceId) -> Statement {
    sql!(
        "UPDATE workspaces SET owner_id = (SELECT account_id FROM memberships
            WHERE workspace_id = ?1 AND role = 'OWNER' ORDER BY created_at, account_id LIMIT 1)
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM memberships
            WHERE workspace_id = ?1 AND account_id = owner_id AND role = 'OWNER')",
        workspace.as_str()
    )
}

/// Makes whom an invitation invites a member in its role, unless they are one: returns a row when there is such an
/// invitation.
pub fn accept(account: &AccountId, invitation: &str, email: &str, now: Timestamp) -> [Statement; 2] {
    let join = sql!(
        "INSERT INTO memberships (workspace_id, account_id, role, created_at)
         SELECT workspace_id, ?1, role, ?4 FROM invitations WHERE id = ?2 AND email = ?3 AND expires_at > ?4
         ON CONFLICT (workspace_id, account_id) DO NOTHING",
        account.as_str(),
        invitation,
        email,
        now.0
    );
    let used = sql!(
        "DELETE FROM invitations WHERE id = ?1 AND email = ?2 AND expires_at > ?3 RETURNING workspace_id",
        invitation,
        email,
        now.0
    );
    [join, used]
}
