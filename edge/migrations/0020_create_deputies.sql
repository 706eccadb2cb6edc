-- Which agent of a workspace answers in its owner's place, and how. The row is made on first use.
CREATE TABLE deputies (
    workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- Whom escalated answers name; the workspace's owner when it is empty.
    owner_name TEXT NOT NULL DEFAULT '',
    -- An amount of money above it is for the owner to decide; none looks at no amounts.
    approval_limit REAL,
    -- What an answer saves, in minutes.
    minutes_saved INTEGER NOT NULL
);
