-- A version is all that can change of a document: its bytes, its title, its collection.
ALTER TABLE document_versions ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE document_versions ADD COLUMN collection_id TEXT NOT NULL DEFAULT '';
ALTER TABLE document_versions ADD COLUMN file_name TEXT;
ALTER TABLE document_versions ADD COLUMN media_type TEXT NOT NULL DEFAULT '';
ALTER TABLE document_versions ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
-- Until now a document had one version, which is how it stands.
UPDATE document_versions SET (title, collection_id, file_name, media_type, size) =
    (SELECT title, collection_id, file_name, media_type, size FROM documents WHERE id = document_id);
