//! Invitations.
use crate::port::sql;
use crate::provenance::Leaver;
use crate::{Directory, DirectoryStatement, Page, SqlError, json};
use edge_model::invitation::Invitation;
use edge_model::{AccountId, InvitationId, Timestamp, WorkspaceId};

macro_rules! invitations {
    ($which:literal) => {
        concat!(
            "SELECT invitations.*, workspaces.name AS workspace_name, accounts.full_name AS inviter_name
             FROM invitations JOIN workspaces ON workspaces.id = invitations.workspace_id
             LEFT JOIN accounts ON accounts.id = invitations.invited_by
             WHERE invitations.expires_at > ?1 AND ",
            $which
        )
    };
}

impl Directory {
    /// Lists a workspace's open invitations, newest first, and counts them all.
    pub async fn invitations(
        &self,
        workspace: &WorkspaceId,
        now: Timestamp,
        page: &Page,
    ) -> Result<(Vec<Invitation>, u64), SqlError> {
        const LIST: &str = invitations!(
            "invitations.workspace_id = ?2 AND (invitations.created_at, invitations.id) < (?3, ?4)
             ORDER BY invitations.created_at DESC, invitations.id DESC LIMIT ?5"
        );
        let [at, id, limit] = page.params();
        let list = sql!(LIST, now.0, workspace.as_str(), at, id, limit);
        let total = sql!(
            "SELECT count(*) AS n FROM invitations WHERE expires_at > ?1 AND workspace_id = ?2",
            now.0,
            workspace.as_str()
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds an open invitation of a workspace.
    pub async fn invitation(
        &self,
        workspace: &WorkspaceId,
        id: &InvitationId,
        now: Timestamp,
    ) -> Result<Option<Invitation>, SqlError> {
        const ONE: &str = invitations!("invitations.workspace_id = ?2 AND invitations.id = ?3");
        self.row(sql!(ONE, now.0, workspace.as_str(), id.as_str())).await
    }

    /// Lists the open invitations to an address, whichever workspace they are into, newest first, and counts them all.
    pub async fn invitations_to(
        &self,
        email: &str,
        now: Timestamp,
        page: &Page,
    ) -> Result<(Vec<Invitation>, u64), SqlError> {
        const LIST: &str = invitations!(
            "invitations.email = ?2 AND (invitations.created_at, invitations.id) < (?3, ?4)
             ORDER BY invitations.created_at DESC, invitations.id DESC LIMIT ?5"
        );
        let [at, id, limit] = page.params();
        let list = sql!(LIST, now.0, email, at, id, limit);
        let total = sql!(
            "SELECT count(*) AS n FROM invitations WHERE expires_at > ?1 AND email = ?2",
            now.0,
            email
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds an open invitation to an address, whichever workspace it is into.
    pub async fn invitation_to(
        &self,
        email: &str,
        id: &InvitationId,
        now: Timestamp,
    ) -> Result<Option<Invitation>, SqlError> {
        const ONE: &str = invitations!("invitations.email = ?2 AND invitations.id = ?3");
        self.row(sql!(ONE, now.0, email, id.as_str())).await
    }
}

/// Invites an address, in place of an earlier invitation to it.
pub fn put(invitation: &Invitation) -> [DirectoryStatement; 2] {
    let it = invitation;
    let old = sql!(Directory => "DELETE FROM invitations WHERE workspace_id = ?1 AND email = ?2",
        it.workspace_id.as_str(),
        it.email.as_str()
    );
    let new = sql!(Directory => "INSERT INTO invitations (id, workspace_id, email, role, invited_by, expires_at, created_at, is_mailed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        it.id.as_str(),
        it.workspace_id.as_str(),
        it.email.as_str(),
        it.role.as_str(),
        it.invited_by.as_ref().map(edge_model::AccountId::as_str),
        it.expires_at.0,
        it.created_at.0,
        i64::from(it.is_mailed)
    );
    [old, new]
}

/// Withdraws an invitation: returns a row when there was one.
pub fn delete(workspace: &WorkspaceId, id: &InvitationId) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM invitations WHERE workspace_id = ?1 AND id = ?2 RETURNING id",
        workspace.as_str(),
        id.as_str()
    )
}

/// Declines an invitation, as whom it invites: returns a row when there was one.
pub fn decline(id: &InvitationId, email: &str) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM invitations WHERE id = ?1 AND email = ?2 RETURNING workspace_id",
        id.as_str(),
        email
    )
}

/// Withdraws the open invitations that a leaver sent, and returns them.
pub fn withdraw_invitations_of_member(leaver: Leaver<'_>) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM invitations WHERE workspace_id = ?1 AND invited_by = ?2
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?3)))
         RETURNING id, email",
        leaver.workspace.as_str(),
        leaver.account.as_str(),
        json(&leaver.roles)
    )
}

/// Deletes the open invitations that a person sent whose account is deleted.
pub fn delete_of_account(account: &AccountId) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM invitations WHERE invited_by = ?1", account.as_str())
}

/// Removes the mails of invitations that are gone, also those that were set aside.
pub fn delete_mails_about_nothing() -> DirectoryStatement {
    sql!(Directory =>
        "DELETE FROM jobs WHERE json_extract(task, '$.task') = 'send_mail'
            AND json_extract(task, '$.letter.invitation_id') IS NOT NULL
            AND json_extract(task, '$.letter.invitation_id') NOT IN (SELECT id FROM invitations)"
    )
}
