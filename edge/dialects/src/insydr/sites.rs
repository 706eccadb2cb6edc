//! Websites to be crawled (`public/docs/api-insydr.md#how-do-i-crawl-a-website-through-the-api`), and as extensions
//! their pages, an early end, a change of how they are crawled.
use super::TEXTS_PAGE;
use super::caller::Member;
use super::documents::status_word;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::Paging;
use crate::dialect::route::{Access, Route, get, patch, post};
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::source::{NewSource, Options};
use edge_core::{App, knowledge, source};
use edge_model::crawl::{CrawlPage, PageState};
use edge_model::source::{Refresh, Source, SourceKind, SourceStatus};
use edge_model::text::Name;
use edge_model::{CollectionId, SourceId, Timestamp};
use edge_store::crawls::PageList;
use edge_store::sources::Counted;
use http::StatusCode;
use serde::Deserialize;
use shared::knowledge::{
    AcceptedDocument, AcceptedReprocess, Crawl, CrawlSite, CrawledPage, CrawledPageList, Document, DocumentSummary,
    Progress, UpdateCrawl,
};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const URL: &str = "/api/v1/workspaces/{workspace_id}/documents/url";
    const PAGES: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/pages";
    const CANCEL: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/cancel";
    const CRAWL: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}/crawl";
    const FILTERS: [(&str, &str); 3] = [
        ("status", "WAITING, DONE, SKIPPED or FAILED"),
        TEXTS_PAGE[0],
        TEXTS_PAGE[1],
    ];
    let of_member = Access::Member;
    vec![
        post(URL, create, of_member, "Crawl a website")
            .takes::<CrawlSite>()
            .gives::<AcceptedDocument>(202),
        get(
            PAGES,
            pages,
            of_member,
            "List what the newest crawl of a website came across",
        )
        .query(&FILTERS)
        .gives::<CrawledPageList>(200)
        .extension(),
        post(
            CANCEL,
            cancel,
            of_member,
            "End the crawl of a website early; what was taken in stays",
        )
        .control()
        .gives::<AcceptedReprocess>(200)
        .extension(),
        patch(CRAWL, update, of_member, "Change how a website is crawled")
            .takes::<UpdateCrawl>()
            .gives::<Crawl>(200)
            .extension(),
    ]
}

fn refresh(word: Option<String>) -> ApiResult<Option<Refresh>> {
    let read = |it: String| Refresh::parse(&it);
    match word.map(read) {
        None => Ok(None),
        Some(Some(refresh)) => Ok(Some(refresh)),
        Some(None) => Err(ApiError::field(
            "refresh_frequency",
            "must be NEVER, HOURLY, DAILY, WEEKLY or MONTHLY",
        )),
    }
}

pub async fn create(
    State(app): State<App>,
    Member(member): Member,
    Body(site): Body<CrawlSite>,
) -> ApiResult<(StatusCode, Json<AcceptedDocument>)> {
    let CrawlSite {
        url,
        collection_id,
        max_pages,
        include_patterns,
        exclude_patterns,
        mode,
        refresh_frequency,
        allowed_hosts,
        title,
    } = site;
    let kind = mode
        .map(|it| SourceKind::parse(&it).ok_or_else(|| ApiError::field("mode", "must be WEBSITE, SITEMAP or PAGE")));
    let title = title.as_deref().map(Name::new).transpose();
    let new = NewSource {
        url,
        collection_id: CollectionId::new(collection_id),
        kind: kind.transpose()?,
        name: title
            .map_err(|why| ApiError::field("title", why))?
            .map(|it| it.to_string()),
        options: Options {
            max_pages,
            include_patterns,
            exclude_patterns,
            allowed_hosts,
            refresh: refresh(refresh_frequency)?,
        },
    };
    let (source, is_duplicate) = source::create(&app, &member, new).await?;
    let message = if is_duplicate {
        "This address is crawled already; nothing was added"
    } else {
        "Website queued for crawling"
    };
    let answer = AcceptedDocument {
        id: source.id.to_string(),
        status: status_word(knowledge::status(source.status)).into(),
        title: source.name,
        message: message.into(),
        duplicate: is_duplicate,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// The query of the list of pages.
#[derive(Deserialize)]
pub struct Filters {
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

fn word(state: PageState) -> String {
    state.as_str().to_uppercase()
}

pub async fn pages(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<CrawledPageList>> {
    let state = filters.status.map(|status| {
        let found = PageState::ALL.into_iter().find(|it| word(*it) == status);
        found.ok_or_else(|| ApiError::field("status", "must be WAITING, DONE, SKIPPED or FAILED"))
    });
    let id = SourceId::new(id);
    let list = List::of("pages", &[member.workspace().id.as_str(), id.as_str()]);
    let asked = Paging::new(filters.limit, filters.cursor).with_texts(&app, list)?;
    let pages = PageList {
        state: state.transpose()?,
        limit: asked.page.limit,
        after: asked.page.after.clone().map(|it| it.1),
    };
    let (found, total) = source::pages(&app, &member, &id, &pages).await?;
    let page = |it: CrawlPage| CrawledPage {
        url: it.url,
        title: it.title,
        status: word(it.state),
        reason: it.reason,
        document_id: it.document_id.map(|it| it.to_string()),
        fetched_at: it.fetched_at.map(|it| it.rfc3339()),
    };
    // The list is in the order of addresses, so that times do not count.
    let (pages, next_cursor) = asked.rows(found, |it| (Timestamp(0), it.url.as_str()), page)?;
    Ok(Json(CrawledPageList {
        pages,
        total,
        next_cursor,
    }))
}

pub async fn cancel(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<AcceptedReprocess>> {
    let source = source::cancel(&app, &member, &SourceId::new(id)).await?;
    Ok(Json(AcceptedReprocess {
        id: source.id.to_string(),
        status: status_word(knowledge::status(source.status)).into(),
        message: "The crawl is over; what was taken in stays".into(),
    }))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateCrawl>,
) -> ApiResult<Json<Crawl>> {
    let UpdateCrawl {
        max_pages,
        include_patterns,
        exclude_patterns,
        refresh_frequency,
        allowed_hosts,
    } = change;
    let options = Options {
        max_pages,
        include_patterns,
        exclude_patterns,
        allowed_hosts,
        refresh: refresh(refresh_frequency)?,
    };
    let source = source::update(&app, &member, &SourceId::new(id), options).await?;
    Ok(Json(crawl(&source)))
}

fn crawl(source: &Source) -> Crawl {
    let is_over = !source.status.is_running();
    Crawl {
        mode: source.kind.as_str().into(),
        max_pages: source.max_pages,
        include_patterns: source.include_patterns.clone(),
        exclude_patterns: source.exclude_patterns.clone(),
        allowed_hosts: source.allowed_hosts.clone(),
        refresh_frequency: source.refresh.as_str().into(),
        started_at: source.started_at.rfc3339(),
        ended_at: source.ended_at.map(|it| it.rfc3339()),
        next_refresh_at: source.next_step_at.filter(|_| is_over).map(|it| it.rfc3339()),
    }
}

fn progress(counted: &Counted) -> Progress {
    let Counted { source, counts } = counted;
    let stage = match source.status {
        SourceStatus::Queued => "queued",
        SourceStatus::Crawling => "crawling",
        SourceStatus::Completed => "done",
        SourceStatus::Cancelled => "cancelled",
        SourceStatus::Failed => "failed",
    };
    let total = (counts.pages_done + counts.pages_waiting).min(u64::from(source.max_pages));
    let percent = match source.status {
        SourceStatus::Completed | SourceStatus::Cancelled => 100,
        // At most 99 % until the crawl has ended.
        _ => (100 * counts.pages_done).checked_div(total).unwrap_or_default().min(99),
    };
    Progress {
        stage: stage.into(),
        percent: u32::try_from(percent).unwrap_or_default(),
        pages_done: counts.pages_done,
        pages_total: total,
        pages_skipped: counts.pages_skipped + counts.pages_failed,
        error: source.error.clone(),
    }
}

/// A website in the list of documents.
pub(super) fn summary(counted: &Counted) -> DocumentSummary {
    let source = &counted.source;
    DocumentSummary {
        progress: progress(counted),
        id: source.id.to_string(),
        title: source.name.clone(),
        source_type: "URL".into(),
        status: status_word(knowledge::status(source.status)).into(),
        chunk_count: counted.counts.passage_count,
        created_at: source.created_at.rfc3339(),
        collection_id: source.collection_id.to_string(),
    }
}

/// A website as a document.
pub(super) fn full(counted: &Counted) -> Document {
    let source = &counted.source;
    Document {
        id: source.id.to_string(),
        title: source.name.clone(),
        source_type: "URL".into(),
        source_url: Some(source.url.clone()),
        file_path: None,
        status: status_word(knowledge::status(source.status)).into(),
        language: None,
        chunk_count: counted.counts.passage_count,
        token_count: counted.counts.token_count,
        versions: vec![],
        chunks_preview: vec![],
        created_at: source.created_at.rfc3339(),
        collection_id: source.collection_id.to_string(),
        size: 0,
        progress: progress(counted),
        source_id: None,
        crawl: Some(crawl(source)),
    }
}
