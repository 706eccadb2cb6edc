-- A conversation is named by the channel that it came by and the scope of its session there, beside the session that the
-- client chose: a session of one API never meets that of another, or of another key, although they have the same text.
-- The scope is empty where the session alone is enough, as for widgets.
ALTER TABLE conversations ADD COLUMN channel TEXT NOT NULL DEFAULT 'widget';
ALTER TABLE conversations ADD COLUMN scope TEXT NOT NULL DEFAULT '';
UPDATE conversations SET channel = 'twin'
    WHERE agent_id IN (SELECT agent_id FROM deputies WHERE deputies.workspace_id = conversations.workspace_id)
        AND session_key = id;
-- The index of the release before stays for this one: its Worker answers until the update is done, and names its columns.
CREATE UNIQUE INDEX conversations_by_channel ON conversations (workspace_id, agent_id, channel, scope, session_key);
