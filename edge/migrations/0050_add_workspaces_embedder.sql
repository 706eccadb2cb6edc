-- What turns a workspace's passages into vectors beside the table: `static` (nothing), `openai` or `workers-ai`. Which
-- passages have such vectors already is in index_snapshots.manifest; the job embed_index brings the two together.
ALTER TABLE workspaces ADD COLUMN embedder TEXT NOT NULL DEFAULT 'static';
