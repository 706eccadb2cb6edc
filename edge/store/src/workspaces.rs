//! The tenant's own row of its workspace: its settings, and what its plan and its triggers are about.
//!
//! The directory has a row, too, by which it is found; in the first database the two are one. Name, plan and owner are
//! in both, everything else is here.

use crate::port::sql;
use crate::{Database, SqlError, TenantStatement, TenantStore, json};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;
use edge_model::workspace::{Embedder, Workspace, WorkspaceStats};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How much there is in a workspace of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Counts {
    pub agent_count: u64,
    pub document_count: u64,
}

impl TenantStore {
    /// Finds the workspace.
    pub async fn workspace(&self) -> Result<Option<Workspace>, SqlError> {
        let statement = sql!("SELECT * FROM workspaces WHERE id = ?1", self.workspace.as_str());
        self.row(statement).await
    }

    /// Counts what there is in the workspace.
    pub async fn workspace_stats(&self) -> Result<WorkspaceStats, SqlError> {
        let statement = sql!(
            "SELECT (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents,
                (SELECT count(*) FROM documents WHERE workspace_id = ?1) AS documents,
                (SELECT count(*) FROM conversations WHERE workspace_id = ?1) AS conversations,
                (SELECT count(*) FROM messages WHERE workspace_id = ?1) AS messages",
            self.workspace.as_str()
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }
}

impl Database {
    /// Counts, for a list, what there is in some workspaces of this database.
    pub async fn counts(&self, workspaces: &[&WorkspaceId]) -> Result<BTreeMap<WorkspaceId, Counts>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            id: WorkspaceId,
            #[serde(flatten)]
            counts: Counts,
        }
        let statement = sql!(
            "SELECT chosen.value AS id,
                (SELECT count(*) FROM agents WHERE agents.workspace_id = chosen.value) AS agent_count,
                (SELECT count(*) FROM documents WHERE documents.workspace_id = chosen.value) AS document_count
             FROM json_each(?1) AS chosen",
            json(&workspaces)
        );
        let rows = self.rows::<Row>(statement).await?;
        Ok(rows.into_iter().map(|it| (it.id, it.counts)).collect())
    }
}

/// Adds a workspace.
pub fn insert(workspace: &Workspace) -> TenantStatement {
    let Workspace {
        id,
        name,
        slug,
        logo_url,
        timezone,
        plan,
        settings,
        owner_id,
        retention_days,
        embedder,
        created_at,
        database,
    } = workspace;
    sql!(id =>
        "INSERT INTO workspaces (id, name, slug, logo_url, timezone, plan, settings, owner_id, retention_days,
            created_at, embedder, database)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        id.as_str(),
        name.as_str(),
        slug.as_str(),
        logo_url.as_deref(),
        timezone.as_str(),
        plan.as_str(),
        json(settings),
        owner_id.as_str(),
        *retention_days,
        created_at.0,
        embedder.as_str(),
        database.as_str()
    )
}

/// What is to change of a workspace; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub logo_url: Option<Option<String>>,
    pub timezone: Option<String>,
    /// A JSON merge patch (RFC 7396): a member that is null is removed.
    pub settings: Option<Map<String, Value>>,
    pub retention_days: Option<Option<u32>>,
    pub embedder: Option<Embedder>,
}

/// Changes what is named of a workspace, and nothing else: returns a row unless its settings would be longer than
/// `most_settings` bytes.
pub fn update(id: &WorkspaceId, changes: &Changes, most_settings: u32) -> TenantStatement {
    let it = changes;
    sql!(id => "UPDATE workspaces SET name = coalesce(?2, name), logo_url = iif(?3, ?4, logo_url),
            timezone = coalesce(?5, timezone), settings = iif(?6 IS NULL, settings, json_patch(settings, ?6)),
            retention_days = iif(?7, ?8, retention_days), embedder = coalesce(?9, embedder)
         WHERE id = ?1 AND (?6 IS NULL OR length(CAST(json_patch(settings, ?6) AS BLOB)) <= ?10) RETURNING id",
        id.as_str(),
        it.name.as_deref(),
        i64::from(it.logo_url.is_some()),
        it.logo_url.clone().flatten(),
        it.timezone.as_deref(),
        it.settings.as_ref().map_or(Value::Null, json),
        i64::from(it.retention_days.is_some()),
        it.retention_days.flatten(),
        it.embedder.map(Embedder::as_str),
        most_settings
    )
}

/// Takes over a workspace's plan.
pub fn set_plan(id: &WorkspaceId, plan: Plan) -> TenantStatement {
    sql!(id => "UPDATE workspaces SET plan = ?2 WHERE id = ?1 AND plan <> ?2", id.as_str(), plan.as_str())
}

/// Deletes a workspace and, by reference, every row of its own.
pub fn delete(id: &WorkspaceId) -> TenantStatement {
    sql!(id => "DELETE FROM workspaces WHERE id = ?1", id.as_str())
}
