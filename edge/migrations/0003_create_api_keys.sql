-- API keys. The key itself is never stored, only its SHA-256 and what people need to recognise it.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    allowed_domains TEXT NOT NULL DEFAULT '[]',
    allow_no_origin INTEGER NOT NULL DEFAULT 0,
    last_used_at INTEGER,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, created_at);
