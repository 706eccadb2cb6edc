-- Who asked what, and what was answered on which grounds.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    session_key TEXT NOT NULL,
    page_url TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    last_message_at INTEGER NOT NULL
);
-- A client's session names one conversation per agent.
CREATE UNIQUE INDEX conversations_by_session ON conversations (workspace_id, agent_id, session_key);

-- An answer's row is written, pending, together with its question; the end of the answer completes it.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    author TEXT NOT NULL,
    status TEXT NOT NULL,
    text TEXT NOT NULL,
    citations TEXT NOT NULL DEFAULT '[]',
    confidence REAL,
    is_answered INTEGER,
    latency_ms INTEGER,
    trace TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX messages_by_conversation ON messages (conversation_id, created_at, id);
CREATE INDEX messages_by_agent ON messages (workspace_id, agent_id, created_at);

-- One word per answer; a second one replaces the first.
CREATE TABLE feedback (
    message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    rating INTEGER NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
CREATE INDEX feedback_by_agent ON feedback (workspace_id, agent_id);
