//! Index snapshots: one row per workspace, replaced as a whole.
use crate::port::sql;
use crate::{SqlError, Statement, TenantStatement, TenantStore, json};
use edge_model::WorkspaceId;
use edge_model::snapshot::Snapshot;

impl TenantStore {
    /// Finds the current snapshot.
    pub async fn snapshot(&self) -> Result<Option<Snapshot>, SqlError> {
        self.row(current(&self.workspace)).await
    }
}

pub(crate) fn current(workspace: &WorkspaceId) -> Statement {
    sql!(
        "SELECT * FROM index_snapshots WHERE workspace_id = ?1",
        workspace.as_str()
    )
}

/// Puts a snapshot in place of the one it was made from.
///
/// When another writer was quicker the row to be inserted violates `version`'s NOT NULL constraint, so that the whole
/// batch fails: a condition that merely matched no row would let the rest of the batch through.
pub fn replace(snapshot: &Snapshot) -> TenantStatement {
    let Snapshot {
        workspace_id,
        version,
        manifest,
    } = snapshot;
    sql!(workspace_id => "INSERT OR REPLACE INTO index_snapshots (workspace_id, version, manifest)
         VALUES (?1, CASE WHEN coalesce((SELECT version FROM index_snapshots WHERE workspace_id = ?1), 0) = ?2 - 1
            THEN ?2 END, ?3)",
        workspace_id.as_str(),
        *version,
        json(manifest)
    )
}
