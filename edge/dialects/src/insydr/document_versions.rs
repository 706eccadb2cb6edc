//! Documents changed, and their versions: extensions.
use super::caller::Member;
use super::documents::{full, status_word};
use super::error::{ApiError, ApiResult, Body, Path};
use super::upload::{Replacement, ReplacementForm};
use crate::dialect::route::{Access, Route, get, patch, post, put};
use axum::Json;
use axum::extract::State;
use edge_core::{App, Error, document, document_version};
use edge_model::document::{Document, DocumentVersion};
use edge_model::text::Name;
use edge_model::{CollectionId, DocumentId};
use http::StatusCode;
use shared as wire;
use wire::knowledge::{
    AcceptedDocument, DocumentVersionList, DocumentVersionSummary, DocumentVersionText, ReplaceDocument, UpdateDocument,
};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const DOCUMENT: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}";
    const VERSIONS: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/versions";
    const VERSION: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/versions/{version}";
    const RESTORE: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/versions/{version}/restore";
    let of_member = Access::Member;
    [
        put(
            DOCUMENT,
            replace,
            of_member,
            "Put a text, or as a form a file, in place of a document's",
        )
        .takes::<ReplaceDocument>()
        .takes_form::<ReplacementForm>()
        .gives::<AcceptedDocument>(202),
        patch(DOCUMENT, update, of_member, "Change a document's title or collection")
            .takes::<UpdateDocument>()
            .gives::<wire::knowledge::Document>(200),
        get(VERSIONS, list, of_member, "List a document's versions").gives::<DocumentVersionList>(200),
        get(VERSION, show, of_member, "Get a version of a document with its text").gives::<DocumentVersionText>(200),
        post(RESTORE, restore, of_member, "Make an earlier version the newest").gives::<AcceptedDocument>(202),
    ]
    .map(Route::extension)
    .into()
}

fn accepted((document, is_unchanged): (Document, bool)) -> (StatusCode, Json<AcceptedDocument>) {
    let message = if is_unchanged {
        "The document is like this already; nothing was changed"
    } else {
        "Document queued for processing"
    };
    let answer = AcceptedDocument {
        id: document.id.to_string(),
        status: status_word(document.status).into(),
        title: document.title,
        message: message.into(),
        duplicate: is_unchanged,
    };
    (StatusCode::ACCEPTED, Json(answer))
}

fn number(version: &str) -> ApiResult<u32> {
    Ok(version.parse().map_err(|_| Error::not_found("version"))?)
}

fn summary(version: DocumentVersion, is_current: bool) -> DocumentVersionSummary {
    let DocumentVersion {
        version,
        content_hash: _,
        title,
        collection_id: _,
        file_name,
        media_type: _,
        size,
        created_at,
    } = version;
    DocumentVersionSummary {
        version,
        title,
        file_name,
        size,
        is_current,
        created_at: created_at.rfc3339(),
    }
}

pub async fn replace(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    replacement: Replacement,
) -> ApiResult<(StatusCode, Json<AcceptedDocument>)> {
    let Replacement {
        upload,
        title,
        memory: _memory,
    } = replacement;
    let done = document_version::replace(&app, &member, &DocumentId::new(id), title, upload).await?;
    Ok(accepted(done))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateDocument>,
) -> ApiResult<Json<wire::knowledge::Document>> {
    let title = change.title.as_deref().map(Name::new).transpose();
    let title = title.map_err(|why| ApiError::field("title", why))?;
    let (id, collection) = (DocumentId::new(id), change.collection_id.map(CollectionId::new));
    document_version::update(&app, &member, &id, title, collection).await?;
    let (document, versions) = document::get(&app, &member, &id).await?;
    Ok(Json(full(document, versions)))
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<DocumentVersionList>> {
    let (found, current) = document_version::list(&app, &member, &DocumentId::new(id)).await?;
    let one = |version: DocumentVersion| {
        let is_current = version.version == current;
        summary(version, is_current)
    };
    Ok(Json(DocumentVersionList {
        total: u64::try_from(found.len()).unwrap_or_default(),
        versions: found.into_iter().map(one).collect(),
    }))
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, version)): Path<(String, String, String)>,
) -> ApiResult<Json<DocumentVersionText>> {
    let found = document_version::get(&app, &member, &DocumentId::new(id), number(&version)?).await?;
    Ok(Json(DocumentVersionText {
        summary: summary(found.version, found.is_current),
        text: found.text,
        truncated: found.is_cut,
    }))
}

pub async fn restore(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id, version)): Path<(String, String, String)>,
) -> ApiResult<(StatusCode, Json<AcceptedDocument>)> {
    let version = number(&version)?;
    let done = document_version::restore(&app, &member, &DocumentId::new(id), version).await?;
    Ok(accepted(done))
}
