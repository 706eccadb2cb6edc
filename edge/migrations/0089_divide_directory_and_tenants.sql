-- An installation may have more than one database, all with this schema. The first, whose binding is DB, is the directory
-- of people and workspaces, and the tenants' first database as well; each further one has the rows of some tenants.
-- `accounts`, `workspaces` and `memberships` are in each: in the directory of all, elsewhere of the tenants there, of an
-- account its id and name, with the id in place of its address. In the first database the two are one row.

-- The database with the rows of a workspace. It never changes.
ALTER TABLE workspaces ADD COLUMN database TEXT NOT NULL DEFAULT 'DB';
-- When a membership was made or changed last, so that an older change that comes late does not undo a newer one.
ALTER TABLE memberships ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

-- To which workspace a key belongs, of the keys of all databases. Whether it is good is said with the key alone.
CREATE TABLE key_hashes (
    hash TEXT PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX key_hashes_by_workspace ON key_hashes (workspace_id);
INSERT INTO key_hashes (hash, key_id, workspace_id) SELECT hash, id, workspace_id FROM api_keys WHERE revoked_at IS NULL;

-- For this release: the Worker of the one before answers until the update is done, and notes no hashes.
CREATE TRIGGER key_hashes_noted AFTER INSERT ON api_keys
WHEN (SELECT database FROM workspaces WHERE id = NEW.workspace_id) = 'DB' BEGIN
    INSERT INTO key_hashes (hash, key_id, workspace_id) VALUES (NEW.hash, NEW.id, NEW.workspace_id)
    ON CONFLICT DO NOTHING;
END;

-- How many workspaces a person owns is counted in the directory, where the accounts have addresses.
DROP TRIGGER workspaces_within_plan;
CREATE TRIGGER workspaces_within_plan BEFORE INSERT ON memberships WHEN NEW.role = 'OWNER' AND (
    SELECT email <> id FROM accounts WHERE id = NEW.account_id
) AND (
    SELECT count(*) FROM memberships
    WHERE account_id = NEW.account_id AND role = 'OWNER' AND workspace_id <> NEW.workspace_id
) >= (
    SELECT max(amount) FROM plan_quotas WHERE resource = 'workspaces' AND plan IN (
        SELECT plan FROM workspaces WHERE id = NEW.workspace_id OR id IN (
            SELECT workspace_id FROM memberships WHERE account_id = NEW.account_id AND role = 'OWNER'))
) BEGIN
    SELECT RAISE (ABORT, 'constraint failed: quota workspaces');
END;
DROP TRIGGER workspaces_within_plan_of_new_owner;
CREATE TRIGGER workspaces_within_plan_of_new_owner BEFORE UPDATE OF role ON memberships
WHEN NEW.role = 'OWNER' AND OLD.role <> 'OWNER' AND (
    SELECT email <> id FROM accounts WHERE id = NEW.account_id
) AND (
    SELECT count(*) FROM memberships
    WHERE account_id = NEW.account_id AND role = 'OWNER' AND workspace_id <> NEW.workspace_id
) >= (
    SELECT max(amount) FROM plan_quotas WHERE resource = 'workspaces' AND plan IN (
        SELECT plan FROM workspaces WHERE id = NEW.workspace_id OR id IN (
            SELECT workspace_id FROM memberships WHERE account_id = NEW.account_id AND role = 'OWNER'))
) BEGIN
    SELECT RAISE (ABORT, 'constraint failed: quota workspaces');
END;
