-- What was answered to requests with an Idempotency-Key, for a day. The id is a hash of caller, path and key; the answer
-- is sealed, since some answers show secrets. While the first request runs there is no answer yet.
CREATE TABLE idempotency_keys (
    id TEXT PRIMARY KEY,
    -- Which request holds the row, so that one whose time was over does not answer for the next.
    holder TEXT NOT NULL,
    fingerprint TEXT,
    sealed_answer TEXT,
    held_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);
