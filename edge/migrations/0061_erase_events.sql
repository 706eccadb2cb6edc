-- Whose visit an event or an escalation is about, so that it goes when the visitor does.
ALTER TABLE events ADD COLUMN session_key TEXT;
CREATE INDEX events_by_session ON events (workspace_id, session_key);
ALTER TABLE escalations ADD COLUMN session_key TEXT;
CREATE INDEX escalations_by_session ON escalations (workspace_id, session_key);
UPDATE escalations SET session_key = (SELECT session_key FROM conversations WHERE id = escalations.conversation_id);
UPDATE events SET session_key = coalesce(
    json_extract(data, '$.session_key'),
    (SELECT conversations.session_key FROM messages JOIN conversations ON conversations.id = messages.conversation_id
     WHERE messages.id = json_extract(events.data, '$.message_id')),
    (SELECT session_key FROM escalations WHERE id = json_extract(events.data, '$.escalation_id')));
