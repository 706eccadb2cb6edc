//! Documents.
use crate::port::sql;
use crate::{Page, SqlError, TenantStatement, TenantStore, json};
use edge_model::conversation::Citation;
use edge_model::document::{Document, DocumentKind, DocumentStatus};
use edge_model::{CollectionId, DocumentId, SourceId, Timestamp, WorkspaceId};
use serde_json::Value;

/// Which documents a list is of; none means all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub collection: Option<CollectionId>,
    pub statuses: Vec<DocumentStatus>,
    pub kind: Option<DocumentKind>,
    /// Part of the title, in any case.
    pub search: Option<String>,
}

impl TenantStore {
    /// Finds a document.
    pub async fn document(&self, id: &DocumentId) -> Result<Option<Document>, SqlError> {
        let statement = sql!(
            "SELECT * FROM documents WHERE workspace_id = ?1 AND id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        self.row(statement).await
    }

    /// Finds the document of a collection that holds the same bytes.
    pub async fn document_by_content(
        &self,
        collection: &CollectionId,
        content_hash: &str,
    ) -> Result<Option<Document>, SqlError> {
        let statement = sql!(
            "SELECT * FROM documents WHERE workspace_id = ?1 AND collection_id = ?2 AND content_hash = ?3",
            self.workspace.as_str(),
            collection.as_str(),
            content_hash
        );
        self.row(statement).await
    }

    /// Lists documents, newest first, without addresses, names of files and passages, and counts all that the filter
    /// lets through.
    pub async fn documents(&self, filter: &Filter, page: &Page) -> Result<(Vec<Document>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let statuses: Vec<&str> = filter.statuses.iter().map(|it| it.as_str()).collect();
        let statuses = if statuses.is_empty() {
            Value::Null
        } else {
            json(&statuses)
        };
        let collection = filter.collection.as_ref().map(CollectionId::as_str);
        let kind = filter.kind.map(DocumentKind::as_str);
        // instr() instead of LIKE: D1 refuses LIKE patterns of more than 50 bytes.
        let list = sql!(
            "SELECT id, workspace_id, collection_id, title, kind, source_type, NULL AS source_url, source_id,
                NULL AS file_name, media_type, content_hash, size, version, status, stage,
                substr(error, 1, 300) AS error, language, chunk_count, token_count, '[]' AS preview, hits, created_at,
                updated_at
             FROM documents WHERE workspace_id = ?1
                AND (?2 IS NULL OR collection_id = ?2)
                AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
                AND (?4 IS NULL OR instr(lower(title), lower(?4)) > 0)
                AND (created_at, id) < (?5, ?6) AND (?8 IS NULL OR kind = ?8)
             ORDER BY created_at DESC, id DESC LIMIT ?7",
            self.workspace.as_str(),
            collection,
            statuses.clone(),
            filter.search.as_deref(),
            at,
            id,
            limit,
            kind
        );
        let total = sql!(
            "SELECT count(*) AS n FROM documents WHERE workspace_id = ?1
                AND (?2 IS NULL OR collection_id = ?2)
                AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
                AND (?4 IS NULL OR instr(lower(title), lower(?4)) > 0) AND (?5 IS NULL OR kind = ?5)",
            self.workspace.as_str(),
            collection,
            statuses,
            filter.search.as_deref(),
            kind
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Tells which of some contents a version of a document still has.
    pub async fn contents_in_use(&self, hashes: &[String]) -> Result<Vec<String>, SqlError> {
        let statement = sql!(
            "SELECT DISTINCT content_hash FROM document_versions
             WHERE workspace_id = ?1 AND content_hash IN (SELECT value FROM json_each(?2))",
            self.workspace.as_str(),
            json(&hashes)
        );
        Ok(self
            .rows::<ContentRow>(statement)
            .await?
            .into_iter()
            .map(|it| it.content_hash)
            .collect())
    }

    /// Lists a collection's documents, and the contents of all their versions.
    pub async fn collection_contents(
        &self,
        collection: &CollectionId,
    ) -> Result<(Vec<DocumentId>, Vec<String>), SqlError> {
        #[derive(serde::Deserialize)]
        struct Row {
            id: DocumentId,
        }
        let ids = sql!(
            "SELECT id FROM documents WHERE workspace_id = ?1 AND collection_id = ?2",
            self.workspace.as_str(),
            collection.as_str()
        );
        let contents = sql!(
            "SELECT DISTINCT document_versions.content_hash FROM document_versions
             JOIN documents ON documents.id = document_versions.document_id
             WHERE documents.workspace_id = ?1 AND documents.collection_id = ?2",
            self.workspace.as_str(),
            collection.as_str()
        );
        let mut answers = self.read(vec![ids, contents]).await?;
        let ids: Vec<Row> = answers.rows()?;
        let contents: Vec<ContentRow> = answers.rows()?;
        Ok((
            ids.into_iter().map(|it| it.id).collect(),
            contents.into_iter().map(|it| it.content_hash).collect(),
        ))
    }

    /// Lists the contents of a document's versions.
    pub async fn document_contents(&self, id: &DocumentId) -> Result<Vec<String>, SqlError> {
        let statement = sql!(
            "SELECT DISTINCT content_hash FROM document_versions WHERE workspace_id = ?1 AND document_id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        Ok(self
            .rows::<ContentRow>(statement)
            .await?
            .into_iter()
            .map(|it| it.content_hash)
            .collect())
    }
}

#[derive(serde::Deserialize)]
struct ContentRow {
    content_hash: String,
}

/// Adds a document.
pub fn insert(document: &Document) -> TenantStatement {
    let it = document;
    sql!(&it.workspace_id => "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, source_url, file_name, media_type,
            content_hash, size, version, status, stage, created_at, updated_at, kind, source_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16)",
        it.id.as_str(),
        it.workspace_id.as_str(),
        it.collection_id.as_str(),
        it.title.as_str(),
        it.source_type.as_str(),
        it.source_url.as_deref(),
        it.file_name.as_deref(),
        it.media_type.as_str(),
        it.content_hash.as_str(),
        it.size,
        it.version,
        it.status.as_str(),
        it.stage.as_str(),
        it.created_at.0,
        it.kind.as_str(),
        it.source_id.as_ref().map(SourceId::as_str)
    )
}

/// Says what sort of text a document is.
pub fn set_kind(workspace: &WorkspaceId, id: &DocumentId, kind: DocumentKind, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE documents SET kind = ?3, updated_at = ?4 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        kind.as_str(),
        now.0
    )
}

/// Counts an answer for every document that it cites.
pub fn count_hits(workspace: &WorkspaceId, citations: &[Citation]) -> TenantStatement {
    let ids: Vec<&str> = citations.iter().map(|it| it.document_id.as_str()).collect();
    sql!(workspace => "UPDATE documents SET hits = hits + 1
         WHERE workspace_id = ?1 AND id IN (SELECT value FROM json_each(?2))",
        workspace.as_str(),
        json(&ids)
    )
}

/// Notes how far a document has come.
pub fn set_stage(
    workspace: &WorkspaceId,
    id: &DocumentId,
    status: DocumentStatus,
    stage: &str,
    error: Option<&str>,
    now: Timestamp,
) -> TenantStatement {
    sql!(workspace => "UPDATE documents SET status = ?3, stage = ?4, error = ?5, updated_at = ?6 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        status.as_str(),
        stage,
        error,
        now.0
    )
}

/// Writes what processing found out, and that the document is in the index.
pub fn complete(document: &Document, now: Timestamp) -> TenantStatement {
    let it = document;
    sql!(&it.workspace_id => "UPDATE documents SET status = 'COMPLETED', stage = 'done', error = NULL, language = ?3, chunk_count = ?4,
            token_count = ?5, preview = ?6, updated_at = ?7
         WHERE workspace_id = ?1 AND id = ?2 AND version = ?8",
        it.workspace_id.as_str(),
        it.id.as_str(),
        it.language.as_deref(),
        it.passage_count,
        it.token_count,
        json(&it.preview),
        now.0,
        it.version
    )
}

/// Deletes a document.
pub fn delete(workspace: &WorkspaceId, id: &DocumentId) -> TenantStatement {
    sql!(workspace => "DELETE FROM documents WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}
