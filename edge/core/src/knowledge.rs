//! Documents and sources together, as they are listed: what there is to answer from.
use crate::app::App;
use crate::auth::Caller;
use crate::permission::Action;
use crate::{Error, Result, document, source};
use edge_model::document::{Document, DocumentStatus, DocumentVersion};
use edge_model::source::SourceStatus;
use edge_model::{DocumentId, SourceId, Timestamp};
use edge_store::Page;
use edge_store::documents::Filter;
use edge_store::sources::Counted;

/// A document or a source.
#[derive(Clone, Debug)]
pub enum Entry {
    Document(Box<Document>),
    Source(Box<Counted>),
}

impl Entry {
    /// When it was given, and its id: what a list is ordered by.
    pub fn position(&self) -> (Timestamp, &str) {
        match self {
            Self::Document(it) => (it.created_at, it.id.as_str()),
            Self::Source(it) => (it.source.created_at, it.source.id.as_str()),
        }
    }
}

/// Returns the status of a document that stands for a source's.
pub fn status(source: SourceStatus) -> DocumentStatus {
    match source {
        SourceStatus::Queued => DocumentStatus::Queued,
        SourceStatus::Crawling => DocumentStatus::Processing,
        SourceStatus::Completed | SourceStatus::Cancelled => DocumentStatus::Completed,
        SourceStatus::Failed => DocumentStatus::Failed,
    }
}

/// Lists documents and sources, newest first, and counts all that the filter lets through.
pub async fn list(_: &App, caller: &Caller, filter: &Filter, page: &Page) -> Result<(Vec<Entry>, u64)> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    let all = SourceStatus::ALL.into_iter();
    let statuses: Vec<_> = all.filter(|it| filter.statuses.contains(&status(*it))).collect();
    let (documents, of_documents) = tenant.documents(filter, page).await?;
    let (sources, of_sources) = tenant.sources(filter, &statuses, page).await?;
    let documents = documents.into_iter().map(|it| Entry::Document(Box::new(it)));
    let sources = sources.into_iter().map(|it| Entry::Source(Box::new(it)));
    let mut entries: Vec<Entry> = documents.chain(sources).collect();
    entries.sort_by(|a, b| b.position().cmp(&a.position()));
    entries.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
    Ok((entries, of_documents + of_sources))
}

/// Returns a document or a source, and the versions of a document, newest first.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<(Entry, Vec<DocumentVersion>)> {
    caller.require(Action::Read)?;
    match source_id(id) {
        Some(id) => {
            let found = caller.tenant().counted_source(&id).await?;
            let source = found.ok_or_else(|| Error::not_found("document"))?;
            Ok((Entry::Source(Box::new(source)), vec![]))
        }
        None => {
            let (document, versions) = document::get(app, caller, &DocumentId::new(id)).await?;
            Ok((Entry::Document(Box::new(document)), versions))
        }
    }
}

/// Deletes a document, or a source with its pages, at once.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<()> {
    match source_id(id) {
        Some(id) => source::delete(app, caller, &id).await,
        None => document::delete(app, caller, &DocumentId::new(id)).await,
    }
}

/// Has a document worked on again, or a source crawled again, and returns how it stands.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn reprocess(app: &App, caller: &Caller, id: &str) -> Result<DocumentStatus> {
    match source_id(id) {
        Some(id) => Ok(status(source::recrawl(app, caller, &id).await?.status)),
        None => Ok(document::reprocess(app, caller, &DocumentId::new(id)).await?.status),
    }
}

fn source_id(id: &str) -> Option<SourceId> {
    id.starts_with(SourceId::PREFIX).then(|| SourceId::new(id))
}
