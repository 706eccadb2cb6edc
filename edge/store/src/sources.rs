//! Sources.
use crate::documents::Filter;
use crate::port::sql;
use crate::{Database, Page, SqlError, Statement, TenantStatement, TenantStore, Wake, json};
use edge_model::source::{Refresh, Source, SourceCounts, SourceStatus};
use edge_model::{CollectionId, DocumentId, SourceId, Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;

/// A source with what there is of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Counted {
    #[serde(flatten)]
    pub source: Source,
    #[serde(flatten)]
    pub counts: SourceCounts,
}

/// A source, by the workspace that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SourceRef {
    pub workspace_id: WorkspaceId,
    pub source_id: SourceId,
}

/// Reads counted sources. A list of them is without their patterns and hosts.
const COUNTED: &str = "SELECT id, workspace_id, collection_id, kind, name, url, max_pages,
        iif(?2 IS NULL, '[]', include_patterns) AS include_patterns,
        iif(?2 IS NULL, '[]', exclude_patterns) AS exclude_patterns,
        iif(?2 IS NULL, '[]', allowed_hosts) AS allowed_hosts,
        refresh, status, error, run, started_at, ended_at, next_step_at, created_at, updated_at,
        (SELECT count(*) FROM crawl_pages AS page WHERE page.workspace_id = sources.workspace_id
            AND page.source_id = sources.id AND page.run = sources.run
            AND page.state = 'done' AND page.depth > 0) AS pages_done,
        (SELECT count(*) FROM crawl_pages AS page WHERE page.workspace_id = sources.workspace_id
            AND page.source_id = sources.id AND page.run = sources.run
            AND page.state = 'skipped' AND page.depth > 0) AS pages_skipped,
        (SELECT count(*) FROM crawl_pages AS page WHERE page.workspace_id = sources.workspace_id
            AND page.source_id = sources.id AND page.run = sources.run
            AND page.state = 'failed' AND page.depth > 0) AS pages_failed,
        (SELECT count(*) FROM crawl_pages AS page WHERE page.workspace_id = sources.workspace_id
            AND page.source_id = sources.id AND page.run = sources.run
            AND page.state = 'waiting' AND page.depth > 0) AS pages_waiting,
        (SELECT coalesce(sum(chunk_count), 0) FROM documents WHERE documents.source_id = sources.id) AS chunk_count,
        (SELECT coalesce(sum(token_count), 0) FROM documents WHERE documents.source_id = sources.id) AS token_count
     FROM sources WHERE workspace_id = ?1
        AND (?2 IS NULL OR id = ?2)
        AND (?3 IS NULL OR collection_id = ?3)
        AND (?4 IS NULL OR status IN (SELECT value FROM json_each(?4)))
        AND (?5 IS NULL OR instr(lower(name), lower(?5)) > 0)
        AND (created_at, id) < (?6, ?7)
     ORDER BY created_at DESC, id DESC LIMIT ?8";

impl TenantStore {
    /// Finds a source.
    pub async fn source(&self, id: &SourceId) -> Result<Option<Source>, SqlError> {
        self.row(one(&self.workspace, id)).await
    }

    /// Finds a source with what there is of it.
    pub async fn counted_source(&self, id: &SourceId) -> Result<Option<Counted>, SqlError> {
        let page = Page { limit: 1, after: None };
        self.row(counted(&self.workspace, Some(id), None, &Value::Null, None, &page))
            .await
    }

    /// Finds the source of a collection that begins at an address.
    pub async fn source_by_url(&self, collection: &CollectionId, url: &str) -> Result<Option<Source>, SqlError> {
        let statement = sql!(
            "SELECT * FROM sources WHERE workspace_id = ?1 AND collection_id = ?2 AND url = ?3",
            self.workspace.as_str(),
            collection.as_str(),
            url
        );
        self.row(statement).await
    }

    /// Lists sources, newest first, and counts all that the filter lets through; its kind and its statuses are those of
    /// documents and do not count.
    pub async fn sources(
        &self,
        filter: &Filter,
        statuses: &[SourceStatus],
        page: &Page,
    ) -> Result<(Vec<Counted>, u64), SqlError> {
        let statuses: Vec<&str> = statuses.iter().map(|it| it.as_str()).collect();
        let statuses = if statuses.is_empty() {
            Value::Null
        } else {
            json(&statuses)
        };
        let collection = filter.collection.as_ref().map(CollectionId::as_str);
        let search = filter.search.as_deref();
        let total = sql!(
            "SELECT count(*) AS n FROM sources WHERE workspace_id = ?1
                AND (?2 IS NULL OR collection_id = ?2)
                AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
                AND (?4 IS NULL OR instr(lower(name), lower(?4)) > 0)",
            self.workspace.as_str(),
            collection,
            statuses.clone(),
            search
        );
        let list = counted(&self.workspace, None, collection, &statuses, search, page);
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Lists the documents that are pages of a source, and the contents of all their versions.
    pub async fn source_contents(&self, id: &SourceId) -> Result<(Vec<DocumentId>, Vec<String>), SqlError> {
        #[derive(Deserialize)]
        struct Id {
            id: DocumentId,
        }
        #[derive(Deserialize)]
        struct Content {
            content_hash: String,
        }
        let ids = sql!(
            "SELECT id FROM documents WHERE workspace_id = ?1 AND source_id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        let contents = sql!(
            "SELECT DISTINCT document_versions.content_hash FROM document_versions
             JOIN documents ON documents.id = document_versions.document_id
             WHERE documents.workspace_id = ?1 AND documents.source_id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        let mut answers = self.read(vec![ids, contents]).await?;
        let ids: Vec<Id> = answers.rows()?;
        let contents: Vec<Content> = answers.rows()?;
        Ok((
            ids.into_iter().map(|it| it.id).collect(),
            contents.into_iter().map(|it| it.content_hash).collect(),
        ))
    }
}

impl Database {
    /// Lists sources of all tenants that are due: some of each tenant, the longest waiting first, so that one tenant
    /// with many does not hide another.
    pub async fn due_sources(&self, now: Timestamp) -> Result<Vec<SourceRef>, SqlError> {
        let statement = sql!(
            "SELECT workspace_id, source_id FROM (
                SELECT workspace_id, id AS source_id, next_step_at,
                    row_number() OVER (PARTITION BY workspace_id ORDER BY next_step_at) AS place
                FROM sources WHERE next_step_at <= ?1)
             ORDER BY place, next_step_at LIMIT 100",
            now.0
        );
        self.rows(statement).await
    }
}

pub(crate) fn one(workspace: &WorkspaceId, id: &SourceId) -> Statement {
    sql!(
        "SELECT * FROM sources WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}

fn counted(
    workspace: &WorkspaceId,
    id: Option<&SourceId>,
    collection: Option<&str>,
    statuses: &Value,
    search: Option<&str>,
    page: &Page,
) -> Statement {
    let [at, last, limit] = page.params();
    sql!(
        COUNTED,
        workspace.as_str(),
        id.map(SourceId::as_str),
        collection,
        statuses.clone(),
        search,
        at,
        last,
        limit
    )
}

/// Adds a source.
pub fn insert(source: &Source) -> TenantStatement {
    let it = source;
    sql!(&it.workspace_id => "INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, include_patterns,
            exclude_patterns, allowed_hosts, refresh, status, run, started_at, next_step_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16)",
        it.id.as_str(),
        it.workspace_id.as_str(),
        it.collection_id.as_str(),
        it.kind.as_str(),
        it.name.as_str(),
        it.url.as_str(),
        it.max_pages,
        json(&it.include_patterns),
        json(&it.exclude_patterns),
        json(&it.allowed_hosts),
        it.refresh.as_str(),
        it.status.as_str(),
        it.run,
        it.started_at.0,
        it.next_step_at.map(|at| at.0),
        it.created_at.0
    )
    .waking(crawl(&it.workspace_id, &it.id))
}

fn crawl(workspace: &WorkspaceId, id: &SourceId) -> Wake {
    Wake::Crawl(SourceRef {
        workspace_id: workspace.clone(),
        source_id: id.clone(),
    })
}

/// Writes how the crawl of a source stands, unless a newer one has begun or a member has ended it.
pub fn set_progress(source: &Source, now: Timestamp) -> TenantStatement {
    let it = source;
    sql!(&it.workspace_id => "UPDATE sources SET kind = ?4, status = ?5, error = ?6, ended_at = ?7, next_step_at = ?8, updated_at = ?9
         WHERE workspace_id = ?1 AND id = ?2 AND run = ?3 AND status IN ('QUEUED', 'CRAWLING')",
        it.workspace_id.as_str(),
        it.id.as_str(),
        it.run,
        it.kind.as_str(),
        it.status.as_str(),
        it.error.as_deref(),
        it.ended_at.map(|at| at.0),
        it.next_step_at.map(|at| at.0),
        now.0
    )
}

/// Keeps a crawl from its next step until a moment.
pub fn hold(source: &Source, until: Timestamp) -> TenantStatement {
    sql!(&source.workspace_id => "UPDATE sources SET next_step_at = ?4
         WHERE workspace_id = ?1 AND id = ?2 AND run = ?3 AND status IN ('QUEUED', 'CRAWLING')",
        source.workspace_id.as_str(),
        source.id.as_str(),
        source.run,
        until.0
    )
}

/// Begins another crawl of a source, unless one is under way.
pub fn begin(workspace: &WorkspaceId, id: &SourceId, now: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE sources SET run = run + 1, status = 'QUEUED', error = NULL, started_at = ?3, ended_at = NULL,
            next_step_at = ?3, updated_at = ?3
         WHERE workspace_id = ?1 AND id = ?2 AND status NOT IN ('QUEUED', 'CRAWLING')",
        workspace.as_str(),
        id.as_str(),
        now.0
    )
    .waking(crawl(workspace, id))
}

/// Ends the crawl of a source early, if one is under way; it is refreshed as if it had ended by itself.
pub fn cancel(
    workspace: &WorkspaceId,
    id: &SourceId,
    refresh_at: Option<Timestamp>,
    now: Timestamp,
) -> TenantStatement {
    sql!(workspace => "UPDATE sources SET status = 'CANCELLED', ended_at = ?4, next_step_at = ?3, updated_at = ?4
         WHERE workspace_id = ?1 AND id = ?2 AND status IN ('QUEUED', 'CRAWLING')",
        workspace.as_str(),
        id.as_str(),
        refresh_at.map(|at| at.0),
        now.0
    )
}

/// What people may change of a source; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub max_pages: Option<u32>,
    pub include_patterns: Option<Vec<String>>,
    pub exclude_patterns: Option<Vec<String>>,
    pub allowed_hosts: Option<Vec<String>>,
    pub refresh: Option<Refresh>,
}

/// Changes how a source is crawled, and with another schedule when it is crawled next, unless a crawl is under way.
pub fn set_settings(workspace: &WorkspaceId, id: &SourceId, changes: &Changes, now: Timestamp) -> TenantStatement {
    let it = changes;
    sql!(workspace => "UPDATE sources SET max_pages = coalesce(?3, max_pages), include_patterns = coalesce(?4, include_patterns),
            exclude_patterns = coalesce(?5, exclude_patterns), allowed_hosts = coalesce(?6, allowed_hosts),
            refresh = coalesce(?7, refresh), updated_at = ?9,
            next_step_at = CASE WHEN ?7 IS NULL OR status IN ('QUEUED', 'CRAWLING') THEN next_step_at
                ELSE coalesce(ended_at, ?9) + ?8 END
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        it.max_pages,
        it.include_patterns.as_ref().map_or(Value::Null, json),
        it.exclude_patterns.as_ref().map_or(Value::Null, json),
        it.allowed_hosts.as_ref().map_or(Value::Null, json),
        it.refresh.map(Refresh::as_str),
        it.refresh.and_then(Refresh::interval).map(|it| it.num_milliseconds()),
        now.0
    )
    .waking(crawl(workspace, id))
}

/// Deletes a source with its frontier, and the records of its pages.
pub fn delete(workspace: &WorkspaceId, id: &SourceId) -> Vec<TenantStatement> {
    vec![
        sql!(workspace => "DELETE FROM documents WHERE workspace_id = ?1 AND source_id = ?2",
            workspace.as_str(),
            id.as_str()
        ),
        sql!(workspace => "DELETE FROM sources WHERE workspace_id = ?1 AND id = ?2",
            workspace.as_str(),
            id.as_str()
        ),
    ]
}
