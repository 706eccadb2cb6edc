//! The mail ledger. Its counts are of all tenants: an address is to be left alone by all of them together.
use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError};
use edge_model::mail_ledger::{LedgerEntry, MailLimits};
use edge_model::time::{DAY, HOUR};
use edge_model::{AccountId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// When there is room again under each limit; none where there is room already.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MailRoom {
    pub to_recipient_within_hour_at: Option<Timestamp>,
    pub to_recipient_within_day_at: Option<Timestamp>,
    pub by_account_at: Option<Timestamp>,
    pub from_workspace_at: Option<Timestamp>,
    pub about_subject_at: Option<Timestamp>,
    /// When the first of too many open invitations ends by itself.
    pub open_invitations_at: Option<Timestamp>,
    /// When the operator stopped the workspace's mail.
    pub stopped_at: Option<Timestamp>,
}

impl Directory {
    /// Tells which limits an entry is beyond; `invitee` is as in [`count`].
    pub async fn mail_room(
        &self,
        entry: &LedgerEntry,
        limits: &MailLimits,
        invitee: Option<&str>,
    ) -> Result<MailRoom, SqlError> {
        // The mail that makes room is the oldest of as many as there may be.
        let nth = |limit: u32| limit.saturating_sub(1);
        let statement = sql!(
            "SELECT
                (SELECT created_at + ?12 FROM mail_ledger WHERE recipient = ?1 AND kind = ?2 AND created_at > ?6 - ?12
                    ORDER BY created_at DESC LIMIT 1 OFFSET ?7) AS to_recipient_within_hour_at,
                (SELECT created_at + ?13 FROM mail_ledger WHERE recipient = ?1 AND kind = ?2 AND created_at > ?6 - ?13
                    ORDER BY created_at DESC LIMIT 1 OFFSET ?8) AS to_recipient_within_day_at,
                (SELECT created_at + ?13 FROM mail_ledger WHERE account_id = ?4 AND kind = ?2 AND created_at > ?6 - ?13
                    ORDER BY created_at DESC LIMIT 1 OFFSET ?9) AS by_account_at,
                (SELECT created_at + ?13 FROM mail_ledger WHERE workspace_id = ?3 AND created_at > ?6 - ?13
                    ORDER BY created_at DESC LIMIT 1 OFFSET ?10) AS from_workspace_at,
                (SELECT max(created_at) + ?12 FROM mail_ledger WHERE subject_id = ?5 AND created_at > ?6 - ?12)
                    AS about_subject_at,
                (SELECT min(expires_at) FROM invitations WHERE invited_by = ?4 AND expires_at > ?6
                    AND NOT (workspace_id = ?3 AND email IS ?14) HAVING count(*) >= ?11) AS open_invitations_at,
                (SELECT mail_stopped_at FROM workspaces WHERE id = ?3) AS stopped_at",
            entry.recipient.as_str(),
            entry.kind.as_str(),
            entry.workspace_id.as_ref().map(WorkspaceId::as_str),
            entry.account_id.as_ref().map(AccountId::as_str),
            entry.subject_id.as_deref(),
            entry.created_at.0,
            nth(limits.to_recipient_per_hour),
            nth(limits.to_recipient_per_day),
            nth(limits.by_account_per_day),
            nth(limits.from_workspace_per_day),
            limits.open_invitations,
            HOUR,
            DAY,
            invitee
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }

    /// Tells whether another account belongs to a workspace that an account belongs to.
    pub async fn has_colleague(&self, account: &AccountId) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT count(*) AS n FROM memberships AS own
             JOIN memberships AS others ON others.workspace_id = own.workspace_id
                AND others.account_id <> own.account_id
             WHERE own.account_id = ?1",
            account.as_str()
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some_and(|it| it.n > 0))
    }
}

/// Counts a mail in the batch that orders it. Beyond a limit the database refuses the batch as a whole, as
/// [`crate::Constraint::MailLimit`]. `invitee` is the address that an invitation of the same batch is to: it takes the
/// place of an earlier one.
pub fn count(entry: &LedgerEntry, limits: &MailLimits, invitee: Option<&str>) -> DirectoryStatement {
    sql!(Directory => "INSERT INTO mail_ledger (id, recipient, kind, workspace_id, account_id, subject_id, created_at)
         SELECT ?1, CASE WHEN
            (SELECT count(*) FROM mail_ledger WHERE recipient = ?2 AND kind = ?3 AND created_at > ?7 - ?14) < ?8
            AND (SELECT count(*) FROM mail_ledger WHERE recipient = ?2 AND kind = ?3 AND created_at > ?7 - ?15) < ?9
            AND (SELECT count(*) FROM mail_ledger WHERE account_id = ?5 AND kind = ?3 AND created_at > ?7 - ?15) < ?10
            AND (SELECT count(*) FROM mail_ledger WHERE workspace_id = ?4 AND created_at > ?7 - ?15) < ?11
            AND NOT EXISTS (SELECT 1 FROM mail_ledger WHERE subject_id = ?6 AND created_at > ?7 - ?14)
            AND NOT EXISTS (SELECT 1 FROM workspaces WHERE id = ?4 AND mail_stopped_at IS NOT NULL)
            AND (?12 IS NULL OR ?12 > (SELECT count(*) FROM invitations WHERE invited_by = ?5 AND expires_at > ?7
                AND NOT (workspace_id = ?4 AND email IS ?13)))
            THEN ?2 END, ?3, ?4, ?5, ?6, ?7",
        entry.id.as_str(),
        entry.recipient.as_str(),
        entry.kind.as_str(),
        entry.workspace_id.as_ref().map(WorkspaceId::as_str),
        entry.account_id.as_ref().map(AccountId::as_str),
        entry.subject_id.as_deref(),
        entry.created_at.0,
        limits.to_recipient_per_hour,
        limits.to_recipient_per_day,
        limits.by_account_per_day,
        limits.from_workspace_per_day,
        limits.open_invitations,
        invitee,
        HOUR,
        DAY
    )
}

/// Counts a mail that no limit holds up.
pub fn note(entry: &LedgerEntry) -> DirectoryStatement {
    sql!(Directory => "INSERT INTO mail_ledger (id, recipient, kind, workspace_id, account_id, subject_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        entry.id.as_str(),
        entry.recipient.as_str(),
        entry.kind.as_str(),
        entry.workspace_id.as_ref().map(WorkspaceId::as_str),
        entry.account_id.as_ref().map(AccountId::as_str),
        entry.subject_id.as_deref(),
        entry.created_at.0
    )
}

/// Counts a mail while there is room at its address, and returns a row then.
pub fn count_if_room(entry: &LedgerEntry, per_hour: u32, per_day: u32) -> DirectoryStatement {
    sql!(Directory => "INSERT INTO mail_ledger (id, recipient, kind, workspace_id, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE
            (SELECT count(*) FROM mail_ledger WHERE recipient = ?2 AND kind = ?3 AND created_at > ?5 - ?8) < ?6
            AND (SELECT count(*) FROM mail_ledger WHERE recipient = ?2 AND kind = ?3 AND created_at > ?5 - ?9) < ?7
         RETURNING id",
        entry.id.as_str(),
        entry.recipient.as_str(),
        entry.kind.as_str(),
        entry.workspace_id.as_ref().map(WorkspaceId::as_str),
        entry.created_at.0,
        per_hour,
        per_day,
        HOUR,
        DAY
    )
}

/// Takes back that a mail was counted, which was not ordered then.
pub fn delete(workspace: &WorkspaceId, id: &str) -> DirectoryStatement {
    sql!(Directory =>
        "DELETE FROM mail_ledger WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id
    )
}

/// Deletes entries that no limit looks back to.
pub fn delete_older(before: Timestamp) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM mail_ledger WHERE created_at < ?1", before.0)
}
