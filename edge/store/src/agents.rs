//! Agents and their published versions.
use crate::port::sql;
use crate::{Page, SqlError, Statement, TenantStatement, TenantStore, json};
use edge_model::actor::Actor;
use edge_model::agent::{Agent, AgentStats, AgentStatus, AgentSummary};
use edge_model::{AccountId, AgentId, CollectionId, KeyId, Timestamp, WorkspaceId};
use serde_json::{Map, Value};

impl TenantStore {
    /// Finds an agent.
    pub async fn agent(&self, id: &AgentId) -> Result<Option<Agent>, SqlError> {
        self.row(find(&self.workspace, id)).await
    }

    /// Lists agents, newest first, and counts all that the filters let through.
    pub async fn agents(
        &self,
        status: Option<AgentStatus>,
        agent_type: Option<&str>,
        page: &Page,
    ) -> Result<(Vec<AgentSummary>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let status = status.map(AgentStatus::as_str);
        let list = sql!(
            "SELECT id, name, status, agent_type, created_at,
                (SELECT count(*) FROM conversations WHERE workspace_id = ?1 AND agent_id = agents.id)
                    AS conversation_count
             FROM agents WHERE workspace_id = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR agent_type = ?3)
                AND (created_at, id) < (?4, ?5)
             ORDER BY created_at DESC, id DESC LIMIT ?6",
            self.workspace.as_str(),
            status,
            agent_type,
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM agents
             WHERE workspace_id = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR agent_type = ?3)",
            self.workspace.as_str(),
            status,
            agent_type
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Counts what came of an agent.
    pub async fn agent_stats(&self, id: &AgentId) -> Result<AgentStats, SqlError> {
        let statement = sql!(
            "SELECT (SELECT count(*) FROM conversations WHERE workspace_id = ?1 AND agent_id = ?2) AS conversations,
                (SELECT count(*) FROM messages WHERE workspace_id = ?1 AND agent_id = ?2) AS messages,
                (SELECT avg(rating) FROM feedback WHERE workspace_id = ?1 AND agent_id = ?2) AS satisfaction",
            self.workspace.as_str(),
            id.as_str()
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }

    /// Names the agents whose draft answers from a collection.
    pub async fn agents_of_collection(&self, id: &CollectionId) -> Result<Vec<String>, SqlError> {
        #[derive(serde::Deserialize)]
        struct Row {
            name: String,
        }
        let statement = sql!(
            "SELECT name FROM agents WHERE workspace_id = ?1 AND status <> 'ARCHIVED'
                AND EXISTS (SELECT 1 FROM json_each(draft, '$.collection_ids') WHERE value = ?2)
             ORDER BY name LIMIT 20",
            self.workspace.as_str(),
            id.as_str()
        );
        Ok(self
            .rows::<Row>(statement)
            .await?
            .into_iter()
            .map(|it| it.name)
            .collect())
    }
}

fn find(workspace: &WorkspaceId, id: &AgentId) -> Statement {
    sql!(
        "SELECT agents.*, coalesce(api_keys.name, accounts.full_name) AS actor_name FROM agents
         LEFT JOIN api_keys ON api_keys.id = agents.updated_by_key_id
         LEFT JOIN accounts ON accounts.id = agents.updated_by_account_id
         WHERE agents.workspace_id = ?1 AND agents.id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}

/// Who changes an agent, when, and which of its revisions they have seen.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    pub by: &'a Actor,
    pub at: Timestamp,
    /// The change is refused as [`crate::Constraint::AgentRevision`], and with it the whole batch, when the agent
    /// is at none of these; none takes any.
    pub expected: Option<&'a [u64]>,
}

impl Edit<'_> {
    pub(crate) fn account(&self) -> Option<&str> {
        self.by.account_id.as_ref().map(AccountId::as_str)
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.by.key_id.as_ref().map(KeyId::as_str)
    }

    fn expected(&self) -> Value {
        self.expected.map_or(Value::Null, |it| json(&it))
    }
}

/// What is to change of an agent; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub agent_type: Option<String>,
    /// Members of the draft, as a JSON merge patch (RFC 7396).
    pub draft: Map<String, Value>,
    /// Replaced as a whole.
    pub conversation_rules: Option<Map<String, Value>>,
    /// May become null, which a merge patch would take for a removal.
    pub avatar_url: Option<Option<String>>,
}

/// Adds an agent.
pub fn insert(agent: &Agent) -> TenantStatement {
    let Agent {
        id,
        workspace_id,
        name,
        agent_type,
        status,
        draft,
        version,
        published_at,
        is_changed,
        revision: _,
        updated_by: _,
        created_at,
        updated_at,
    } = agent;
    sql!(workspace_id => "INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, version, published_at, is_changed,
            created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        id.as_str(),
        workspace_id.as_str(),
        name.as_str(),
        agent_type.as_str(),
        status.as_str(),
        json(draft),
        *version,
        published_at.map(|it| it.0),
        *is_changed,
        created_at.0,
        updated_at.0
    )
}

/// Changes what is named of an agent and its draft, and nothing else.
pub fn update(workspace: &WorkspaceId, id: &AgentId, changes: &Changes, edit: Edit<'_>) -> TenantStatement {
    sql!(workspace => "UPDATE agents SET name = coalesce(?3, name), agent_type = coalesce(?4, agent_type), draft = new.draft,
            is_changed = (is_changed OR agents.draft <> new.draft), updated_at = ?9, updated_by_account_id = ?10,
            updated_by_key_id = ?11,
            revision = iif(?12 IS NULL OR revision IN (SELECT value FROM json_each(?12)), revision + 1, NULL)
         FROM (SELECT json_set(json_patch(draft, ?5),
                '$.conversation_rules', json(coalesce(?6, draft -> '$.conversation_rules')),
                '$.widget.avatar_url', iif(?7, ?8, draft ->> '$.widget.avatar_url')) AS draft
            FROM agents WHERE workspace_id = ?1 AND id = ?2) AS new
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        changes.name.as_deref(),
        changes.agent_type.as_deref(),
        json(&changes.draft),
        changes.conversation_rules.as_ref().map_or(Value::Null, json),
        i64::from(changes.avatar_url.is_some()),
        changes.avatar_url.clone().flatten(),
        edit.at.0,
        edit.account(),
        edit.key(),
        edit.expected()
    )
}

/// How many published versions of an agent are kept, the current one included.
const KEPT_VERSIONS: u32 = 50;

/// Deletes the oldest versions of an agent, once another was published.
fn trim_versions(workspace: &WorkspaceId, id: &AgentId) -> TenantStatement {
    sql!(workspace => "DELETE FROM agent_versions WHERE workspace_id = ?1 AND agent_id = ?2
            AND version <= (SELECT version FROM agents WHERE workspace_id = ?1 AND id = ?2) - ?3",
        workspace.as_str(),
        id.as_str(),
        KEPT_VERSIONS
    )
}

/// Publishes the draft as the next version, in three statements of one batch. The second returns the version and the
/// revision, unless the agent is archived.
///
/// The version is counted by the database, so that two publishers at once make two versions.
pub fn publish(workspace: &WorkspaceId, id: &AgentId, edit: Edit<'_>) -> [TenantStatement; 3] {
    let version = sql!(workspace => "INSERT INTO agent_versions (agent_id, workspace_id, version, config, created_at)
         SELECT id, workspace_id, version + 1, draft, ?3 FROM agents
         WHERE workspace_id = ?1 AND id = ?2 AND status <> 'ARCHIVED'",
        workspace.as_str(),
        id.as_str(),
        edit.at.0
    );
    let agent = sql!(workspace => "UPDATE agents SET status = 'PUBLISHED', version = version + 1, published_at = ?3, is_changed = 0,
            updated_at = ?3, updated_by_account_id = ?4, updated_by_key_id = ?5,
            revision = iif(?6 IS NULL OR revision IN (SELECT value FROM json_each(?6)), revision + 1, NULL)
         WHERE workspace_id = ?1 AND id = ?2 AND status <> 'ARCHIVED' RETURNING version, revision",
        workspace.as_str(),
        id.as_str(),
        edit.at.0,
        edit.account(),
        edit.key(),
        edit.expected()
    );
    let agent = agent.seen_by(sql!(
        "SELECT version, revision FROM agents WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    ));
    [version, agent, trim_versions(workspace, id)]
}

/// Publishes a change of what is published, and not what else of the draft was changed, in three statements of one
/// batch.
pub fn republish(
    workspace: &WorkspaceId,
    id: &AgentId,
    change: &Map<String, Value>,
    edit: Edit<'_>,
) -> [TenantStatement; 3] {
    let version = sql!(workspace => "INSERT INTO agent_versions (agent_id, workspace_id, version, config, created_at)
         SELECT agents.id, agents.workspace_id, agents.version + 1, json_patch(published.config, ?3), ?4
         FROM agents JOIN agent_versions AS published
            ON published.agent_id = agents.id AND published.version = agents.version
         WHERE agents.workspace_id = ?1 AND agents.id = ?2",
        workspace.as_str(),
        id.as_str(),
        json(change),
        edit.at.0
    );
    let agent = sql!(workspace => "UPDATE agents SET status = 'PUBLISHED', version = version + 1, published_at = ?3,
            is_changed = (draft <> (SELECT config FROM agent_versions AS new
                WHERE new.workspace_id = ?1 AND new.agent_id = ?2 AND new.version = agents.version + 1)),
            updated_at = ?3, updated_by_account_id = ?4, updated_by_key_id = ?5, revision = revision + 1
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        edit.at.0,
        edit.account(),
        edit.key()
    );
    [version, agent, trim_versions(workspace, id)]
}
