-- Who is told what happens, in which dialect. Secrets and the values of an endpoint's own headers are sealed: nobody
-- who reads the rows alone can sign or call in our place.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    form TEXT NOT NULL,
    -- Set when the endpoint is told of one agent alone.
    agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    header_names TEXT NOT NULL DEFAULT '[]',
    sealed_headers TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    sealed_old_secret TEXT,
    old_secret_until INTEGER,
    disabled_because TEXT,
    -- Attempts that failed since the last that did not, and since when.
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    paused_until INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX webhooks_by_workspace ON webhooks (workspace_id, created_at, id);
CREATE INDEX webhooks_by_agent ON webhooks (agent_id);

-- What happened, written in the batch of the change itself, when an endpoint of the workspace asks for its kind.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    agent_id TEXT,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX events_by_workspace ON events (workspace_id, created_at, id);

-- An event on its way to an endpoint. The id is made of the two, so that writing it twice writes it once.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, created_at, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);

-- Every attempt: what was sent, what came back, how long it took. The body sent is made of the event.
CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    status INTEGER,
    error TEXT,
    response TEXT NOT NULL DEFAULT '',
    duration_ms INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, number)
);
