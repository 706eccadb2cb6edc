-- Sign-ups that wait for the code that was mailed for them. Name and password become an account's when their own code is
-- entered, so nobody's password becomes the account of another person. Several people may sign up with one address.
CREATE TABLE sign_ups (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    full_name TEXT NOT NULL,
    -- An argon2id PHC string; empty once it is the account's.
    password_hash TEXT NOT NULL,
    -- Whose sign-up it is when nothing else tells: a keyed hash of the network that it came from.
    network TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX sign_ups_by_email ON sign_ups (email, created_at);
CREATE INDEX sign_ups_by_end ON sign_ups (expires_at);

-- Codes and links that were mailed: for a sign-up, or for an account's new password. The row holds neither of them: they
-- are made of its id and of a secret that no row holds. Rows are kept for a day, because they also count the mails.
CREATE TABLE mailed_codes (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    sign_up_id TEXT REFERENCES sign_ups (id) ON DELETE CASCADE,
    -- A keyed hash of the network that asked for it.
    network TEXT NOT NULL,
    code_expires_at INTEGER NOT NULL,
    link_expires_at INTEGER NOT NULL,
    -- Names the one attempt that used it; code and link are worth nothing from then on.
    used_by TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX mailed_codes_by_email ON mailed_codes (email, purpose, created_at);
CREATE INDEX mailed_codes_by_age ON mailed_codes (created_at);
CREATE INDEX mailed_codes_of_account ON mailed_codes (account_id);
CREATE INDEX mailed_codes_of_sign_up ON mailed_codes (sign_up_id);

-- How often a code was compared with what was entered, by who entered it: a network, or who holds the sign-up's id.
CREATE TABLE code_tries (
    code_id TEXT NOT NULL REFERENCES mailed_codes (id) ON DELETE CASCADE,
    tried_by TEXT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (code_id, tried_by)
);

-- Replaced by the tables above. Accounts whose address was never confirmed are deleted when they are a day old.
DROP TABLE otps;
CREATE INDEX accounts_unconfirmed ON accounts (created_at) WHERE email_verified_at IS NULL;
