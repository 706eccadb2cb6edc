-- Every mail that was ordered within the last day, so that the batch that orders a mail can count it. Rows are deleted
-- after a day. They outlive workspace and account: whoever deletes one does not get back what was used.
CREATE TABLE mail_ledger (
    id TEXT NOT NULL PRIMARY KEY,
    -- A hash of the address. Beyond a limit the batch writes null here, which the database refuses with all the rest.
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    workspace_id TEXT REFERENCES workspaces (id) ON DELETE SET NULL,
    -- Who caused the mail; null for what strangers ask for.
    account_id TEXT,
    -- The escalation that the mail answers.
    subject_id TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX mail_ledger_by_recipient ON mail_ledger (recipient, kind, created_at);
CREATE INDEX mail_ledger_by_account ON mail_ledger (account_id, kind, created_at);
CREATE INDEX mail_ledger_by_workspace ON mail_ledger (workspace_id, created_at);
CREATE INDEX mail_ledger_by_subject ON mail_ledger (subject_id, created_at);
CREATE INDEX mail_ledger_by_age ON mail_ledger (created_at);

-- When the operator stopped a workspace's outgoing mail; null when it flows.
ALTER TABLE workspaces ADD COLUMN mail_stopped_at INTEGER;
