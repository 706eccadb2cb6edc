-- A request that a crash cut off is taken up where it was: its ids and secrets come out of the seed again, and a batch
-- that was written is not written again. What was under way before knows no seed.
DELETE FROM idempotency_keys WHERE sealed_answer IS NULL;
ALTER TABLE idempotency_keys ADD COLUMN seed TEXT NOT NULL DEFAULT '';
ALTER TABLE idempotency_keys ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;

-- The batches of a request that were written: each row is the first statement of its batch.
CREATE TABLE idempotency_effects (
    request_id TEXT NOT NULL REFERENCES idempotency_keys (id) ON DELETE CASCADE,
    -- The statement, and how many of its like came before it in the request.
    batch TEXT NOT NULL,
    -- Of the request's body, where it is known before the end.
    fingerprint TEXT,
    PRIMARY KEY (request_id, batch)
);
