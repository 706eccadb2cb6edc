-- Codes are counted by the mailbox that they reach, however its address is written, and by the block of networks that
-- asked for them: the /24 of an IPv4 address or the /48 of an IPv6 address, as a keyed hash.
ALTER TABLE mailed_codes ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
ALTER TABLE mailed_codes ADD COLUMN block TEXT NOT NULL DEFAULT '';
UPDATE mailed_codes SET mailbox = email, block = network;
DROP INDEX mailed_codes_by_email;
CREATE INDEX mailed_codes_by_email ON mailed_codes (email, purpose);
CREATE INDEX mailed_codes_by_mailbox ON mailed_codes (mailbox, purpose, created_at);
