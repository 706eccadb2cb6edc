-- Sites that documents are taken from, and how far the taking has come. `run` counts the crawls from 1;
-- `next_step_at` is when somebody has to look at the source again: in a moment while a crawl is under way, and when it
-- is to be refreshed afterwards; null when nothing is to be done.
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    max_pages INTEGER NOT NULL,
    include_patterns TEXT NOT NULL DEFAULT '[]',
    exclude_patterns TEXT NOT NULL DEFAULT '[]',
    allowed_hosts TEXT NOT NULL DEFAULT '[]',
    refresh TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    run INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    next_step_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX sources_by_workspace ON sources (workspace_id, created_at, id);
CREATE INDEX sources_due ON sources (next_step_at) WHERE next_step_at IS NOT NULL;
-- The same address twice in a collection is one source.
CREATE UNIQUE INDEX sources_by_url ON sources (collection_id, url);

-- The frontier: every address that a crawl has come across, once. `run` is the crawl that saw it last.
CREATE TABLE crawl_pages (
    source_id TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    -- page or sitemap.
    kind TEXT NOT NULL,
    -- Scheme, host and port: who is asked for it.
    origin TEXT NOT NULL,
    -- What it has in common with the other addresses of a possible trap.
    shape TEXT,
    run INTEGER NOT NULL,
    -- waiting, done, skipped or failed, and why.
    state TEXT NOT NULL,
    reason TEXT,
    -- Where a redirect, or its canonical link, leads.
    leads_to TEXT,
    -- Clicks from the start, and redirects since the last click.
    depth INTEGER NOT NULL,
    hops INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    -- Set when the page that its canonical link names cannot be had.
    is_canonical INTEGER NOT NULL DEFAULT 0,
    -- Set when somebody deleted its document: it is read for its links alone.
    is_removed INTEGER NOT NULL DEFAULT 0,
    document_id TEXT REFERENCES documents (id) ON DELETE SET NULL,
    title TEXT,
    etag TEXT,
    last_modified TEXT,
    -- The addresses it links to, for a page that has not changed.
    links TEXT NOT NULL DEFAULT '[]',
    -- Crawls in a row that did not come across it.
    missing INTEGER NOT NULL DEFAULT 0,
    fetched_at INTEGER,
    PRIMARY KEY (source_id, url)
) WITHOUT ROWID;
CREATE INDEX crawl_pages_by_state ON crawl_pages (source_id, run, state, kind, depth);
CREATE INDEX crawl_pages_by_shape ON crawl_pages (source_id, shape) WHERE shape IS NOT NULL;
CREATE INDEX crawl_pages_by_document ON crawl_pages (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX crawl_pages_by_target ON crawl_pages (source_id, leads_to) WHERE leads_to IS NOT NULL;

-- What we know of the hosts we read from, whoever asked for it: what they forbid, and when they may be asked again.
CREATE TABLE crawl_hosts (
    origin TEXT PRIMARY KEY,
    -- What robots.txt says; null while it could not be had.
    robots TEXT,
    robots_at INTEGER NOT NULL DEFAULT 0,
    -- Times in a row that robots.txt could not be had.
    failures INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0
);

-- The source that a document is a page of. Without a cascade: a document leaves the index as well.
ALTER TABLE documents ADD COLUMN source_id TEXT REFERENCES sources (id) ON DELETE SET NULL;
CREATE INDEX documents_by_source ON documents (source_id) WHERE source_id IS NOT NULL;
