-- Unanswered questions that somebody has dealt with: by the hash of their text, so that no text outlives its conversation.
CREATE TABLE question_resolutions (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    question_hash TEXT NOT NULL,
    resolved_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, question_hash)
);

CREATE INDEX messages_by_time ON messages (workspace_id, created_at);
