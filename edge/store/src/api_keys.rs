//! API keys.
use crate::port::sql;
use crate::{SqlError, Statement, Store, json};
use edge_model::key::ApiKey;
use edge_model::{KeyId, Timestamp, WorkspaceId};

impl Store {
    /// Lists a workspace's keys, newest first, revoked ones included.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_keys(&self, workspace: &WorkspaceId) -> Result<Vec<ApiKey>, SqlError> {
        let statement = sql!(
            "SELECT * FROM api_keys WHERE workspace_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1000",
            workspace.as_str()
        );
        self.rows(statement).await
    }
}

/// Adds a key by the SHA-256 of its text.
pub fn insert(key: &ApiKey, hash: &str) -> Statement {
    let ApiKey {
        id,
        workspace_id,
        kind,
        name,
        display,
        allowed_domains,
        allow_no_origin,
        created_at,
        ..
    } = key;
    sql!(
        "INSERT INTO api_keys
            (id, workspace_id, kind, name, hash, display, allowed_domains, allow_no_origin, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        id.as_str(),
        workspace_id.as_str(),
        kind.as_str(),
        name.as_str(),
        hash,
        display.as_str(),
        json(allowed_domains),
        *allow_no_origin,
        created_at.0
    )
}

/// Revokes a key: returns a row when there is such a key that was not revoked before.
pub fn revoke(workspace: &WorkspaceId, id: &KeyId, now: Timestamp) -> Statement {
    sql!(
        "UPDATE api_keys SET revoked_at = ?3 WHERE workspace_id = ?1 AND id = ?2 AND revoked_at IS NULL RETURNING id",
        workspace.as_str(),
        id.as_str(),
        now.0
    )
}

/// Notes that a key was used.
pub fn touch(workspace: &WorkspaceId, id: &KeyId, now: Timestamp) -> Statement {
    sql!(
        "UPDATE api_keys SET last_used_at = ?3 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        now.0
    )
}
