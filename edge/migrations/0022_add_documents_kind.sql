-- What sort of text a document is, and how many answers cited it: counted in the batch that keeps the answer.
ALTER TABLE documents ADD COLUMN kind TEXT NOT NULL DEFAULT 'sop';
ALTER TABLE documents ADD COLUMN hits INTEGER NOT NULL DEFAULT 0;
