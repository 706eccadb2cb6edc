-- Deleting a row looks for every row that refers to it. Without an index on the column that is a read of the whole table,
-- of all tenants, for each row that is deleted.
-- What else is in an index is what the rows are looked for by, so that it is never a worse choice than the others.
CREATE INDEX workspaces_by_owner ON workspaces (owner_id);
CREATE INDEX agents_by_editing_key ON agents (updated_by_key_id) WHERE updated_by_key_id IS NOT NULL;
CREATE INDEX agent_versions_by_workspace ON agent_versions (workspace_id, agent_id, version);
CREATE INDEX conversations_by_agent ON conversations (agent_id);
CREATE INDEX deputies_by_agent ON deputies (agent_id);
CREATE INDEX escalations_by_assignee ON escalations (assignee_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX deliveries_by_workspace ON deliveries (workspace_id, event_id);
CREATE INDEX delivery_attempts_by_workspace ON delivery_attempts (workspace_id, delivery_id, number);
DROP INDEX crawl_pages_by_state;
CREATE INDEX crawl_pages_by_state ON crawl_pages (workspace_id, source_id, run, state, kind, depth);
