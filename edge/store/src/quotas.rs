//! What workspaces use of what their plans allow. Triggers count and refuse; see the migration that makes them.
use crate::port::sql;
use crate::{SqlError, Store};
use edge_model::WorkspaceId;
use edge_model::quota::{Resource, ResourceUsage};

impl Store {
    /// Returns what a workspace uses of each resource, and what its plan allows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usage(&self, workspace: &WorkspaceId) -> Result<Vec<ResourceUsage>, SqlError> {
        let statement = sql!(
            "SELECT usage.resource, usage.used, plan_quotas.amount FROM usage
             JOIN workspaces ON workspaces.id = usage.workspace_id
             JOIN plan_quotas ON plan_quotas.plan = workspaces.plan AND plan_quotas.resource = usage.resource
             WHERE usage.workspace_id = ?1 ORDER BY usage.resource",
            workspace.as_str()
        );
        self.rows(statement).await
    }
}

/// Returns the resource of which a refused batch would have used more than the plan allows.
pub fn exceeded(constraint: &str) -> Option<Resource> {
    let (_, rest) = constraint.split_once("quota ")?;
    Resource::ALL.into_iter().find(|it| rest.starts_with(it.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_by_a_quota_names_its_resource() {
        let of_d1 = "D1_ERROR: constraint failed: quota sources: SQLITE_CONSTRAINT";
        assert_eq!(exceeded(of_d1), Some(Resource::Sources));
        assert_eq!(
            exceeded("constraint failed: quota stored_bytes"),
            Some(Resource::StoredBytes)
        );
        for resource in Resource::ALL {
            let text = format!("constraint failed: quota {}", resource.as_str());
            assert_eq!(exceeded(&text), Some(resource));
        }
        assert_eq!(exceeded("UNIQUE constraint failed: documents.content_hash"), None);
    }
}
