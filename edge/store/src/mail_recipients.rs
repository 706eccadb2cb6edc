//! Recipients: what an address has said about the mail of a workspace, or of all. Addresses are hashes.
use crate::port::sql;
use crate::{SqlError, Statement, Store};
use edge_model::column::flag;
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WorkspaceId};
use serde::Deserialize;

/// How a workspace stands with an address.
#[derive(Clone, Debug, Deserialize)]
pub struct MailStanding {
    /// None when there is no such workspace, or none was asked about.
    pub workspace_name: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub is_stopped: bool,
    #[serde(deserialize_with = "flag")]
    pub is_unsubscribed: bool,
    /// Whether the address wants no mail from any workspace, or wanted none before it confirmed.
    #[serde(deserialize_with = "flag")]
    pub is_unsubscribed_from_all: bool,
    #[serde(deserialize_with = "flag")]
    pub is_confirmed: bool,
    /// Whether it was asked within the last day whether it wants replies.
    #[serde(deserialize_with = "flag")]
    pub is_asked: bool,
}

impl MailStanding {
    /// Tells whether the address wants no mail from the workspace.
    pub fn is_unwanted(&self) -> bool {
        self.is_unsubscribed || self.is_unsubscribed_from_all
    }
}

impl Store {
    /// Tells how a workspace stands with an address; without a workspace, how the address stands with all.
    pub async fn mail_standing(
        &self,
        workspace: Option<&WorkspaceId>,
        recipient: &str,
        now: Timestamp,
    ) -> Result<MailStanding, SqlError> {
        let statement = sql!(
            "SELECT workspaces.name AS workspace_name,
                workspaces.mail_stopped_at IS NOT NULL AS is_stopped,
                mail_recipients.unsubscribed_at IS NOT NULL AS is_unsubscribed,
                mail_unsubscribes.created_at IS NOT NULL
                    AND coalesce(mail_recipients.confirmed_at, 0) <= mail_unsubscribes.created_at
                    AS is_unsubscribed_from_all,
                mail_recipients.confirmed_at IS NOT NULL AS is_confirmed,
                EXISTS (SELECT 1 FROM mail_ledger WHERE recipient = ?2 AND kind = 'confirmation'
                    AND workspace_id = ?1 AND created_at > ?3) AS is_asked
             FROM (SELECT 1)
             LEFT JOIN workspaces ON workspaces.id = ?1
             LEFT JOIN mail_recipients ON mail_recipients.workspace_id = ?1 AND mail_recipients.recipient = ?2
             LEFT JOIN mail_unsubscribes ON mail_unsubscribes.recipient = ?2",
            workspace.map(WorkspaceId::as_str),
            recipient,
            now.plus(-TimeDelta::days(1)).0
        );
        let found = self.row(statement).await?;
        found.ok_or_else(|| SqlError::Other("a row of nothing is missing".into()))
    }
}

/// Notes that an address wants replies from a workspace, whatever it said before.
pub fn confirm(workspace: &WorkspaceId, recipient: &str, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO mail_recipients (workspace_id, recipient, confirmed_at)
         SELECT id, ?2, ?3 FROM workspaces WHERE id = ?1
         ON CONFLICT (workspace_id, recipient) DO UPDATE SET confirmed_at = ?3, unsubscribed_at = NULL",
        workspace.as_str(),
        recipient,
        now.0
    )
}

/// Notes that an address wants no mail from a workspace, if there is one.
pub fn unsubscribe(workspace: &WorkspaceId, recipient: &str, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO mail_recipients (workspace_id, recipient, unsubscribed_at)
         SELECT id, ?2, ?3 FROM workspaces WHERE id = ?1
         ON CONFLICT (workspace_id, recipient) DO UPDATE SET unsubscribed_at = ?3, confirmed_at = NULL",
        workspace.as_str(),
        recipient,
        now.0
    )
}

/// Notes that an address wants no mail from any workspace.
pub fn unsubscribe_from_all(recipient: &str, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO mail_unsubscribes (recipient, created_at) VALUES (?1, ?2)
         ON CONFLICT (recipient) DO UPDATE SET created_at = ?2",
        recipient,
        now.0
    )
}

/// Forgets that an address wanted no mail, from a workspace and from all.
pub fn resubscribe(workspace: Option<&WorkspaceId>, recipient: &str) -> [Statement; 2] {
    [
        sql!(
            "DELETE FROM mail_recipients WHERE workspace_id = ?1 AND recipient = ?2 AND unsubscribed_at IS NOT NULL",
            workspace.map(WorkspaceId::as_str),
            recipient
        ),
        sql!("DELETE FROM mail_unsubscribes WHERE recipient = ?1", recipient),
    ]
}

/// Forgets that an address confirmed. That it wants no mail is kept.
pub fn forget(workspace: &WorkspaceId, recipient: &str) -> Statement {
    sql!(
        "DELETE FROM mail_recipients WHERE workspace_id = ?1 AND recipient = ?2 AND unsubscribed_at IS NULL",
        workspace.as_str(),
        recipient
    )
}
