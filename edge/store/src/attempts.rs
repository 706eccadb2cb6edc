//! Work that was begun and has not ended.
use crate::port::sql;
use crate::{DatabaseStatement, DirectoryStatement, SqlError, TenantStatement, TenantStore};
use edge_model::{Timestamp, WorkspaceId};
use serde::Deserialize;

/// Work that did not end in order, or is under way.
#[derive(Clone, Debug, Deserialize)]
pub struct Unended {
    pub lease_until: Timestamp,
    /// How often something crashed while it was alone, when it is begun again.
    pub traps: u32,
    pub set_aside_until: Timestamp,
}

impl TenantStore {
    /// Finds work that was begun and has not ended.
    pub async fn unended(&self, work: &str) -> Result<Option<Unended>, SqlError> {
        let statement = sql!(
            "SELECT lease_until, traps + is_alone AS traps, set_aside_until FROM attempts
             WHERE workspace_id = ?1 AND work = ?2",
            self.workspace.as_str(),
            work
        );
        self.row(statement).await
    }
}

/// Begins work that nothing is known against, for so long. Returns a row if it was begun.
pub fn begin(workspace: &WorkspaceId, work: &str, now: Timestamp, until: Timestamp) -> TenantStatement {
    sql!(workspace => "INSERT INTO attempts (workspace_id, work, lease_until, changed_at) VALUES (?1, ?2, ?4, ?3)
         ON CONFLICT (workspace_id, work) DO NOTHING RETURNING work",
        workspace.as_str(),
        work,
        now.0,
        until.0
    )
}

/// Begins work again that did not end in order, alone, and charges it with the crash if it was alone before. Returns a
/// row if it was begun: no other worker is doing it, and it is not set aside.
pub fn begin_alone(workspace: &WorkspaceId, work: &str, now: Timestamp, until: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE attempts SET traps = traps + is_alone, is_alone = 1, lease_until = ?4, changed_at = ?3
         WHERE workspace_id = ?1 AND work = ?2 AND lease_until <= ?3 AND set_aside_until <= ?3 RETURNING work",
        workspace.as_str(),
        work,
        now.0,
        until.0
    )
}

/// Notes that work ended, well or badly.
pub fn end(workspace: &WorkspaceId, work: &str) -> TenantStatement {
    sql!(workspace => "DELETE FROM attempts WHERE workspace_id = ?1 AND work = ?2",
        workspace.as_str(),
        work
    )
}

/// Notes that work has crashed what was to do it: as if this isolate had crashed.
pub fn crash(workspace: &WorkspaceId, work: &str, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE attempts SET lease_until = 0, changed_at = ?3 WHERE workspace_id = ?1 AND work = ?2",
        workspace.as_str(),
        work,
        now.0
    )
}

/// Notes that work was not come to: what is known against it stays, and nothing is added.
pub fn postpone(workspace: &WorkspaceId, work: &str, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE attempts SET lease_until = 0, is_alone = 0, changed_at = ?3 WHERE workspace_id = ?1 AND work = ?2",
        workspace.as_str(),
        work,
        now.0
    )
}

/// Sets work aside until a moment, unless it is; then it has one more try.
pub fn set_aside(workspace: &WorkspaceId, work: &str, traps: u32, now: Timestamp, until: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE attempts SET lease_until = 0, is_alone = 0, traps = ?3, changed_at = ?4,
            set_aside_until = iif(set_aside_until > ?4, set_aside_until, ?5)
         WHERE workspace_id = ?1 AND work = ?2",
        workspace.as_str(),
        work,
        traps,
        now.0,
        until.0
    )
}

/// Forgets whatever was begun for a workspace that is gone.
pub fn delete_all(workspace: &WorkspaceId) -> TenantStatement {
    sql!(workspace => "DELETE FROM attempts WHERE workspace_id = ?1", workspace.as_str())
}

/// The same, of a queue of the directory.
pub fn delete_all_in_directory(queue: &WorkspaceId) -> DirectoryStatement {
    delete_all(queue).in_directory()
}

/// Forgets some of what was begun and given up before a moment. Of all tenants: a sweep does it.
pub fn purge(before: Timestamp) -> DatabaseStatement {
    sql!(Database => "DELETE FROM attempts WHERE (workspace_id, work) IN
            (SELECT workspace_id, work FROM attempts WHERE changed_at < ?1 LIMIT 1000)",
        before.0
    )
}
