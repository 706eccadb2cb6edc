//! Deputies: which agent answers in a workspace owner's place.
use crate::conversations::Published;
use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore, index_snapshots};
use edge_model::WorkspaceId;
use edge_model::deputy::{Deputy, DeputyStats};
use edge_model::snapshot::Snapshot;
use serde::Deserialize;

/// A deputy, ready to answer.
#[derive(Clone, Debug)]
pub struct Ready {
    pub deputy: Deputy,
    pub agent: Published,
    /// None before the first document.
    pub snapshot: Option<Snapshot>,
    /// Whom escalated answers name.
    pub owner_name: String,
}

impl TenantStore {
    /// Finds a workspace's deputy and all that it answers from, in one round trip.
    pub async fn deputy(&self) -> Result<Option<Ready>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            shown_name: String,
            version: u32,
            #[serde(deserialize_with = "edge_model::column::json")]
            config: edge_model::agent::AgentConfig,
            #[serde(flatten)]
            deputy: Deputy,
        }
        let deputy = sql!(
            "SELECT deputies.*, agent_versions.version, agent_versions.config,
                CASE deputies.owner_name WHEN '' THEN accounts.full_name ELSE deputies.owner_name END AS shown_name
             FROM deputies
             JOIN agents ON agents.id = deputies.agent_id
             JOIN agent_versions ON agent_versions.agent_id = agents.id AND agent_versions.version = agents.version
             JOIN workspaces ON workspaces.id = deputies.workspace_id
             JOIN accounts ON accounts.id = workspaces.owner_id
             WHERE deputies.workspace_id = ?1",
            self.workspace.as_str()
        );
        let mut answers = self
            .read(vec![deputy, index_snapshots::current(&self.workspace)])
            .await?;
        let row: Option<Row> = answers.row()?;
        let snapshot = answers.row()?;
        Ok(row.map(|row| Ready {
            deputy: row.deputy,
            agent: Published {
                version: row.version,
                config: row.config,
            },
            snapshot,
            owner_name: row.shown_name,
        }))
    }

    /// Counts what came of a workspace's deputy.
    pub async fn deputy_stats(&self, deputy: &Deputy) -> Result<DeputyStats, SqlError> {
        let statement = sql!(
            "SELECT count(*) AS answered, avg(confidence) AS confidence,
                (SELECT count(*) FROM escalations
                    WHERE workspace_id = ?1 AND agent_id = ?2 AND reason <> 'visitor') AS escalated,
                (SELECT count(*) FROM documents JOIN collections ON collections.id = documents.collection_id
                    WHERE documents.workspace_id = ?1 AND collections.is_default = 1) AS documents
             FROM messages
             WHERE workspace_id = ?1 AND agent_id = ?2 AND author = 'agent' AND status = 'complete'",
            self.workspace.as_str(),
            deputy.agent_id.as_str()
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }
}

/// Makes an agent a workspace's deputy; refused by its key where there is one.
pub fn insert(deputy: &Deputy) -> TenantStatement {
    let Deputy {
        workspace_id,
        agent_id,
        owner_name,
        approval_limit,
        minutes_saved,
    } = deputy;
    sql!(workspace_id => "INSERT INTO deputies (workspace_id, agent_id, owner_name, approval_limit, minutes_saved)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        workspace_id.as_str(),
        agent_id.as_str(),
        owner_name.as_str(),
        *approval_limit,
        *minutes_saved
    )
}

/// What is to change of how a deputy answers; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub owner_name: Option<String>,
    /// None in it looks at no amounts.
    pub approval_limit: Option<Option<f64>>,
    pub minutes_saved: Option<u32>,
}

/// Changes how a deputy answers.
pub fn update(workspace: &WorkspaceId, changes: &Changes) -> TenantStatement {
    sql!(workspace => "UPDATE deputies SET owner_name = coalesce(?2, owner_name), approval_limit = iif(?3, ?4, approval_limit),
            minutes_saved = coalesce(?5, minutes_saved)
         WHERE workspace_id = ?1",
        workspace.as_str(),
        changes.owner_name.as_deref(),
        i64::from(changes.approval_limit.is_some()),
        changes.approval_limit.flatten(),
        changes.minutes_saved
    )
}
