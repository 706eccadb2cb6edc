//! API keys.
use crate::port::sql;
use crate::{Database, Page, SqlError, Statement, TenantStatement, TenantStore, json};
use edge_model::key::ApiKey;
use edge_model::workspace::Workspace;
use edge_model::{AccountId, KeyId, Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;

/// How a call names its key.
#[derive(Clone, Debug)]
pub enum KeyRef {
    /// By the SHA-256 of the key itself.
    Hash(String),
    /// By its id, from a visitor token.
    Id(KeyId),
}

/// A key and the workspace that it belongs to.
#[derive(Clone, Debug)]
pub struct KeyOwner {
    pub key: ApiKey,
    pub workspace: Workspace,
}

/// A key with how much it has made.
#[derive(Clone, Debug, Deserialize)]
pub struct CountedKey {
    #[serde(flatten)]
    pub key: ApiKey,
    /// How many webhooks it has made.
    pub webhook_count: u64,
    /// Where it stands in the list.
    pub place: Timestamp,
}

/// Where a key stands in the list, newest first: one that is not revoked before all that are. 2^50 ms are as good as
/// never, and still a number that the database takes.
macro_rules! place {
    () => {
        "(api_keys.created_at + iif(api_keys.revoked_at IS NULL, 1125899906842624, 0))"
    };
}

macro_rules! keys {
    ($which:expr) => {
        concat!(
            "SELECT api_keys.*, accounts.full_name AS actor_name, ",
            place!(),
            " AS place, (SELECT count(*) FROM webhooks WHERE webhooks.workspace_id = ?1
                AND webhooks.created_by_key_id = api_keys.id) AS webhook_count
             FROM api_keys LEFT JOIN accounts ON accounts.id = api_keys.created_by_account_id
             WHERE api_keys.workspace_id = ?1 AND ",
            $which
        )
    };
}

const OWNER: &str = "SELECT api_keys.*, json_object('id', workspaces.id, 'name', workspaces.name,
        'slug', workspaces.slug, 'logo_url', workspaces.logo_url, 'timezone', workspaces.timezone,
        'plan', workspaces.plan, 'settings', workspaces.settings, 'owner_id', workspaces.owner_id,
        'retention_days', workspaces.retention_days, 'embedder', workspaces.embedder, 'created_at', workspaces.created_at,
        'database', workspaces.database) AS workspace
     FROM api_keys JOIN workspaces ON workspaces.id = api_keys.workspace_id
     WHERE api_keys.hash = ?1 OR api_keys.id = ?2";

#[derive(Deserialize)]
struct OwnerRow {
    #[serde(flatten)]
    key: ApiKey,
    #[serde(deserialize_with = "edge_model::column::json")]
    workspace: Workspace,
}

impl KeyRef {
    pub(crate) fn params(&self) -> [Value; 2] {
        match self {
            Self::Hash(hash) => [hash.as_str().into(), Value::Null],
            Self::Id(id) => [Value::Null, id.as_str().into()],
        }
    }
}

impl TenantStore {
    /// Lists a workspace's keys, newest first and those that are revoked last, and counts them all.
    pub async fn api_keys(&self, page: &Page) -> Result<(Vec<CountedKey>, u64), SqlError> {
        const LIST: &str = keys!(concat!(
            "(",
            place!(),
            ", api_keys.id) < (?2, ?3) ORDER BY place DESC, api_keys.id DESC LIMIT ?4"
        ));
        let [at, id, limit] = page.params();
        let list = sql!(LIST, self.workspace.as_str(), at, id, limit);
        let total = sql!(
            "SELECT count(*) AS n FROM api_keys WHERE workspace_id = ?1",
            self.workspace.as_str()
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds a key of a workspace, revoked or not.
    pub async fn api_key(&self, id: &KeyId) -> Result<Option<CountedKey>, SqlError> {
        const ONE: &str = keys!("api_keys.id = ?2");
        self.row(sql!(ONE, self.workspace.as_str(), id.as_str())).await
    }
}

impl Database {
    /// Finds a key and whose it is.
    pub async fn key_owner(&self, key: &KeyRef) -> Result<Option<KeyOwner>, SqlError> {
        owner_of(&mut self.read(vec![owner(key)]).await?)
    }
}

pub(crate) fn owner(key: &KeyRef) -> Statement {
    let [hash, id] = key.params();
    sql!(OWNER, hash, id)
}

pub(crate) fn owner_of(answers: &mut crate::Answers) -> Result<Option<KeyOwner>, SqlError> {
    Ok(answers.row::<OwnerRow>()?.map(|it| KeyOwner {
        key: it.key,
        workspace: it.workspace,
    }))
}

/// Adds a key by the SHA-256 of its text.
pub fn insert(key: &ApiKey, hash: &str) -> TenantStatement {
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
    sql!(workspace_id => "INSERT INTO api_keys
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
pub fn revoke(workspace: &WorkspaceId, id: &KeyId, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE api_keys SET revoked_at = ?3 WHERE workspace_id = ?1 AND id = ?2 AND revoked_at IS NULL RETURNING id",
        workspace.as_str(),
        id.as_str(),
        now.0
    )
}

/// Notes that a key was used, and the network of its caller where that is noted.
pub fn record_use(workspace: &WorkspaceId, id: &KeyId, network: Option<&str>, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE api_keys SET last_used_at = ?3, last_used_network = ?4 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        now.0,
        network
    )
}
