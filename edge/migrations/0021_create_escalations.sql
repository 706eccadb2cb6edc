-- Questions for a person: raised by an answer that was not sure enough, by one that only a person may give, or by a
-- visitor. What is kept of the question is a copy, so that it outlives the conversation.
CREATE TABLE escalations (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    conversation_id TEXT REFERENCES conversations (id) ON DELETE SET NULL,
    -- The answer that was not good enough.
    message_id TEXT,
    question TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    email TEXT,
    confidence REAL,
    reason TEXT NOT NULL,
    reason_text TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    reply TEXT,
    replied_at INTEGER,
    -- The document that answers the question from now on.
    document_id TEXT REFERENCES documents (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    resolved_at INTEGER
);
CREATE INDEX escalations_by_workspace ON escalations (workspace_id, created_at, id);
CREATE INDEX escalations_by_agent ON escalations (workspace_id, agent_id, reason);
CREATE INDEX escalations_by_conversation ON escalations (conversation_id);
CREATE INDEX escalations_by_document ON escalations (document_id);
