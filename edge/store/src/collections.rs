//! Collections.
use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore, json};
use edge_model::collection::Collection;
use edge_model::{CollectionId, WorkspaceId};

impl TenantStore {
    /// Lists a workspace's collections, oldest first; once their descriptions take 1 MB, the others' are cut.
    pub async fn collections(&self) -> Result<Vec<Collection>, SqlError> {
        let statement = sql!(
            "SELECT id, workspace_id, name, is_default, created_at, document_count,
                iif(before < 1000000, description, substr(description, 1, 300)) AS description
             FROM (SELECT *, (SELECT count(*) FROM documents WHERE collection_id = collections.id) AS document_count,
                    sum(length(CAST(description AS BLOB)))
                        OVER (ORDER BY created_at, id ROWS UNBOUNDED PRECEDING) AS before
                FROM collections WHERE workspace_id = ?1 ORDER BY created_at, id LIMIT 1000)
             ORDER BY created_at, id",
            self.workspace.as_str()
        );
        self.rows(statement).await
    }

    /// Finds the collection that agents made without any answer from.
    pub async fn default_collection(&self) -> Result<Option<CollectionId>, SqlError> {
        #[derive(serde::Deserialize)]
        struct Row {
            id: CollectionId,
        }
        let statement = sql!(
            "SELECT id FROM collections WHERE workspace_id = ?1 AND is_default = 1",
            self.workspace.as_str()
        );
        Ok(self.row::<Row>(statement).await?.map(|it| it.id))
    }

    /// Finds those of the named collections that the workspace has.
    pub async fn collections_by_id(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, SqlError> {
        let statement = sql!(
            "SELECT *, (SELECT count(*) FROM documents WHERE collection_id = collections.id) AS document_count
             FROM collections WHERE workspace_id = ?1 AND id IN (SELECT value FROM json_each(?2))
             ORDER BY created_at, id",
            self.workspace.as_str(),
            json(&ids)
        );
        self.rows(statement).await
    }
}

/// Adds a collection.
pub fn insert(collection: &Collection) -> TenantStatement {
    let Collection {
        id,
        workspace_id,
        name,
        description,
        is_default,
        document_count: _,
        created_at,
    } = collection;
    sql!(workspace_id => "INSERT INTO collections (id, workspace_id, name, description, is_default, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        id.as_str(),
        workspace_id.as_str(),
        name.as_str(),
        description.as_str(),
        *is_default,
        created_at.0
    )
}

/// Changes a collection's name or description; none keeps.
pub fn update(
    workspace: &WorkspaceId,
    id: &CollectionId,
    name: Option<&str>,
    description: Option<&str>,
) -> TenantStatement {
    sql!(workspace => "UPDATE collections SET name = coalesce(?3, name), description = coalesce(?4, description)
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        name,
        description
    )
}

/// Deletes a collection and, by reference, its documents' rows.
pub fn delete(workspace: &WorkspaceId, id: &CollectionId) -> TenantStatement {
    sql!(workspace => "DELETE FROM collections WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}
