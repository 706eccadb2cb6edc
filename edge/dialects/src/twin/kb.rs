//! The knowledge base (`public/docs/api-twin.md#how-do-i-keep-the-knowledge-base-up-to-date`).
use super::caller::Caller;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::limit::{ROWS, at_most, required};
use super::{ACCESS, CURSOR, LIMIT};
use crate::dialect::route::{self, Route};
use crate::page;
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::kb::{Change, Entry, NewEntry};
use edge_core::{App, Error, kb};
use edge_model::DocumentId;
use edge_model::document::{Document, DocumentKind, SourceType};
use edge_model::text::Name;
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const KB: &str = "/v1/kb";
    const DOCUMENT: &str = "/v1/kb/{document_id}";
    const KB_FILTERS: [(&str, &str); 3] = [("type", "sop, policy, email, slack, drive or note"), LIMIT, CURSOR];
    vec![
        route::get(KB, list, ACCESS, "List the knowledge base")
            .query(&KB_FILTERS)
            .gives::<DocList>(200),
        route::post(KB, create, ACCESS, "Add a document")
            .takes::<CreateDoc>()
            .gives::<OneDoc>(201),
        route::get(DOCUMENT, show, ACCESS, "Get a document").gives::<OneDoc>(200),
        route::put(DOCUMENT, update, ACCESS, "Change a document")
            .takes::<UpdateDoc>()
            .gives::<OneDoc>(200)
            .extension(),
        route::delete(DOCUMENT, delete, ACCESS, "Delete a document").gives::<Deleted>(200),
    ]
}

/// What a list is to be of.
#[derive(Deserialize)]
pub struct Filters {
    #[serde(rename = "type")]
    kind: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// A document to be added.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::CreateDoc))]
pub struct CreateDoc {
    /// Shown in source citations.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    title: Option<String>,
    /// Plain text. At most 50,000 characters.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    content: Option<String>,
    /// sop (default), policy, email, slack, drive or note.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// What is to change about a document; what is absent stays.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::UpdateDoc))]
pub struct UpdateDoc {
    title: Option<String>,
    content: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// A document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Doc))]
#[serde(rename_all = "camelCase")]
pub struct Doc {
    id: String,
    title: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// manual, upload or web.
    source: &'static str,
    /// How many answers cited it.
    hits: u64,
    created_at: String,
}

/// One document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::OneDoc))]
pub struct OneDoc {
    doc: Doc,
}

/// Documents, newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::DocList))]
pub struct DocList {
    docs: Vec<Doc>,
    /// How many there are of the type.
    total: u64,
    /// Extension: where the next page begins; absent at the end.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What is left of a document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Deleted))]
pub struct Deleted {
    deleted: bool,
}

fn kind(name: &str) -> ApiResult<DocumentKind> {
    let wrong = || Error::field("type", "must be sop, policy, email, slack, drive or note");
    DocumentKind::parse(name).ok_or_else(|| wrong().into())
}

fn title(text: &str) -> ApiResult<Name> {
    at_most(text, "title", 200)?;
    Ok(Name::new(text).map_err(|why| Error::field("title", why))?)
}

fn content(text: Option<String>) -> ApiResult<String> {
    let text = required(text, "content")?;
    at_most(&text, "content", 50_000)?;
    if text.contains('\0') {
        return Err(Error::field("content", "must be plain text").into());
    }
    Ok(text)
}

impl TryFrom<CreateDoc> for NewEntry {
    type Error = ApiError;

    fn try_from(new: CreateDoc) -> ApiResult<Self> {
        Ok(Self {
            title: title(&required(new.title, "title")?)?,
            content: content(new.content)?,
            kind: new.kind.as_deref().map_or(Ok(DocumentKind::default()), kind)?,
        })
    }
}

impl TryFrom<UpdateDoc> for Change {
    type Error = ApiError;

    fn try_from(change: UpdateDoc) -> ApiResult<Self> {
        let given = |it: String| content(Some(it));
        Ok(Self {
            title: change.title.as_deref().map(title).transpose()?,
            content: change.content.map(given).transpose()?,
            kind: change.kind.as_deref().map(kind).transpose()?,
        })
    }
}

fn doc(document: Document, content: Option<String>) -> Doc {
    Doc {
        id: document.id.to_string(),
        title: document.title,
        kind: document.kind.as_str(),
        content,
        source: match document.source_type {
            SourceType::Text => "manual",
            SourceType::File => "upload",
            SourceType::Url => "web",
        },
        hits: document.hits,
        created_at: document.created_at.rfc3339(),
    }
}

fn one(entry: Entry) -> OneDoc {
    let Entry { document, content } = entry;
    OneDoc {
        doc: doc(document, Some(content)),
    }
}

pub async fn list(
    State(app): State<App>,
    Caller(program): Caller,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<DocList>> {
    let kind = filters.kind.as_deref().map(kind).transpose()?;
    let list = List::of("kb", &[program.workspace().id.as_str()]);
    let limit = page::limit(ROWS, filters.limit.as_deref())?;
    let page = page::page(&app, &list, limit, filters.cursor.as_deref())?;
    let (found, total) = kb::list(&app, &program, kind, &page).await?;
    let row = |it| doc(it, None);
    let (docs, next_cursor) = page::rows(&app, &list, limit, found, |it| (it.created_at, it.id.as_str()), row)?;
    Ok(Json(DocList {
        docs,
        total,
        next_cursor,
    }))
}

pub async fn create(
    State(app): State<App>,
    Caller(program): Caller,
    Body(new): Body<CreateDoc>,
) -> ApiResult<(StatusCode, Json<OneDoc>)> {
    let entry = kb::add(&app, &program, new.try_into()?).await?;
    Ok((StatusCode::CREATED, Json(one(entry))))
}

pub async fn show(State(app): State<App>, Caller(program): Caller, Path(id): Path<String>) -> ApiResult<Json<OneDoc>> {
    Ok(Json(one(kb::get(&app, &program, &DocumentId::new(id)).await?)))
}

pub async fn update(
    State(app): State<App>,
    Caller(program): Caller,
    Path(id): Path<String>,
    Body(change): Body<UpdateDoc>,
) -> ApiResult<Json<OneDoc>> {
    let entry = kb::update(&app, &program, &DocumentId::new(id), change.try_into()?).await?;
    Ok(Json(one(entry)))
}

pub async fn delete(
    State(app): State<App>,
    Caller(program): Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Deleted>> {
    kb::remove(&app, &program, &DocumentId::new(id)).await?;
    Ok(Json(Deleted { deleted: true }))
}
