//! What workspaces use of what their plans allow. Triggers count and refuse; see the migration that makes them.
use crate::port::sql;
use crate::{SqlError, TenantStore};
use edge_model::quota::ResourceUsage;

impl TenantStore {
    /// Returns what a workspace uses of each resource, and what its plan allows.
    pub async fn usage(&self) -> Result<Vec<ResourceUsage>, SqlError> {
        let statement = sql!(
            "SELECT usage.resource, usage.used, plan_quotas.amount FROM usage
             JOIN workspaces ON workspaces.id = usage.workspace_id
             JOIN plan_quotas ON plan_quotas.plan = workspaces.plan AND plan_quotas.resource = usage.resource
             WHERE usage.workspace_id = ?1 ORDER BY usage.resource",
            self.workspace.as_str()
        );
        self.rows(statement).await
    }
}
