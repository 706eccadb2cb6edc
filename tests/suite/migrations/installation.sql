-- An installation as migration 0050 left it, with a row in every table.
INSERT INTO accounts VALUES ('user_1', 'ann@example.com', 'Ann', 'hash', 1, 1), ('user_2', 'bob@example.com', 'Bob', 'hash', NULL, 2);
INSERT INTO otps VALUES ('user_2', 'verify_email', 'hash', 9, 0, 1, 1);
INSERT INTO sessions VALUES ('sid_1', 'user_1', 1, 9);
INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at, retention_days)
    VALUES ('ws_1', 'Ann''s', 'anns', 'Europe/Vienna', 'FREE', 'user_1', 1, 30);
INSERT INTO memberships VALUES ('ws_1', 'user_1', 'OWNER', 1), ('ws_1', 'user_2', 'MEMBER', 2);
INSERT INTO api_keys (id, workspace_id, kind, name, hash, display, allowed_domains, created_at)
    VALUES ('key_1', 'ws_1', 'widget', 'Site', 'hash-1', 'pk_live_…1', '["example.com"]', 1);
INSERT INTO collections (id, workspace_id, name, is_default, created_at) VALUES ('col_1', 'ws_1', 'General', 1, 1);
INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, refresh, status, run, started_at, created_at,
        updated_at)
    VALUES ('src_1', 'ws_1', 'col_1', 'website', 'Site', 'https://example.com/', 10, 'never', 'COMPLETED', 1, 1, 1, 1);
INSERT INTO documents (id, workspace_id, collection_id, title, source_type, media_type, content_hash, size, version, status,
        stage, chunk_count, created_at, updated_at, source_id)
    VALUES ('doc_1', 'ws_1', 'col_1', 'Prices', 'FILE', 'text/plain', 'a', 10, 2, 'COMPLETED', 'READY', 1, 1, 2, NULL),
        ('doc_2', 'ws_1', 'col_1', 'Home', 'WEBSITE', 'text/html', 'b', 5, 1, 'COMPLETED', 'READY', 1, 1, 2, 'src_1');
INSERT INTO document_versions (document_id, workspace_id, version, content_hash, created_at, title, collection_id, size)
    VALUES ('doc_1', 'ws_1', 1, 'a', 1, 'Prices', 'col_1', 10), ('doc_1', 'ws_1', 2, 'a', 2, 'Prices', 'col_1', 10),
        ('doc_2', 'ws_1', 1, 'b', 1, 'Home', 'col_1', 5);
INSERT INTO crawl_pages (source_id, workspace_id, url, kind, origin, run, state, depth, document_id, title)
    VALUES ('src_1', 'ws_1', 'https://example.com/', 'page', 'https://example.com', 1, 'done', 0, 'doc_2', 'Home');
INSERT INTO crawl_hosts (origin, robots, robots_at) VALUES ('https://example.com', 'User-agent: *', 5);
INSERT INTO index_snapshots VALUES ('ws_1', 3, '{"segments":[]}');
INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, version, published_at, created_at, updated_at)
    VALUES ('agent_1', 'ws_1', 'Bot', 'SUPPORT', 'PUBLISHED', '{}', 1, 1, 1, 1),
        ('agent_2', 'ws_1', 'Deputy', 'DEPUTY', 'PUBLISHED', '{}', 1, 1, 1, 1);
INSERT INTO agent_versions VALUES ('agent_1', 'ws_1', 1, '{}', 1), ('agent_2', 'ws_1', 1, '{}', 1);
INSERT INTO deputies VALUES ('ws_1', 'agent_2', 'Ann', 10000, 3);
INSERT INTO conversations VALUES ('conv_1', 'ws_1', 'agent_1', 'session-1', NULL, NULL, 1, 2);
INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, created_at)
    VALUES ('msg_1', 'ws_1', 'conv_1', 'agent_1', 'visitor', 'complete', 'What does it cost?', 1),
        ('msg_2', 'ws_1', 'conv_1', 'agent_1', 'agent', 'complete', 'Four euros.', 2);
INSERT INTO feedback VALUES ('msg_2', 'fb_1', 'ws_1', 'agent_1', 5, 'Thanks', 3);
INSERT INTO question_resolutions VALUES ('ws_1', 'hash', 3);
INSERT INTO invitations VALUES ('inv_1', 'ws_1', 'cy@example.com', 'MEMBER', 'user_1', 9, 1);
INSERT INTO escalations (id, workspace_id, agent_id, conversation_id, message_id, question, asked_by, email, reason,
        reason_text, status, reply, replied_at, created_at)
    VALUES ('esc_1', 'ws_1', 'agent_1', 'conv_1', 'msg_1', 'Why?', 'Visitor', 'jo@example.com', 'visitor', 'Asked', 'open',
        NULL, NULL, 1),
        ('esc_2', 'ws_1', 'agent_2', NULL, NULL, 'Why?', 'Jo', NULL, 'visitor', 'Asked', 'resolved', 'Because.', 2, 1);
INSERT INTO webhooks (id, workspace_id, form, name, url, events, sealed_headers, sealed_secret, created_at, updated_at)
    VALUES ('hook_1', 'ws_1', 'insydr', 'Ours', 'https://example.com/hook', '["message_answered"]', 'sealed', 'sealed', 1, 1);
INSERT INTO events VALUES ('evt_1', 'ws_1', 'message_answered', 'agent_1', '{"message_id":"msg_2"}', 2);
INSERT INTO deliveries (id, workspace_id, webhook_id, event_id, status, next_attempt_at, created_at)
    VALUES ('dlv_1', 'ws_1', 'hook_1', 'evt_1', 'pending', 3, 2);
INSERT INTO delivery_attempts (delivery_id, number, workspace_id, url, headers, status, duration_ms, created_at)
    VALUES ('dlv_1', 1, 'ws_1', 'https://example.com/hook', '{}', 500, 20, 2);
INSERT INTO jobs (id, workspace_id, task, run_at, created_at) VALUES ('job_1', 'ws_1', '{"task":"compact_index"}', 1, 1);
INSERT INTO idempotency_keys (id, holder, fingerprint, sealed_answer, held_until, expires_at)
    VALUES ('idem_1', 'holder', 'print', 'sealed', 1, 9);
