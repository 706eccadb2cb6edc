-- What an address has said about mail from a workspace: it wants replies, or it wants nothing. Addresses are hashes.
CREATE TABLE mail_recipients (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    confirmed_at INTEGER,
    unsubscribed_at INTEGER,
    PRIMARY KEY (workspace_id, recipient)
);

-- Addresses that want no mail from any workspace.
CREATE TABLE mail_unsubscribes (
    recipient TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
);

-- How far a reply has come: a visitor who has not confirmed their address is asked first.
ALTER TABLE escalations ADD COLUMN reply_status TEXT;
UPDATE escalations SET reply_status = 'sent' WHERE reply IS NOT NULL;
-- Replies on their way wait for the answer to that question, too.
UPDATE escalations SET reply_status = 'queued' WHERE reply IS NOT NULL AND id IN (
    SELECT json_extract(task, '$.letter.escalation_id') FROM jobs
    WHERE parked_at IS NULL AND json_extract(task, '$.task') = 'send_mail');
CREATE INDEX escalations_by_email ON escalations (workspace_id, email) WHERE email IS NOT NULL;

-- The text of a reply is in its escalation alone, where erasure reaches it.
UPDATE jobs SET task = json_remove(task, '$.letter.text')
WHERE json_extract(task, '$.task') = 'send_mail' AND json_extract(task, '$.letter.letter') = 'reply';

-- Whether an invitation was mailed: not to an address that wants no mail.
ALTER TABLE invitations ADD COLUMN is_mailed INTEGER NOT NULL DEFAULT 1;
