//! Addresses that want no mail from any workspace, and how the installation stands with an address. Addresses are
//! hashes.

use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError};
use edge_model::column::flag;
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WorkspaceId};
use serde::Deserialize;

/// How mail stands to an address: what the directory knows of it.
#[derive(Clone, Debug, Deserialize)]
pub struct InstallationStanding {
    /// None when there is no such workspace, or none was asked about.
    pub workspace_name: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub is_stopped: bool,
    /// Since when the address wants no mail from any workspace.
    pub unsubscribed_at: Option<Timestamp>,
    /// Whether it was asked within the last day whether it wants replies.
    #[serde(deserialize_with = "flag")]
    pub is_asked: bool,
}

impl Directory {
    /// Tells how mail stands to an address, and to what there is of a workspace's.
    pub async fn installation_standing(
        &self,
        workspace: Option<&WorkspaceId>,
        recipient: &str,
        now: Timestamp,
    ) -> Result<InstallationStanding, SqlError> {
        let statement = sql!(
            "SELECT workspaces.name AS workspace_name,
                workspaces.mail_stopped_at IS NOT NULL AS is_stopped,
                mail_unsubscribes.created_at AS unsubscribed_at,
                EXISTS (SELECT 1 FROM mail_ledger WHERE recipient = ?2 AND kind = 'confirmation'
                    AND workspace_id = ?1 AND created_at > ?3) AS is_asked
             FROM (SELECT 1)
             LEFT JOIN workspaces ON workspaces.id = ?1
             LEFT JOIN mail_unsubscribes ON mail_unsubscribes.recipient = ?2",
            workspace.map(WorkspaceId::as_str),
            recipient,
            now.plus(-TimeDelta::days(1)).0
        );
        let found = self.row(statement).await?;
        found.ok_or_else(|| SqlError::Other("a row of nothing is missing".into()))
    }
}

/// Notes that an address wants no mail from any workspace.
pub fn insert(recipient: &str, now: Timestamp) -> DirectoryStatement {
    sql!(Directory =>
        "INSERT INTO mail_unsubscribes (recipient, created_at) VALUES (?1, ?2)
         ON CONFLICT (recipient) DO UPDATE SET created_at = ?2",
        recipient,
        now.0
    )
}

/// Forgets that an address wanted no mail from any workspace.
pub fn delete(recipient: &str) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM mail_unsubscribes WHERE recipient = ?1", recipient)
}
