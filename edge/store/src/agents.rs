//! Agents and their published versions.
use crate::port::sql;
use crate::{Page, SqlError, Statement, Store, json};
use edge_model::agent::{Agent, AgentConfig, AgentStats, AgentStatus, AgentSummary};
use edge_model::{AgentId, CollectionId, Timestamp, WorkspaceId};

impl Store {
    /// Finds an agent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agent(&self, workspace: &WorkspaceId, id: &AgentId) -> Result<Option<Agent>, SqlError> {
        self.row(find(workspace, id)).await
    }

    /// Lists agents, newest first, and counts all that the filters let through.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agents(
        &self,
        workspace: &WorkspaceId,
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
            workspace.as_str(),
            status,
            agent_type,
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM agents
             WHERE workspace_id = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR agent_type = ?3)",
            workspace.as_str(),
            status,
            agent_type
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Counts what came of an agent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agent_stats(&self, workspace: &WorkspaceId, id: &AgentId) -> Result<AgentStats, SqlError> {
        let statement = sql!(
            "SELECT (SELECT count(*) FROM conversations WHERE workspace_id = ?1 AND agent_id = ?2) AS conversations,
                (SELECT count(*) FROM messages WHERE workspace_id = ?1 AND agent_id = ?2) AS messages,
                (SELECT avg(rating) FROM feedback WHERE workspace_id = ?1 AND agent_id = ?2) AS satisfaction",
            workspace.as_str(),
            id.as_str()
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }

    /// Names the agents whose draft answers from a collection.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agents_of_collection(
        &self,
        workspace: &WorkspaceId,
        id: &CollectionId,
    ) -> Result<Vec<String>, SqlError> {
        #[derive(serde::Deserialize)]
        struct Row {
            name: String,
        }
        let statement = sql!(
            "SELECT name FROM agents WHERE workspace_id = ?1 AND status <> 'ARCHIVED'
                AND EXISTS (SELECT 1 FROM json_each(draft, '$.collection_ids') WHERE value = ?2)
             ORDER BY name LIMIT 20",
            workspace.as_str(),
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
        "SELECT * FROM agents WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}

/// Adds an agent.
pub fn insert(agent: &Agent) -> Statement {
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
        created_at,
        updated_at,
    } = agent;
    sql!(
        "INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, version, published_at, is_changed,
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

/// Writes an agent's draft.
pub fn update_draft(agent: &Agent) -> Statement {
    sql!(
        "UPDATE agents SET name = ?3, agent_type = ?4, draft = ?5, is_changed = (is_changed OR draft <> ?5),
            updated_at = ?6
         WHERE workspace_id = ?1 AND id = ?2",
        agent.workspace_id.as_str(),
        agent.id.as_str(),
        agent.name.as_str(),
        agent.agent_type.as_str(),
        json(&agent.draft),
        agent.updated_at.0
    )
}

/// Publishes a draft as the next version, in two statements of one batch.
///
/// The version is counted by the database, so that two publishers at once make two versions.
pub fn publish(workspace: &WorkspaceId, id: &AgentId, config: &AgentConfig, now: Timestamp) -> [Statement; 2] {
    let version = sql!(
        "INSERT INTO agent_versions (agent_id, workspace_id, version, config, created_at)
         SELECT id, workspace_id, version + 1, ?3, ?4 FROM agents WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        json(config),
        now.0
    );
    let agent = sql!(
        "UPDATE agents SET status = 'PUBLISHED', version = version + 1, published_at = ?3, is_changed = (draft <> ?4)
         WHERE workspace_id = ?1 AND id = ?2 RETURNING version",
        workspace.as_str(),
        id.as_str(),
        now.0,
        json(config)
    );
    let agent = agent.seen_by(sql!(
        "SELECT version FROM agents WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    ));
    [version, agent]
}
