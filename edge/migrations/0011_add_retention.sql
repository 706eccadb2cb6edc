-- After how many days without a message conversations are deleted: 0 keeps nothing after the answer, NULL keeps all.
ALTER TABLE workspaces ADD COLUMN retention_days INTEGER;

CREATE INDEX conversations_by_activity ON conversations (workspace_id, last_message_at, id);
CREATE INDEX conversations_by_start ON conversations (workspace_id, created_at);
