//! Versions of documents: bytes, title and collection as they were.
use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore};
use edge_model::document::{Document, DocumentVersion};
use edge_model::{DocumentId, Timestamp, WorkspaceId};
use serde::Deserialize;

const VERSION: &str = "SELECT version, content_hash, title, collection_id, file_name, media_type, size, created_at
     FROM document_versions WHERE workspace_id = ?1 AND document_id = ?2 AND (?3 IS NULL OR version = ?3)
     ORDER BY version DESC LIMIT 1000";

/// A version that is to go.
#[derive(Clone, Debug, Deserialize)]
pub struct OldVersion {
    pub version: u32,
    pub content_hash: String,
}

impl TenantStore {
    /// Lists a document's versions, newest first.
    pub async fn document_versions(&self, id: &DocumentId) -> Result<Vec<DocumentVersion>, SqlError> {
        self.rows(sql!(VERSION, self.workspace.as_str(), id.as_str(), None::<u32>))
            .await
    }

    /// Finds a version of a document.
    pub async fn document_version(&self, id: &DocumentId, version: u32) -> Result<Option<DocumentVersion>, SqlError> {
        self.row(sql!(VERSION, self.workspace.as_str(), id.as_str(), version))
            .await
    }

    /// Lists a document's oldest versions up to one of them, that one included: at most 1,000 of them.
    pub async fn oldest_versions(&self, id: &DocumentId, version: u32) -> Result<Vec<OldVersion>, SqlError> {
        let statement = sql!(
            "SELECT version, content_hash FROM document_versions
             WHERE workspace_id = ?1 AND document_id = ?2 AND version <= ?3 ORDER BY version LIMIT 1000",
            self.workspace.as_str(),
            id.as_str(),
            version
        );
        self.rows(statement).await
    }
}

/// Deletes a document's versions up to one of them, that one included.
pub fn delete_up_to(workspace: &WorkspaceId, id: &DocumentId, version: u32) -> TenantStatement {
    sql!(workspace => "DELETE FROM document_versions WHERE workspace_id = ?1 AND document_id = ?2 AND version <= ?3",
        workspace.as_str(),
        id.as_str(),
        version
    )
}

/// Adds the version that a document is at.
pub fn insert(document: &Document, now: Timestamp) -> TenantStatement {
    let it = document;
    sql!(&it.workspace_id => "INSERT INTO document_versions
            (document_id, workspace_id, version, content_hash, title, collection_id, file_name, media_type, size,
            created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        it.id.as_str(),
        it.workspace_id.as_str(),
        it.version,
        it.content_hash.as_str(),
        it.title.as_str(),
        it.collection_id.as_str(),
        it.file_name.as_deref(),
        it.media_type.as_str(),
        it.size,
        now.0
    )
}

/// Puts a changed document, waiting to be processed, in place of the version before. When another change was quicker,
/// the version that is added with it exists already, so that the batch fails.
pub fn update(document: &Document, now: Timestamp) -> TenantStatement {
    let it = document;
    sql!(&it.workspace_id => "UPDATE documents SET title = ?3, collection_id = ?4, file_name = ?5, media_type = ?6, content_hash = ?7,
            size = ?8, version = ?9, status = 'QUEUED', stage = 'queued', error = NULL, updated_at = ?10
         WHERE workspace_id = ?1 AND id = ?2",
        it.workspace_id.as_str(),
        it.id.as_str(),
        it.title.as_str(),
        it.collection_id.as_str(),
        it.file_name.as_deref(),
        it.media_type.as_str(),
        it.content_hash.as_str(),
        it.size,
        it.version,
        now.0
    )
}
