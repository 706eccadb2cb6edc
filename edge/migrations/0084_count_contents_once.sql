-- Stored bytes are those of files, and a file is kept once for each content of a workspace, however many versions are
-- made of it. So a version counts only when no other version of the workspace has the same content.
-- The look for another one is by the index document_versions_by_content.
DROP TRIGGER stored_bytes_counted;
DROP TRIGGER stored_bytes_given_back;
CREATE TRIGGER stored_bytes_counted AFTER INSERT ON document_versions WHEN NOT EXISTS (
    SELECT 1 FROM document_versions AS other
    WHERE other.workspace_id = NEW.workspace_id AND other.content_hash = NEW.content_hash
        AND (other.document_id, other.version) <> (NEW.document_id, NEW.version)
) BEGIN
    UPDATE usage SET used = used + NEW.size WHERE workspace_id = NEW.workspace_id AND resource = 'stored_bytes';
END;
CREATE TRIGGER stored_bytes_given_back AFTER DELETE ON document_versions WHEN NOT EXISTS (
    SELECT 1 FROM document_versions AS other
    WHERE other.workspace_id = OLD.workspace_id AND other.content_hash = OLD.content_hash
) BEGIN
    UPDATE usage SET used = used - OLD.size WHERE workspace_id = OLD.workspace_id AND resource = 'stored_bytes';
END;

-- Never more than was counted until now, so nothing is refused here.
UPDATE usage SET used = (
    SELECT coalesce(sum(size), 0) FROM (
        SELECT max(size) AS size FROM document_versions WHERE workspace_id = usage.workspace_id GROUP BY content_hash
    )
) WHERE resource = 'stored_bytes';
