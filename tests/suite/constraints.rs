//! Refusals by the database are typed, and every type comes from a constraint that the migrations make.
use crate::harness::sqlite::Sqlite;
use edge_model::actor::Actor;
use edge_model::conversation::{Channel, Conversation};
use edge_model::deputy::Deputy;
use edge_model::mail_ledger::{LedgerEntry, MailKind, MailLimits};
use edge_model::quota::Resource;
use edge_model::snapshot::{Manifest, Snapshot};
use edge_model::{AccountId, AgentId, ConversationId, Timestamp, WorkspaceId};
use edge_store::agents::Edit;
use edge_store::directory::mail_ledger;
use edge_store::{Constraint, Sql as _, SqlError, Statement, agents, caller_checks, deputies};
use edge_store::{conversations, index_snapshots};
use std::collections::BTreeSet;

/// One row of everything that the statements below collide with or refer to.
const ROWS: [&str; 12] = [
    "INSERT INTO accounts (id, email, full_name, password_hash, created_at) VALUES ('user_1', 'a@example.com', 'A', '', 0)",
    "INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at)
     VALUES ('ws_1', 'W', 'w1', 'UTC', 'FREE', 'user_1', 0), ('ws_2', 'W', 'w2', 'UTC', 'FREE', 'user_1', 0)",
    "INSERT INTO memberships (workspace_id, account_id, role, created_at) VALUES ('ws_1', 'user_1', 'OWNER', 0)",
    "INSERT INTO collections (id, workspace_id, name, created_at) VALUES ('col_1', 'ws_1', 'C', 0)",
    "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, media_type, content_hash, size, version,
        status, stage, created_at, updated_at)
     VALUES ('doc_1', 'ws_1', 'col_1', 'T', 'FILE', 'text/plain', 'hash', 1, 1, 'QUEUED', 'queued', 0, 0)",
    "INSERT INTO document_versions (document_id, workspace_id, version, content_hash, size, created_at)
     VALUES ('doc_1', 'ws_1', 1, 'hash', 1, 0)",
    "INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, refresh, status, run, started_at,
        created_at, updated_at)
     VALUES ('src_1', 'ws_1', 'col_1', 'website', 'S', 'https://example.com/', 1, 'never', 'READY', 1, 0, 0, 0)",
    "INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, created_at, updated_at)
     VALUES ('agent_1', 'ws_1', 'A', 'SUPPORT', 'DRAFT', '{}', 0, 0)",
    "INSERT INTO conversations (id, workspace_id, agent_id, session_key, created_at, last_message_at)
     VALUES ('conv_1', 'ws_1', 'agent_1', 'session', 0, 0)",
    "INSERT INTO deputies (workspace_id, agent_id, minutes_saved) VALUES ('ws_1', 'agent_1', 1)",
    "INSERT INTO idempotency_keys (id, holder, held_until, expires_at) VALUES ('request', 'holder', 0, 0)",
    "INSERT INTO idempotency_effects (request_id, batch) VALUES ('request', '1 INSERT')",
];

fn database() -> Sqlite {
    let database = Sqlite::migrated();
    for sql in ROWS {
        database.execute(sql, &[]);
    }
    database
}

fn statement(sql: &'static str) -> Statement {
    Statement::new(sql, vec![])
}

fn workspace() -> WorkspaceId {
    WorkspaceId::new("ws_1")
}

/// Returns what would take one more of a resource.
fn one_more(resource: Resource) -> &'static str {
    match resource {
        Resource::Documents => {
            "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, media_type, content_hash, size,
                version, status, stage, created_at, updated_at)
             VALUES ('doc_2', 'ws_1', 'col_1', 'T', 'FILE', 'text/plain', 'other', 1, 1, 'QUEUED', 'queued', 0, 0)"
        }
        Resource::Sources => {
            "INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, refresh, status, run,
                started_at, created_at, updated_at)
             VALUES ('src_2', 'ws_1', 'col_1', 'website', 'S', 'https://example.org/', 1, 'never', 'READY', 1, 0, 0, 0)"
        }
        Resource::StoredBytes => {
            "INSERT INTO document_versions (document_id, workspace_id, version, content_hash, size, created_at)
             VALUES ('doc_1', 'ws_1', 2, 'other', 1, 0)"
        }
        Resource::Agents => {
            "INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, created_at, updated_at)
             VALUES ('agent_2', 'ws_1', 'A', 'SUPPORT', 'DRAFT', '{}', 0, 0)"
        }
        Resource::Collections => {
            "INSERT INTO collections (id, workspace_id, name, created_at) VALUES ('col_2', 'ws_1', 'C', 0)"
        }
        Resource::ApiKeys => {
            "INSERT INTO api_keys (id, workspace_id, kind, name, hash, display, created_at)
             VALUES ('key_1', 'ws_1', 'WIDGET', 'K', 'hash', 'ew_', 0)"
        }
        Resource::OpenEscalations => {
            "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status,
                created_at)
             VALUES ('esc_1', 'ws_1', 'agent_1', 'Why?', 'Jo', 'visitor', 'Asked', 'open', 0)"
        }
        Resource::Workspaces => {
            "INSERT INTO memberships (workspace_id, account_id, role, created_at) VALUES ('ws_2', 'user_1', 'OWNER', 0)"
        }
    }
}

/// Returns a statement that breaks a constraint. The product's own where it breaks it on purpose.
fn breaking(constraint: Constraint) -> Statement {
    match constraint {
        Constraint::AgentRevision => {
            let edit = Edit {
                by: &Actor::default(),
                at: Timestamp(1),
                expected: Some(&[7]),
            };
            let [_, agent, _] = agents::publish(&workspace(), &AgentId::new("agent_1"), edit);
            agent.into()
        }
        Constraint::ConversationSession => {
            let conversation = Conversation {
                id: ConversationId::new("conv_2"),
                workspace_id: workspace(),
                agent_id: AgentId::new("agent_1"),
                channel: Channel::Twin,
                scope: String::new(),
                session_key: "session".into(),
                created_at: Timestamp(1),
                last_message_at: Timestamp(1),
            };
            conversations::insert(&conversation, None, None).into()
        }
        Constraint::CallerCheck => {
            let caller = Actor::person(&AccountId::new("user_1"), "A");
            caller_checks::require(&workspace(), &caller, &["EDITOR"]).into()
        }
        Constraint::Deputy => deputies::insert(&Deputy {
            workspace_id: workspace(),
            agent_id: AgentId::new("agent_1"),
            owner_name: String::new(),
            approval_limit: None,
            minutes_saved: 1,
        })
        .into(),
        Constraint::DocumentContent => statement(
            "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, media_type, content_hash, size,
                version, status, stage, created_at, updated_at)
             VALUES ('doc_2', 'ws_1', 'col_1', 'T', 'FILE', 'text/plain', 'hash', 1, 1, 'QUEUED', 'queued', 0, 0)",
        ),
        Constraint::DocumentVersion => statement(
            "INSERT INTO document_versions (document_id, workspace_id, version, content_hash, size, created_at)
             VALUES ('doc_1', 'ws_1', 1, 'other', 1, 0)",
        ),
        Constraint::ForeignKey => {
            statement("INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES ('ses_1', 'user_0', 0, 0)")
        }
        Constraint::IdempotencyEffect => {
            statement("INSERT INTO idempotency_effects (request_id, batch) VALUES ('request', '1 INSERT')")
        }
        Constraint::MailLimit => {
            let entry = LedgerEntry {
                id: "mail_1".into(),
                recipient: "hash".into(),
                kind: MailKind::Notice,
                workspace_id: Some(workspace()),
                account_id: None,
                subject_id: None,
                created_at: Timestamp(1),
            };
            let none = MailLimits {
                to_recipient_per_hour: 0,
                to_recipient_per_day: 0,
                by_account_per_day: 0,
                from_workspace_per_day: 0,
                open_invitations: None,
            };
            mail_ledger::count(&entry, &none, None).into()
        }
        Constraint::Quota(resource) => statement(one_more(resource)),
        Constraint::SnapshotVersion => index_snapshots::replace(&Snapshot {
            workspace_id: workspace(),
            version: 7,
            manifest: Manifest::default(),
        })
        .into(),
        Constraint::SourceUrl => statement(
            "INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, refresh, status, run,
                started_at, created_at, updated_at)
             VALUES ('src_2', 'ws_1', 'col_1', 'website', 'S', 'https://example.com/', 1, 'never', 'READY', 1, 0, 0, 0)",
        ),
    }
}

#[tokio::test]
async fn the_schema_has_every_constraint_that_is_read() {
    for constraint in Constraint::all() {
        let database = database();
        if let Constraint::Quota(_) = constraint {
            database.execute("UPDATE plan_quotas SET amount = 0", &[]);
        }
        let refused = database.query(breaking(constraint)).await;
        match refused {
            Err(SqlError::Constraint(found)) => assert_eq!(found, constraint),
            other => panic!("{constraint:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_unknown_constraint_is_our_failure_named_in_the_log() {
    let refused = database().query(statement(ROWS[0])).await.unwrap_err();
    let error = edge_core::Error::from(refused);
    assert_eq!(error.kind, edge_core::Kind::Internal);
    assert_eq!(error.message, "internal error");
    let logged = error.for_log().to_string();
    assert!(logged.starts_with("UNIQUE constraint failed: accounts."), "{logged}");
}

/// Unique keys that no operation breaks, and why. The key of a table that is its `id` alone is left out: ids are
/// random.
const UNBREAKABLE: [(&str, &str); 24] = [
    ("accounts.email", "inserted unless it is there"),
    (
        "agent_versions.agent_id, agent_versions.version",
        "counted by the statement",
    ),
    ("api_keys.hash", "of a random key"),
    ("attempts.workspace_id, attempts.work", "inserted unless it is there"),
    ("code_tries.code_id, code_tries.tried_by", "counted up when it is there"),
    ("collections.workspace_id", "the default one comes with the workspace"),
    (
        "conversations.workspace_id, conversations.agent_id, conversations.channel, conversations.scope, \
            conversations.session_key",
        "continued when it is there",
    ),
    ("crawl_hosts.origin", "replaced"),
    ("crawl_pages.source_id, crawl_pages.url", "found again when it is there"),
    ("delivery_attempts.delivery_id, delivery_attempts.number", "replaced"),
    ("feedback.id", "replaced"),
    ("feedback.message_id", "replaced"),
    (
        "idempotency_subjects.request_id, idempotency_subjects.subject",
        "inserted unless it is there",
    ),
    ("index_snapshots.workspace_id", "replaced"),
    (
        "invitations.workspace_id, invitations.email",
        "deleted before in the batch",
    ),
    ("key_hashes.hash", "inserted unless it is there"),
    ("key_hashes.key_id", "inserted unless it is there"),
    ("mail_recipients.workspace_id, mail_recipients.recipient", "replaced"),
    ("mail_unsubscribes.recipient", "replaced"),
    (
        "memberships.workspace_id, memberships.account_id",
        "inserted unless it is there, or with a new workspace",
    ),
    ("plan_quotas.plan, plan_quotas.resource", "written by migrations"),
    (
        "question_resolutions.workspace_id, question_resolutions.question_hash",
        "replaced",
    ),
    (
        "usage.workspace_id, usage.resource",
        "written by a trigger, with the workspace",
    ),
    ("workspaces.slug", "ends with a part of the random id"),
];

#[test]
fn every_unique_key_is_read_or_cannot_be_broken() {
    let keys = Sqlite::migrated().column(
        "SELECT group_concat(name, ', ') FROM (
            SELECT tables.name AS owner, indexes.name AS key, tables.name || '.' || columns.name AS name
            FROM sqlite_master AS tables, pragma_index_list(tables.name) AS indexes,
                pragma_index_info(indexes.name) AS columns
            WHERE tables.type = 'table' AND indexes.\"unique\" ORDER BY owner, key, columns.seqno)
         GROUP BY owner, key ORDER BY 1",
    );
    let is_id = |it: &&String| it.ends_with(".id") && !it.contains(',') && *it != "feedback.id";
    let is_read = |it: &&String| Constraint::of_text(&format!("UNIQUE constraint failed: {it}")).is_some();
    let others: BTreeSet<&str> = keys
        .iter()
        .filter(|it| !is_id(it) && !is_read(it))
        .map(String::as_str)
        .collect();
    let unbreakable: BTreeSet<&str> = UNBREAKABLE.iter().map(|it| it.0).collect();
    assert_eq!(others, unbreakable, "add a `Constraint`, or say here why none is met");
}

#[test]
fn no_text_of_an_error_decides_anything() {
    let faults: Vec<_> = ["edge/core/src", "edge/store/src", "edge/dialects/src", "edge/src"]
        .iter()
        .flat_map(|it| super::tidy::files(it, &[".rs"]))
        .filter(|it| it.0 != "edge/store/src/constraint.rs")
        .flat_map(|(path, text)| decided_by_text(&path, &text))
        .collect();
    assert!(faults.is_empty(), "match on a type:\n{}", faults.join("\n"));
    for wrong in [
        "if text.contains(\"UNIQUE constraint failed\") {",
        "Err(SqlError::Other(text)) if text.contains(\"agents.revision\") => {",
        "if error.for_log().to_string().contains(\"x\") {",
        "let is_known = error.message.contains(\"already exists\");",
    ] {
        assert!(!decided_by_text("edge/core/src/agent.rs", wrong).is_empty(), "{wrong}");
    }
}

/// Returns the lines of code that look into the text of an error.
fn decided_by_text(path: &str, text: &str) -> Vec<String> {
    let looks = [".contains(", ".starts_with(", ".ends_with(", ".find(", " == \""];
    let texts = [
        "SqlError::",
        "for_log()",
        ".cause()",
        "error.message",
        "error.to_string()",
    ];
    let code = text.split("#[cfg(test)]").next().unwrap_or_default().lines();
    code.filter(|it| !it.trim_start().starts_with("//"))
        .filter(|line| {
            let is_look = looks.iter().any(|it| line.contains(it)) && texts.iter().any(|it| line.contains(it));
            line.contains("constraint failed") || (is_look && path != "edge/src/d1.rs")
        })
        .map(|line| format!("{path}: {}", line.trim()))
        .collect()
}
