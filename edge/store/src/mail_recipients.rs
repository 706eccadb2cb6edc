//! Recipients: what an address has said about the mail of a workspace. Addresses are hashes.

use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore};
use edge_model::{Timestamp, WorkspaceId};
use serde::Deserialize;

/// What an address has said about the mail of a workspace.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct MailWishes {
    /// Since when it wants replies.
    pub confirmed_at: Option<Timestamp>,
    /// Since when it wants nothing.
    pub unsubscribed_at: Option<Timestamp>,
}

impl TenantStore {
    /// Tells what an address has said about the workspace's mail.
    pub async fn mail_wishes(&self, recipient: &str) -> Result<MailWishes, SqlError> {
        let statement = sql!(
            "SELECT confirmed_at, unsubscribed_at FROM mail_recipients WHERE workspace_id = ?1 AND recipient = ?2",
            self.workspace.as_str(),
            recipient
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }
}

/// Notes that an address wants replies from a workspace, whatever it said before.
pub fn confirm(workspace: &WorkspaceId, recipient: &str, now: Timestamp) -> TenantStatement {
    sql!(workspace => "INSERT INTO mail_recipients (workspace_id, recipient, confirmed_at)
         SELECT id, ?2, ?3 FROM workspaces WHERE id = ?1
         ON CONFLICT (workspace_id, recipient) DO UPDATE SET confirmed_at = ?3, unsubscribed_at = NULL",
        workspace.as_str(),
        recipient,
        now.0
    )
}

/// Notes that an address wants no mail from a workspace, if there is one.
pub fn unsubscribe(workspace: &WorkspaceId, recipient: &str, now: Timestamp) -> TenantStatement {
    sql!(workspace => "INSERT INTO mail_recipients (workspace_id, recipient, unsubscribed_at)
         SELECT id, ?2, ?3 FROM workspaces WHERE id = ?1
         ON CONFLICT (workspace_id, recipient) DO UPDATE SET unsubscribed_at = ?3, confirmed_at = NULL",
        workspace.as_str(),
        recipient,
        now.0
    )
}

/// Forgets that an address wanted no mail from a workspace.
pub fn resubscribe(workspace: &WorkspaceId, recipient: &str) -> TenantStatement {
    sql!(workspace =>
        "DELETE FROM mail_recipients WHERE workspace_id = ?1 AND recipient = ?2 AND unsubscribed_at IS NOT NULL",
        workspace.as_str(),
        recipient
    )
}

/// Forgets that an address confirmed. That it wants no mail is kept.
pub fn forget(workspace: &WorkspaceId, recipient: &str) -> TenantStatement {
    sql!(workspace => "DELETE FROM mail_recipients WHERE workspace_id = ?1 AND recipient = ?2 AND unsubscribed_at IS NULL",
        workspace.as_str(),
        recipient
    )
}
