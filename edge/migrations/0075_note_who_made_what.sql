-- Who made an API key or a webhook: a person, or a program by its key. Rows of earlier releases name nobody. Names are
-- joined and not copied, so that they go with the account. A webhook counts as made by whoever set its address last.
ALTER TABLE api_keys ADD COLUMN created_by_account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL;
-- The network of the last caller, /24 for IPv4 and /48 for IPv6; never noted for keys of web pages, whose callers are
-- visitors.
ALTER TABLE api_keys ADD COLUMN last_used_network TEXT;
ALTER TABLE webhooks ADD COLUMN created_by_account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE webhooks ADD COLUMN created_by_key_id TEXT REFERENCES api_keys (id) ON DELETE SET NULL;
CREATE INDEX api_keys_by_creator ON api_keys (created_by_account_id) WHERE created_by_account_id IS NOT NULL;
CREATE INDEX webhooks_by_creator ON webhooks (created_by_account_id) WHERE created_by_account_id IS NOT NULL;
CREATE INDEX webhooks_by_key ON webhooks (created_by_key_id) WHERE created_by_key_id IS NOT NULL;
CREATE INDEX invitations_by_inviter ON invitations (invited_by) WHERE invited_by IS NOT NULL;
