//! What a search without an answer begins with.
use crate::port::sql;
use crate::{SqlError, TenantStore, index_snapshots};
use edge_model::AgentId;
use edge_model::agent::AgentConfig;
use edge_model::snapshot::Snapshot;
use serde::Deserialize;

impl TenantStore {
    /// Finds an agent's settings, as they were last published or as its draft says before that, and the current snapshot.
    pub async fn search_context(&self, agent: &AgentId) -> Result<(Option<AgentConfig>, Option<Snapshot>), SqlError> {
        #[derive(Deserialize)]
        struct Row {
            #[serde(deserialize_with = "edge_model::column::json")]
            config: AgentConfig,
        }
        let config = sql!(
            "SELECT coalesce(agent_versions.config, agents.draft) AS config FROM agents
             LEFT JOIN agent_versions
                ON agent_versions.agent_id = agents.id AND agent_versions.version = agents.version
             WHERE agents.workspace_id = ?1 AND agents.id = ?2",
            self.workspace.as_str(),
            agent.as_str()
        );
        let mut answers = self
            .read(vec![config, index_snapshots::current(&self.workspace)])
            .await?;
        Ok((answers.row::<Row>()?.map(|it| it.config), answers.row()?))
    }
}
