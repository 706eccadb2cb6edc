//! The frontier of crawls, and the hosts that are asked.
use crate::port::sql;
use crate::sources::SourceRef;
use crate::{DatabaseStatement, SqlError, TenantStatement, TenantStore, json, sources};
use edge_model::crawl::{CrawlHost, CrawlPage, Found, PageState};
use edge_model::source::Source;
use edge_model::{DocumentId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// The next piece of work of a crawl.
#[derive(Clone, Debug, Deserialize)]
pub struct NextPage {
    #[serde(flatten)]
    pub page: CrawlPage,
    /// When it may be asked for, its host considered.
    pub due_at: Timestamp,
}

/// How many addresses one counts for in the frontier by its length: an address of a usual length is one.
macro_rules! weight {
    () => {
        "coalesce(sum(1 + length(url) / 128), 0)"
    };
}

/// How large a crawl has become.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct CrawlSize {
    /// Addresses it came across.
    pub found: u32,
    /// Pages that were taken in or are as they were.
    pub done: u32,
    /// Addresses that were asked for.
    pub asked: u32,
}

/// What a step of a crawl begins with.
#[derive(Clone, Debug)]
pub struct CrawlView {
    pub source: Source,
    pub next: Option<NextPage>,
    pub size: CrawlSize,
    /// How many documents the plan of the workspace allows.
    pub most_documents: Option<u32>,
}

#[derive(Deserialize)]
struct Allowed {
    amount: u32,
}

/// A list of a crawl's addresses: at most `limit` after `after`.
#[derive(Clone, Debug)]
pub struct PageList {
    pub state: Option<PageState>,
    pub limit: u32,
    pub after: Option<String>,
}

impl TenantStore {
    /// Finds a source, what its crawl has to do next, and how large it is.
    pub async fn crawl(&self, source: &SourceRef, now: Timestamp) -> Result<Option<CrawlView>, SqlError> {
        let (workspace, id) = (self.workspace.as_str(), source.source_id.as_str());
        // Among the first of those that wait, whose host may be asked first; what is nearest to the start before the
        // rest.
        let next = sql!(
            "SELECT page.*, chosen.due_at FROM (
                SELECT waiting.url, waiting.depth, max(waiting.next_at, coalesce(crawl_hosts.next_at, 0)) AS due_at
                FROM (SELECT url, origin, next_at, depth FROM crawl_pages
                    WHERE workspace_id = ?1 AND source_id = ?2 AND state = 'waiting'
                        AND run = (SELECT run FROM sources WHERE workspace_id = ?1 AND id = ?2)
                    ORDER BY depth LIMIT 200) AS waiting
                LEFT JOIN crawl_hosts ON crawl_hosts.origin = waiting.origin
                ORDER BY max(waiting.next_at, coalesce(crawl_hosts.next_at, 0), ?3), waiting.depth, waiting.url LIMIT 1
             ) AS chosen JOIN crawl_pages AS page
                ON page.workspace_id = ?1 AND page.source_id = ?2 AND page.url = chosen.url",
            workspace,
            id,
            now.0
        );
        let size = sql!(
            "SELECT count(*) AS found, coalesce(sum(state = 'done' AND depth > 0), 0) AS done,
                coalesce(sum(fetched_at >= sources.started_at), 0) AS asked
             FROM sources JOIN crawl_pages ON crawl_pages.workspace_id = sources.workspace_id
                AND crawl_pages.source_id = sources.id AND crawl_pages.run = sources.run
             WHERE sources.workspace_id = ?1 AND sources.id = ?2",
            workspace,
            id
        );
        let allowed = sql!(
            "SELECT plan_quotas.amount FROM workspaces JOIN plan_quotas ON plan_quotas.plan = workspaces.plan
             WHERE workspaces.id = ?1 AND plan_quotas.resource = 'documents'",
            workspace
        );
        let source = sources::one(&self.workspace, &source.source_id);
        let mut answers = self.read(vec![source, next, size, allowed]).await?;
        let source: Option<Source> = answers.row()?;
        let next = answers.row()?;
        let size = answers.row()?.unwrap_or_default();
        let allowed: Option<Allowed> = answers.row()?;
        Ok(source.map(|source| CrawlView {
            source,
            next,
            size,
            most_documents: allowed.map(|it| it.amount),
        }))
    }

    /// Finds an address of the frontier.
    pub async fn crawl_page(&self, source: &Source, url: &str) -> Result<Option<CrawlPage>, SqlError> {
        let statement = sql!(
            "SELECT * FROM crawl_pages WHERE workspace_id = ?1 AND source_id = ?2 AND url = ?3",
            self.workspace.as_str(),
            source.id.as_str(),
            url
        );
        self.row(statement).await
    }

    /// Lists the addresses of the newest crawl, without the links on them, and counts all of the state.
    pub async fn crawl_pages(&self, source: &Source, list: &PageList) -> Result<(Vec<CrawlPage>, u64), SqlError> {
        let state = list.state.map(PageState::as_str);
        let rows = sql!(
            "SELECT source_id, workspace_id, url, kind, origin, run, state, substr(reason, 1, 300) AS reason,
                NULL AS leads_to, depth, hops, tries, next_at, document_id, substr(title, 1, 300) AS title,
                NULL AS etag, NULL AS last_modified, '[]' AS links, fetched_at, is_canonical, is_removed
             FROM crawl_pages WHERE workspace_id = ?1 AND source_id = ?2 AND run = ?3
                AND (?4 IS NULL OR state = ?4) AND url > ?5 ORDER BY url LIMIT ?6",
            self.workspace.as_str(),
            source.id.as_str(),
            source.run,
            state,
            list.after.as_deref().unwrap_or_default(),
            list.limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM crawl_pages WHERE workspace_id = ?1 AND source_id = ?2 AND run = ?3
                AND (?4 IS NULL OR state = ?4)",
            self.workspace.as_str(),
            source.id.as_str(),
            source.run,
            state
        );
        let mut answers = self.read(vec![rows, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds a host.
    pub async fn crawl_host(&self, origin: &str) -> Result<Option<CrawlHost>, SqlError> {
        self.row(sql!("SELECT * FROM crawl_hosts WHERE origin = ?1", origin))
            .await
    }

    /// Takes the turn to ask a host, so that no other crawl asks it before `next`; tells whether it was free.
    pub async fn take_turn(&self, origin: &str, now: Timestamp, next: Timestamp) -> Result<bool, SqlError> {
        let statement = sql!(
            "INSERT INTO crawl_hosts (origin, next_at) VALUES (?1, ?3)
             ON CONFLICT (origin) DO UPDATE SET next_at = excluded.next_at WHERE next_at <= ?2
             RETURNING next_at AS n",
            origin,
            now.0,
            next.0
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some())
    }

    /// Lists documents of pages that the newest crawl found to be no pages any more, or that two crawls in a row did
    /// not come across: some at a time, with the contents of all their versions.
    pub async fn vanished(
        &self,
        source: &Source,
        counts_missing: bool,
    ) -> Result<(Vec<DocumentId>, Vec<String>), SqlError> {
        #[derive(Deserialize)]
        struct Row {
            document_id: DocumentId,
            content_hash: String,
        }
        let statement = sql!(
            "SELECT document_versions.document_id, document_versions.content_hash FROM document_versions
             WHERE document_versions.workspace_id = ?1 AND document_versions.document_id IN (
                SELECT document_id FROM crawl_pages WHERE workspace_id = ?1 AND source_id = ?2
                    AND document_id IN (SELECT id FROM documents WHERE workspace_id = ?1)
                    AND ((run = ?3 AND state = 'skipped') OR (?4 AND run < ?3 AND missing >= 1))
                LIMIT 50)",
            self.workspace.as_str(),
            source.id.as_str(),
            source.run,
            counts_missing
        );
        let rows: Vec<Row> = self.rows(statement).await?;
        let mut ids: Vec<DocumentId> = rows.iter().map(|it| it.document_id.clone()).collect();
        ids.sort();
        ids.dedup();
        Ok((ids, rows.into_iter().map(|it| it.content_hash).collect()))
    }
}

/// Keeps what a host's robots.txt says, or that it could not be had, and when the host may be asked again.
pub fn set_host(workspace: &WorkspaceId, host: &CrawlHost) -> TenantStatement {
    sql!(workspace => "INSERT INTO crawl_hosts (origin, rules, robots_at, failures, next_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (origin) DO UPDATE SET rules = excluded.rules, robots_at = excluded.robots_at,
            failures = excluded.failures, next_at = max(next_at, excluded.next_at)",
        host.origin.as_str(),
        host.rules.as_deref(),
        host.robots_at.0,
        host.failures,
        host.next_at.0
    )
}

/// Has a host left alone until a moment.
pub fn pause_host(workspace: &WorkspaceId, origin: &str, until: Timestamp) -> TenantStatement {
    sql!(workspace => "UPDATE crawl_hosts SET next_at = max(next_at, ?2) WHERE origin = ?1",
        origin,
        until.0
    )
}

/// Puts addresses into the frontier, as far as the crawl has not come across them before and is not larger than `most`,
/// where a long address counts for several; what is left out takes no place from what is not. Those of a shape that
/// there are many of already are kept as skipped, for the reason given.
pub fn enqueue(source: &Source, found: &[&Found], most: u32, too_many: &str) -> TenantStatement {
    const ENQUEUE: &str = concat!(
        "INSERT INTO crawl_pages (source_id, workspace_id, url, kind, origin, shape, run, state, reason, depth, hops)
         SELECT ?1, ?2, value ->> 'url', value ->> 'kind', value ->> 'origin', value ->> 'shape', ?3,
            iif(value ->> 'skipped' IS NOT NULL OR is_trap, 'skipped', 'waiting'),
            coalesce(value ->> 'skipped', iif(is_trap, ?6, NULL)), value ->> 'depth', value ->> 'hops'
         FROM (SELECT value, value ->> 'shape' IS NOT NULL AND (SELECT count(*) FROM crawl_pages AS known
                WHERE known.source_id = ?1 AND known.shape = value ->> 'shape' AND known.run = ?3)
                + row_number() OVER (PARTITION BY value ->> 'shape', is_known) > value ->> 'most' AS is_trap
            FROM (SELECT value, EXISTS (SELECT 1 FROM crawl_pages AS known WHERE known.source_id = ?1
                    AND known.url = value ->> 'url' AND known.run = ?3) AS is_known FROM json_each(?4)))
         WHERE (SELECT ",
        weight!(),
        " FROM crawl_pages WHERE workspace_id = ?2 AND source_id = ?1 AND run = ?3) < ?5
            OR (value ->> 'skipped' IS NULL AND (SELECT ",
        weight!(),
        " FROM crawl_pages
                WHERE workspace_id = ?2 AND source_id = ?1 AND run = ?3 AND state <> 'skipped') < ?5)
         ON CONFLICT (source_id, url) DO UPDATE SET run = excluded.run, state = excluded.state,
            reason = excluded.reason, depth = excluded.depth, hops = excluded.hops, leads_to = NULL, tries = 0,
            next_at = 0, is_canonical = 0, missing = 0
         WHERE run < excluded.run"
    );
    sql!(&source.workspace_id => ENQUEUE,
        source.id.as_str(),
        source.workspace_id.as_str(),
        source.run,
        json(&found),
        most,
        too_many
    )
}

/// How long a reason is kept, in characters: it may name another address.
const REASON: usize = 300;

/// Writes what became of an address, unless a newer crawl has come across it. Links are kept with a document alone,
/// since a page without one is read whole again.
pub fn settle(page: &CrawlPage) -> TenantStatement {
    let it = page;
    let is_kept = it.document_id.is_some() && it.state != PageState::Skipped;
    let links: &[String] = if is_kept { &it.links } else { &[] };
    let reason = it.reason.as_ref().map(|it| it.chars().take(REASON).collect::<String>());
    sql!(&it.workspace_id => "UPDATE crawl_pages SET state = ?5, reason = ?6, leads_to = ?7, tries = ?8, next_at = ?9, document_id = ?10,
            title = ?11, etag = ?12, last_modified = ?13, links = ?14, fetched_at = ?15, kind = ?16
         WHERE workspace_id = ?1 AND source_id = ?2 AND url = ?3 AND run = ?4",
        it.workspace_id.as_str(),
        it.source_id.as_str(),
        it.url.as_str(),
        it.run,
        it.state.as_str(),
        reason,
        it.leads_to.as_deref(),
        it.tries,
        it.next_at.0,
        it.document_id.as_ref().map(DocumentId::as_str),
        it.title.as_deref(),
        it.etag.as_deref(),
        it.last_modified.as_deref(),
        json(&links),
        it.fetched_at.map(|at| at.0),
        it.kind.as_str()
    )
}

/// Has the pages read again that were left out in favour of an address that cannot be had.
pub fn release(page: &CrawlPage, reason: &str) -> TenantStatement {
    sql!(&page.workspace_id => "UPDATE crawl_pages SET state = 'waiting', reason = NULL, leads_to = NULL, is_canonical = 1
         WHERE workspace_id = ?1 AND source_id = ?2 AND leads_to = ?3 AND run = ?4 AND state = 'skipped' AND reason = ?5",
        page.workspace_id.as_str(),
        page.source_id.as_str(),
        page.url.as_str(),
        page.run,
        reason
    )
}

/// Leaves out what a crawl has not come to.
pub fn leave_out_waiting(source: &Source, reason: &str) -> TenantStatement {
    sql!(&source.workspace_id => "UPDATE crawl_pages SET state = 'skipped', reason = ?4
         WHERE workspace_id = ?1 AND source_id = ?2 AND run = ?3 AND state = 'waiting'",
        source.workspace_id.as_str(),
        source.id.as_str(),
        source.run,
        reason
    )
}

/// Forgets the addresses of earlier crawls that are no documents and that the newest one did not come across.
pub fn forget_old(source: &Source) -> TenantStatement {
    sql!(&source.workspace_id => "DELETE FROM crawl_pages
         WHERE workspace_id = ?1 AND source_id = ?2 AND run < ?3 AND document_id IS NULL AND is_removed = 0",
        source.workspace_id.as_str(),
        source.id.as_str(),
        source.run
    )
}

/// Notes that a crawl did not come across some addresses.
pub fn count_missing(source: &Source) -> TenantStatement {
    sql!(&source.workspace_id => "UPDATE crawl_pages SET missing = missing + 1 WHERE workspace_id = ?1 AND source_id = ?2 AND run < ?3",
        source.workspace_id.as_str(),
        source.id.as_str(),
        source.run
    )
}

/// Deletes a page's document.
pub fn retire(workspace: &WorkspaceId, document: &DocumentId) -> Vec<TenantStatement> {
    vec![
        sql!(workspace => "UPDATE crawl_pages SET document_id = NULL, etag = NULL, last_modified = NULL, links = '[]'
             WHERE workspace_id = ?1 AND document_id = ?2",
            workspace.as_str(),
            document.as_str()
        ),
        crate::documents::delete(workspace, document),
    ]
}

/// Notes that a member deleted a page's document, so that no crawl brings it back.
pub fn remove(workspace: &WorkspaceId, document: &DocumentId) -> TenantStatement {
    sql!(workspace => "UPDATE crawl_pages SET document_id = NULL, etag = NULL, last_modified = NULL, links = '[]', is_removed = 1
         WHERE workspace_id = ?1 AND document_id = ?2",
        workspace.as_str(),
        document.as_str()
    )
}

/// Forgets some hosts that no crawl has asked for anything since a moment. Of all tenants: a sweep does it.
pub fn purge_hosts(before: Timestamp) -> DatabaseStatement {
    sql!(Database => "DELETE FROM crawl_hosts WHERE origin IN (SELECT origin FROM crawl_hosts WHERE next_at < ?1 LIMIT 100)",
        before.0
    )
}
