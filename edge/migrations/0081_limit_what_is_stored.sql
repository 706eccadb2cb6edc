-- What each plan allows a workspace to store, as rows, and how much of it each workspace uses.
-- Triggers keep `usage` true and refuse, in the batch that writes, what would be more than the plan allows. Their message
-- begins as that of a broken constraint does, so that both drivers take it for one.
CREATE TABLE plan_quotas (
    plan TEXT NOT NULL,
    -- documents, sources, or stored_bytes: the bytes of all versions of all documents.
    resource TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (plan, resource)
) WITHOUT ROWID;
INSERT INTO plan_quotas (plan, resource, amount) VALUES
    ('FREE', 'documents', 1000), ('FREE', 'sources', 20), ('FREE', 'stored_bytes', 268435456),
    ('STARTER', 'documents', 10000), ('STARTER', 'sources', 100), ('STARTER', 'stored_bytes', 1073741824),
    ('PRO', 'documents', 50000), ('PRO', 'sources', 500), ('PRO', 'stored_bytes', 5368709120),
    ('ENTERPRISE', 'documents', 500000), ('ENTERPRISE', 'sources', 5000), ('ENTERPRISE', 'stored_bytes', 53687091200);

CREATE TABLE usage (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, resource)
) WITHOUT ROWID;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'documents', (SELECT count(*) FROM documents WHERE workspace_id = workspaces.id) FROM workspaces;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'sources', (SELECT count(*) FROM sources WHERE workspace_id = workspaces.id) FROM workspaces;
INSERT INTO usage (workspace_id, resource, used)
    SELECT id, 'stored_bytes', (SELECT coalesce(sum(size), 0) FROM document_versions WHERE workspace_id = workspaces.id)
    FROM workspaces;

CREATE TRIGGER usage_begins AFTER INSERT ON workspaces BEGIN
    INSERT INTO usage (workspace_id, resource) VALUES
        (NEW.id, 'documents'), (NEW.id, 'sources'), (NEW.id, 'stored_bytes');
END;

CREATE TRIGGER documents_counted AFTER INSERT ON documents BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'documents';
END;
CREATE TRIGGER documents_given_back AFTER DELETE ON documents BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'documents';
END;
CREATE TRIGGER sources_counted AFTER INSERT ON sources BEGIN
    UPDATE usage SET used = used + 1 WHERE workspace_id = NEW.workspace_id AND resource = 'sources';
END;
CREATE TRIGGER sources_given_back AFTER DELETE ON sources BEGIN
    UPDATE usage SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'sources';
END;
CREATE TRIGGER stored_bytes_counted AFTER INSERT ON document_versions BEGIN
    UPDATE usage SET used = used + NEW.size WHERE workspace_id = NEW.workspace_id AND resource = 'stored_bytes';
END;
CREATE TRIGGER stored_bytes_given_back AFTER DELETE ON document_versions BEGIN
    UPDATE usage SET used = used - OLD.size WHERE workspace_id = OLD.workspace_id AND resource = 'stored_bytes';
END;

-- Only what grows is refused: a workspace whose plan was lowered keeps what it has and may delete.
CREATE TRIGGER usage_within_plan BEFORE UPDATE OF used ON usage WHEN NEW.used > OLD.used AND NEW.used > (
    SELECT plan_quotas.amount FROM workspaces JOIN plan_quotas ON plan_quotas.plan = workspaces.plan
    WHERE workspaces.id = NEW.workspace_id AND plan_quotas.resource = NEW.resource
) BEGIN
    SELECT CASE NEW.resource
        WHEN 'documents' THEN RAISE (ABORT, 'constraint failed: quota documents')
        WHEN 'sources' THEN RAISE (ABORT, 'constraint failed: quota sources')
        ELSE RAISE (ABORT, 'constraint failed: quota stored_bytes')
    END;
END;
