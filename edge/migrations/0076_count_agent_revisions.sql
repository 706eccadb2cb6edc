-- Every change of an agent counts its revision up, so that an editor who saw an older one can be told, and by whom it
-- was changed. NOT NULL is what makes a batch fail as a whole: a write that expects another revision sets null.
ALTER TABLE agents ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agents ADD COLUMN updated_by_account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE agents ADD COLUMN updated_by_key_id TEXT REFERENCES api_keys (id) ON DELETE SET NULL;
CREATE INDEX agents_by_editor ON agents (updated_by_account_id) WHERE updated_by_account_id IS NOT NULL;
