//! API keys.
use crate::port::sql;
use crate::{SqlError, Statement, Store, json};
use edge_model::key::ApiKey;
use edge_model::{AccountId, KeyId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// A key with how much it has made.
#[derive(Clone, Debug, Deserialize)]
pub struct CountedKey {
    #[serde(flatten)]
    pub key: ApiKey,
    /// How many webhooks it has made.
    pub webhook_count: u64,
}

const KEY: &str = "SELECT api_keys.*, accounts.full_name AS actor_name,
        (SELECT count(*) FROM webhooks WHERE webhooks.workspace_id = ?1 AND webhooks.created_by_key_id = api_keys.id)
            AS webhook_count
     FROM api_keys LEFT JOIN accounts ON accounts.id = api_keys.created_by_account_id
     WHERE api_keys.workspace_id = ?1 AND (?2 IS NULL OR api_keys.id = ?2)
     ORDER BY api_keys.created_at DESC, api_keys.id DESC LIMIT 1000";

impl Store {
    /// Lists a workspace's keys, newest first, revoked ones included.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_keys(&self, workspace: &WorkspaceId) -> Result<Vec<CountedKey>, SqlError> {
        self.rows(sql!(KEY, workspace.as_str(), None::<&str>)).await
    }

    /// Finds a key of a workspace, revoked or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_key(&self, workspace: &WorkspaceId, id: &KeyId) -> Result<Option<CountedKey>, SqlError> {
        self.row(sql!(KEY, workspace.as_str(), id.as_str())).await
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
        last_used_at: _,
        last_used_network: _,
        created_by,
        revoked_at: _,
        created_at,
    } = key;
    sql!(
        "INSERT INTO api_keys
            (id, workspace_id, kind, name, hash, display, allowed_domains, allow_no_origin, created_at,
                created_by_account_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        id.as_str(),
        workspace_id.as_str(),
        kind.as_str(),
        name.as_str(),
        hash,
        display.as_str(),
        json(allowed_domains),
        *allow_no_origin,
        created_at.0,
        created_by.account_id.as_ref().map(AccountId::as_str)
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

/// Notes that a key was used, and the network of its caller where that is noted.
pub fn touch(workspace: &WorkspaceId, id: &KeyId, network: Option<&str>, now: Timestamp) -> Statement {
    sql!(
        "UPDATE api_keys SET last_used_at = ?3, last_used_network = ?4 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        now.0,
        network
    )
}
