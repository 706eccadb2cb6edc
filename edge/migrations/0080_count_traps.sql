-- Work that was begun and has not ended: a page, a robots.txt, a document, a delivery, a job. The row is written before
-- the work and deleted when it ends, well or badly, so that a row whose time is over tells of an isolate that crashed
-- meanwhile. Such work is done again with nothing beside it, and what then crashes is charged to it.
CREATE TABLE attempts (
    workspace_id TEXT NOT NULL,
    -- What it is, such as `document/doc_1/3`.
    work TEXT NOT NULL,
    -- Until then it may be under way.
    lease_until INTEGER NOT NULL,
    -- Whether it has the isolate to itself.
    is_alone INTEGER NOT NULL DEFAULT 0,
    -- Crashes while it was alone.
    traps INTEGER NOT NULL DEFAULT 0,
    -- Until then it is not begun, after too many of them.
    set_aside_until INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, work)
) WITHOUT ROWID;
CREATE INDEX attempts_by_age ON attempts (changed_at);

-- When an attempt to deliver to an endpoint last failed: failures far apart are no failing endpoint.
ALTER TABLE webhooks ADD COLUMN last_failed_at INTEGER;
