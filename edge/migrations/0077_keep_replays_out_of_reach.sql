-- Of a request that was done, a row holds no text that anybody could read again: either the id of what its answer is
-- made of once more, or an answer sealed with the key of the request (`seed`, itself sealed), which goes with whatever
-- it shows. `done_at` tells that the request was done, whatever is kept of it.
ALTER TABLE idempotency_keys ADD COLUMN done_at INTEGER;
ALTER TABLE idempotency_keys ADD COLUMN reference TEXT;
-- Set when something that the answer shows was erased: from then on no answer is kept.
ALTER TABLE idempotency_keys ADD COLUMN is_erased INTEGER NOT NULL DEFAULT 0;
-- Answers of earlier releases were reached by no erasure. What was done stays done.
UPDATE idempotency_keys SET done_at = began_at, sealed_answer = NULL WHERE sealed_answer IS NOT NULL;
-- Fingerprints are MACs from now on.
UPDATE idempotency_keys SET fingerprint = NULL;
UPDATE idempotency_effects SET fingerprint = NULL;

-- What the answer to a request may show: written with the batch that makes it, so that no erasure comes too early.
CREATE TABLE idempotency_subjects (
    request_id TEXT NOT NULL REFERENCES idempotency_keys (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    PRIMARY KEY (request_id, subject)
) WITHOUT ROWID;
CREATE INDEX idempotency_subjects_by_subject ON idempotency_subjects (subject);

-- An answer goes in the transaction that deletes what it shows, also when that is deleted with something else. A key is
-- not deleted but revoked.
CREATE TRIGGER erase_answers_of_accounts AFTER DELETE ON accounts BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_sign_ups AFTER DELETE ON sign_ups BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_sessions AFTER DELETE ON sessions BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_workspaces AFTER DELETE ON workspaces BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_api_keys AFTER UPDATE OF revoked_at ON api_keys WHEN NEW.revoked_at IS NOT NULL BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_deleted_api_keys AFTER DELETE ON api_keys BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_agents AFTER DELETE ON agents BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_collections AFTER DELETE ON collections BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_documents AFTER DELETE ON documents BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_sources AFTER DELETE ON sources BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_webhooks AFTER DELETE ON webhooks BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
CREATE TRIGGER erase_answers_of_invitations AFTER DELETE ON invitations BEGIN
    UPDATE idempotency_keys SET sealed_answer = NULL, is_erased = 1
    WHERE id IN (SELECT request_id FROM idempotency_subjects WHERE subject = OLD.id);
    DELETE FROM idempotency_subjects WHERE subject = OLD.id;
END;
