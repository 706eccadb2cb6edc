//! Hashes of API keys: to which workspace each belongs. The keys themselves are with the tenants, and whether one is
//! good is said there alone; a hash of a key that is gone finds nothing.

use crate::api_keys::KeyRef;
use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError, json};
use edge_model::{DatabaseName, KeyId, WorkspaceId};
use serde::Deserialize;

impl Directory {
    /// Finds the database of the workspace that a key belongs to.
    pub async fn database_of_key(&self, key: &KeyRef) -> Result<Option<DatabaseName>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            database: DatabaseName,
        }
        let [hash, id] = key.params();
        let statement = sql!(
            "SELECT workspaces.database FROM key_hashes JOIN workspaces ON workspaces.id = key_hashes.workspace_id
             WHERE key_hashes.hash = ?1 OR key_hashes.key_id = ?2",
            hash,
            id
        );
        Ok(self.row::<Row>(statement).await?.map(|it| it.database))
    }
}

/// Notes whose a key will be. Written before the key, so that none is without.
pub fn insert(workspace: &WorkspaceId, key: &KeyId, hash: &str) -> DirectoryStatement {
    sql!(Directory =>
        "INSERT INTO key_hashes (hash, key_id, workspace_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        hash,
        key.as_str(),
        workspace.as_str()
    )
}

/// Forgets keys that were revoked. One that is not forgotten finds a key that opens nothing.
pub fn delete(workspace: &WorkspaceId, keys: &[&KeyId]) -> DirectoryStatement {
    sql!(Directory =>
        "DELETE FROM key_hashes WHERE workspace_id = ?1 AND key_id IN (SELECT value FROM json_each(?2))",
        workspace.as_str(),
        json(&keys)
    )
}
