-- The tenants, and who belongs to them. Every tenant table below names a workspace and goes with it.
CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    logo_url TEXT,
    timezone TEXT NOT NULL,
    plan TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    owner_id TEXT NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL
);

CREATE TABLE memberships (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, account_id)
);
CREATE INDEX memberships_by_account ON memberships (account_id);
