//! Versions of agents: archived, brought back, restored to an earlier one.
use crate::agents::Edit;
use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore, json};
use edge_model::agent::{Agent, AgentStatus, AgentVersion, AgentVersionSummary};
use edge_model::{AgentId, WorkspaceId};

macro_rules! versions {
    ($columns:literal) => {
        concat!(
            "SELECT agent_versions.version, agent_versions.created_at,
                agent_versions.version = agents.version AND agents.status = 'PUBLISHED' AS is_published",
            $columns,
            " FROM agent_versions JOIN agents ON agents.id = agent_versions.agent_id
             WHERE agent_versions.workspace_id = ?1 AND agent_versions.agent_id = ?2"
        )
    };
}

impl TenantStore {
    /// Lists an agent's published versions without their settings, newest first.
    pub async fn agent_versions(&self, id: &AgentId) -> Result<Vec<AgentVersionSummary>, SqlError> {
        const LIST: &str = concat!(versions!(""), " ORDER BY agent_versions.version DESC LIMIT 1000");
        self.rows(sql!(LIST, self.workspace.as_str(), id.as_str())).await
    }

    /// Finds a published version of an agent.
    pub async fn agent_version(&self, id: &AgentId, version: u32) -> Result<Option<AgentVersion>, SqlError> {
        const ONE: &str = concat!(versions!(", agent_versions.config"), " AND agent_versions.version = ?3");
        self.row(sql!(ONE, self.workspace.as_str(), id.as_str(), version)).await
    }
}

/// Changes where an agent is in its life. What is not published any more differs from what is published.
pub fn set_status(workspace: &WorkspaceId, id: &AgentId, status: AgentStatus, edit: Edit<'_>) -> TenantStatement {
    sql!(workspace => "UPDATE agents SET status = ?3, is_changed = (is_changed OR ?3 <> 'PUBLISHED'), updated_at = ?4,
            updated_by_account_id = ?5, updated_by_key_id = ?6, revision = revision + 1
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        status.as_str(),
        edit.at.0,
        edit.account(),
        edit.key()
    )
}

/// Writes a draft that was taken from a version.
pub fn restore(agent: &Agent, edit: Edit<'_>) -> TenantStatement {
    sql!(&agent.workspace_id => "UPDATE agents SET name = ?3, draft = ?4, is_changed = ?5, updated_at = ?6, updated_by_account_id = ?7,
            updated_by_key_id = ?8, revision = revision + 1
         WHERE workspace_id = ?1 AND id = ?2",
        agent.workspace_id.as_str(),
        agent.id.as_str(),
        agent.name.as_str(),
        json(&agent.draft),
        agent.is_changed,
        edit.at.0,
        edit.account(),
        edit.key()
    )
}
