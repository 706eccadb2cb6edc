//! Documents (`public/docs/api-insydr.md#how-do-i-upload-a-document-through-the-api`).
use super::PAGE;
use super::caller::Member;
use super::error::{ApiError, ApiResult, Path, Query};
use super::page::Paging;
use super::sites;
use super::upload::Received;
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::document::Accepted;
use edge_core::knowledge::Entry;
use edge_core::{App, document, knowledge};
use edge_model::CollectionId;
use edge_model::document::{Document, DocumentStatus, DocumentVersion, PassagePreview, SourceType};
use edge_store::documents::Filter;
use http::StatusCode;
use serde::Deserialize;
use shared as wire;
use wire::error::Message;
use wire::knowledge::{AcceptedDocument, AcceptedReprocess, DocumentList, DocumentSummary, Progress};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const DOCUMENTS: &str = "/api/v1/workspaces/{workspace_id}/documents";
    const DOCUMENT: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}";
    const FILTERS: [(&str, &str); 5] = [
        ("collection_id", "A collection"),
        ("status", "PROCESSING, COMPLETED or FAILED"),
        ("search", "Part of the title"),
        PAGE[0],
        PAGE[1],
    ];
    vec![
        route::post(DOCUMENTS, upload, Access::Member, "Upload a document")
            .takes_form::<super::upload::Form>()
            .gives::<AcceptedDocument>(202),
        route::get(DOCUMENTS, list, Access::Member, "List documents")
            .query(&FILTERS)
            .gives::<DocumentList>(200),
        route::get(DOCUMENT, show, Access::Member, "Get a document").gives::<wire::knowledge::Document>(200),
        route::delete(DOCUMENT, delete, Access::Member, "Delete a document")
            .control()
            .gives::<Message>(200),
        route::post(
            "/api/v1/workspaces/{workspace_id}/documents/{document_id}/reprocess",
            reprocess,
            Access::Member,
            "Process a document again",
        )
        .gives::<AcceptedReprocess>(202),
    ]
}

/// The query of the list.
#[derive(Deserialize)]
pub struct Filters {
    collection_id: Option<String>,
    status: Option<String>,
    search: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// The documented words: what waits is being processed.
pub(super) fn status_word(status: DocumentStatus) -> &'static str {
    match status {
        DocumentStatus::Queued | DocumentStatus::Processing => "PROCESSING",
        DocumentStatus::Completed => "COMPLETED",
        DocumentStatus::Failed => "FAILED",
    }
}

fn statuses(word: &str) -> ApiResult<Vec<DocumentStatus>> {
    use DocumentStatus::{Completed, Failed, Processing, Queued};
    let found: Vec<_> = [Queued, Processing, Completed, Failed]
        .into_iter()
        .filter(|it| status_word(*it) == word)
        .collect();
    if found.is_empty() {
        return Err(ApiError::field("status", "must be PROCESSING, COMPLETED or FAILED"));
    }
    Ok(found)
}

fn source_word(source: SourceType) -> &'static str {
    match source {
        SourceType::File => "FILE",
        SourceType::Url => "URL",
        SourceType::Text => "TEXT",
    }
}

fn progress(document: &Document) -> Progress {
    let (percent, pages_done) = match document.stage.as_str() {
        "parsing" => (30, 0),
        "indexing" => (60, 0),
        "done" => (100, 1),
        _ => (0, 0),
    };
    Progress {
        stage: document.stage.clone(),
        percent,
        pages_done,
        pages_total: 1,
        pages_skipped: 0,
        error: document.error.clone(),
    }
}

pub async fn upload(
    State(app): State<App>,
    Member(member): Member,
    received: Received,
) -> ApiResult<(StatusCode, Json<AcceptedDocument>)> {
    let Received {
        upload,
        collection,
        title,
        memory: _memory,
    } = received;
    let Accepted { document, is_duplicate } = document::upload(&app, &member, &collection, title, upload).await?;
    let message = match (is_duplicate, document.status) {
        (false, _) => "Document queued for processing",
        (true, DocumentStatus::Completed) => "The same file is here already; nothing was added",
        (true, _) => "The same file is here already and is being processed",
    };
    let answer = AcceptedDocument {
        id: document.id.to_string(),
        status: status_word(document.status).into(),
        title: document.title,
        message: message.into(),
        duplicate: is_duplicate,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<DocumentList>> {
    let filter = Filter {
        collection: filters.collection_id.map(CollectionId::new),
        statuses: filters.status.as_deref().map(statuses).transpose()?.unwrap_or_default(),
        search: filters.search.filter(|it| !it.is_empty()),
        kind: None,
    };
    let list = List::of("documents", &[member.workspace().id.as_str()]);
    let asked = Paging::new(filters.limit, filters.cursor).short(&app, list)?;
    let (found, total) = knowledge::list(&app, &member, &filter, &asked.page).await?;
    let one = |it: Entry| match it {
        Entry::Document(it) => summary(*it),
        Entry::Source(it) => sites::summary(&it),
    };
    let (documents, next_cursor) = asked.rows(found, Entry::position, one)?;
    Ok(Json(DocumentList {
        documents,
        total,
        next_cursor,
    }))
}

fn summary(document: Document) -> DocumentSummary {
    DocumentSummary {
        progress: progress(&document),
        id: document.id.to_string(),
        title: document.title,
        source_type: source_word(document.source_type).into(),
        status: status_word(document.status).into(),
        chunk_count: document.passage_count,
        created_at: document.created_at.rfc3339(),
        collection_id: document.collection_id.to_string(),
    }
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<wire::knowledge::Document>> {
    let (entry, versions) = knowledge::get(&app, &member, &id).await?;
    Ok(Json(match entry {
        Entry::Document(document) => full(*document, versions),
        Entry::Source(source) => sites::full(&source),
    }))
}

pub(super) fn full(document: Document, versions: Vec<DocumentVersion>) -> wire::knowledge::Document {
    let progress = progress(&document);
    let Document {
        id,
        workspace_id: _,
        collection_id,
        title,
        kind: _,
        source_type,
        source_url,
        source_id,
        file_name,
        media_type: _,
        content_hash: _,
        size,
        version: _,
        status,
        stage: _,
        error: _,
        language,
        passage_count,
        token_count,
        preview,
        hits: _,
        created_at,
        updated_at: _,
    } = document;
    let version = |it: DocumentVersion| wire::knowledge::DocumentVersion {
        version: it.version,
        created_at: it.created_at.rfc3339(),
    };
    let preview_of = |it: PassagePreview| wire::knowledge::ChunkPreview {
        chunk_index: it.index,
        content_preview: it.text,
        token_count: u64::from(it.tokens),
    };
    wire::knowledge::Document {
        id: id.to_string(),
        title,
        source_type: source_word(source_type).into(),
        source_url,
        file_path: file_name
            .filter(|_| source_type == SourceType::File)
            .map(|it| format!("/uploads/{it}")),
        status: status_word(status).into(),
        language,
        chunk_count: passage_count,
        token_count,
        versions: versions.into_iter().map(version).collect(),
        chunks_preview: preview.into_iter().map(preview_of).collect(),
        created_at: created_at.rfc3339(),
        collection_id: collection_id.to_string(),
        size,
        progress,
        source_id: source_id.map(|it| it.to_string()),
        crawl: None,
    }
}

pub async fn delete(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Message>> {
    knowledge::delete(&app, &member, &id).await?;
    Ok(Json(Message {
        message: "Document deleted".into(),
    }))
}

pub async fn reprocess(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<(StatusCode, Json<AcceptedReprocess>)> {
    let status = knowledge::reprocess(&app, &member, &id).await?;
    let message = "Document queued for processing".into();
    let answer = AcceptedReprocess {
        id,
        status: status_word(status).into(),
        message,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
