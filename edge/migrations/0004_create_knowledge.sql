-- What agents answer from. A document's bytes are a blob named by their hash; its passages are in index segments.
CREATE TABLE collections (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    is_default INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);
CREATE INDEX collections_by_workspace ON collections (workspace_id, created_at);
CREATE UNIQUE INDEX one_default_collection ON collections (workspace_id) WHERE is_default = 1;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_url TEXT,
    file_name TEXT,
    media_type TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    error TEXT,
    language TEXT,
    chunk_count INTEGER NOT NULL DEFAULT 0,
    token_count INTEGER NOT NULL DEFAULT 0,
    preview TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX documents_by_workspace ON documents (workspace_id, created_at, id);
-- Two uploads of the same bytes at once are one document.
CREATE UNIQUE INDEX documents_by_content ON documents (collection_id, content_hash);

CREATE TABLE document_versions (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (document_id, version)
);

CREATE INDEX document_versions_by_content ON document_versions (workspace_id, content_hash);

-- The current index of a workspace: which immutable segments, less which documents.
-- `version` counts up with each change, so that a writer who read an older one fails instead of overwriting.
CREATE TABLE index_snapshots (
    workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    manifest TEXT NOT NULL
);
