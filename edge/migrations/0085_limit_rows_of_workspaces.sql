-- What plans allow of rows that nothing counted until now. `workspaces` is what one account may own; the others are of a
-- workspace, counted in `usage` as documents are.
INSERT INTO plan_quotas (plan, resource, amount) VALUES
    ('FREE', 'agents', 50), ('FREE', 'api_keys', 100), ('FREE', 'open_escalations', 2000), ('FREE', 'workspaces', 10),
    -- As many as one list shows, at most.
    ('FREE', 'collections', 100), ('STARTER', 'collections', 300), ('PRO', 'collections', 1000),
    ('ENTERPRISE', 'collections', 1000),
    ('STARTER', 'agents', 200), ('STARTER', 'api_keys', 500), ('STARTER', 'open_escalations', 10000),
    ('STARTER', 'workspaces', 50),
    ('PRO', 'agents', 1000), ('PRO', 'api_keys', 2000), ('PRO', 'open_escalations', 50000), ('PRO', 'workspaces', 200),
    ('ENTERPRISE', 'agents', 10000), ('ENTERPRISE', 'api_keys', 10000), ('ENTERPRISE', 'open_escalations', 500000),
    ('ENTERPRISE', 'workspaces', 2000);

INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'agents', (SELECT count(*) FROM agents WHERE workspace_id = workspaces.id) FROM workspaces;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'collections', (SELECT count(*) FROM collections WHERE workspace_id = workspaces.id) FROM workspaces;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'api_keys', (SELECT count(*) FROM api_keys WHERE workspace_id = workspaces.id AND revoked_at IS NULL)
    FROM workspaces;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'open_escalations',
        (SELECT count(*) FROM escalations WHERE workspace_id = workspaces.id AND status = 'open') FROM workspaces;

DROP TRIGGER usage_begins;
CREATE TRIGGER usage_begins AFTER INSERT ON workspaces BEGIN
    INSERT INTO usage (workspace_id, resource) VALUES
        (NEW.id, 'documents'), (NEW.id, 'sources'), (NEW.id, 'stored_bytes'),
        (NEW.id, 'agents'), (NEW.id, 'collections'), (NEW.id, 'api_keys'), (NEW.id, 'open_escalations');
END;

CREATE TRIGGER agents_counted AFTER INSERT ON agents BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'agents';
END;
CREATE TRIGGER agents_given_back AFTER DELETE ON agents BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'agents';
END;
CREATE TRIGGER collections_counted AFTER INSERT ON collections BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'collections';
END;
CREATE TRIGGER collections_given_back AFTER DELETE ON collections BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'collections';
END;
CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys WHEN NEW.revoked_at IS NULL BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'api_keys';
END;
-- Of the keys that are revoked the newest 1,000 are kept.
CREATE TRIGGER api_keys_revoked AFTER UPDATE OF revoked_at ON api_keys
WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = NEW.workspace_id AND resource = 'api_keys';
    DELETE FROM api_keys WHERE id IN (
        SELECT id FROM api_keys WHERE workspace_id = NEW.workspace_id AND revoked_at IS NOT NULL AND id <> NEW.id
        ORDER BY revoked_at DESC LIMIT 100 OFFSET 999);
END;
CREATE TRIGGER api_keys_given_back AFTER DELETE ON api_keys WHEN OLD.revoked_at IS NULL BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'api_keys';
END;
CREATE TRIGGER escalations_counted AFTER INSERT ON escalations WHEN NEW.status = 'open' BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'open_escalations';
END;
CREATE TRIGGER escalations_reopened AFTER UPDATE OF status ON escalations
WHEN OLD.status <> 'open' AND NEW.status = 'open' BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'open_escalations';
END;
CREATE TRIGGER escalations_resolved AFTER UPDATE OF status ON escalations
WHEN OLD.status = 'open' AND NEW.status <> 'open' BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = NEW.workspace_id AND resource = 'open_escalations';
END;
CREATE TRIGGER escalations_given_back AFTER DELETE ON escalations WHEN OLD.status = 'open' BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'open_escalations';
END;

DROP TRIGGER usage_within_plan;
CREATE TRIGGER usage_within_plan BEFORE UPDATE OF used ON usage WHEN NEW.used > OLD.used AND NEW.used > (
    SELECT plan_quotas.amount FROM workspaces JOIN plan_quotas ON plan_quotas.plan = workspaces.plan
    WHERE workspaces.id = NEW.workspace_id AND plan_quotas.resource = NEW.resource
) BEGIN
    SELECT CASE NEW.resource
        WHEN 'documents' THEN RAISE (ABORT, 'constraint failed: quota documents')
        WHEN 'sources' THEN RAISE (ABORT, 'constraint failed: quota sources')
        WHEN 'agents' THEN RAISE (ABORT, 'constraint failed: quota agents')
        WHEN 'collections' THEN RAISE (ABORT, 'constraint failed: quota collections')
        WHEN 'api_keys' THEN RAISE (ABORT, 'constraint failed: quota api_keys')
        WHEN 'open_escalations' THEN RAISE (ABORT, 'constraint failed: quota open_escalations')
        ELSE RAISE (ABORT, 'constraint failed: quota stored_bytes')
    END;
END;

-- How many workspaces an account owns is bounded by the largest plan among them, the new one included. It is counted
-- where somebody becomes an owner, so that workspaces cannot be collected by handing them over.
CREATE TRIGGER workspaces_within_plan BEFORE INSERT ON memberships WHEN NEW.role = 'OWNER' AND (
    SELECT count(*) FROM memberships
    WHERE account_id = NEW.account_id AND role = 'OWNER' AND workspace_id <> NEW.workspace_id
) >= (
    SELECT max(amount) FROM plan_quotas WHERE resource = 'workspaces' AND plan IN (
        SELECT plan FROM workspaces WHERE id = NEW.workspace_id OR id IN (
            SELECT workspace_id FROM memberships WHERE account_id = NEW.account_id AND role = 'OWNER'))
) BEGIN
    SELECT RAISE (ABORT, 'constraint failed: quota workspaces');
END;
CREATE TRIGGER workspaces_within_plan_of_new_owner BEFORE UPDATE OF role ON memberships
WHEN NEW.role = 'OWNER' AND OLD.role <> 'OWNER' AND (
    SELECT count(*) FROM memberships
    WHERE account_id = NEW.account_id AND role = 'OWNER' AND workspace_id <> NEW.workspace_id
) >= (
    SELECT max(amount) FROM plan_quotas WHERE resource = 'workspaces' AND plan IN (
        SELECT plan FROM workspaces WHERE id = NEW.workspace_id OR id IN (
            SELECT workspace_id FROM memberships WHERE account_id = NEW.account_id AND role = 'OWNER'))
) BEGIN
    SELECT RAISE (ABORT, 'constraint failed: quota workspaces');
END;

-- When something last happened to an escalation; null when nothing has since it was raised. One that is open and
-- forgotten is closed, and the oldest resolved ones go when there are too many.
ALTER TABLE escalations ADD COLUMN changed_at INTEGER;
CREATE INDEX escalations_forgotten ON escalations (coalesce(changed_at, created_at)) WHERE status = 'open';
CREATE INDEX escalations_by_resolution ON escalations (workspace_id, resolved_at) WHERE resolved_at IS NOT NULL;

-- Links are kept for pages that have a document, and not many bytes of them. A page without its links is read whole
-- when it is asked for again.
UPDATE crawl_pages SET links = '[]' WHERE document_id IS NULL AND links <> '[]';
UPDATE crawl_pages SET links = '[]', etag = NULL, last_modified = NULL WHERE length(links) > 32768;
