-- Background work: a transactional outbox. A row is written in the batch of the change that causes it, leased while
-- it is done, deleted when it is done, and parked with its reason when it keeps failing.
-- No reference to workspaces: erasing one is itself a job.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    task TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    parked_at INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX jobs_due ON jobs (workspace_id, run_at) WHERE parked_at IS NULL;
