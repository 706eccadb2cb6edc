-- The secrets that were the current AUTH_SECRET while an earlier one was still accepted: by their key ids, which tell
-- nothing of them. They say when the earlier one may go.
CREATE TABLE auth_keys (
    id TEXT PRIMARY KEY,
    first_used_at INTEGER NOT NULL,
    -- When every row that an earlier secret had sealed had been sealed anew.
    resealed_at INTEGER
);
