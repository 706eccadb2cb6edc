-- Invitations into workspaces, by address. Who has confirmed the address may accept: there is no secret to keep.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invited_by TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
-- Inviting an address again replaces the invitation.
CREATE UNIQUE INDEX invitations_by_email ON invitations (workspace_id, email);
CREATE INDEX invitations_of_email ON invitations (email);
