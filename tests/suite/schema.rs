//! The schema that the migrations make.
use crate::harness::sqlite::{Sqlite, migrations};

/// Tables of no tenant: accounts are people, who may belong to several workspaces; repeated requests are known by a
/// hash of the caller; an address may want mail from no workspace at all; the secrets are the installation's.
const NOT_OF_A_TENANT: [&str; 13] = [
    "accounts",
    "auth_keys",
    "code_tries",
    "crawl_hosts",
    "idempotency_effects",
    "idempotency_keys",
    "idempotency_subjects",
    "mail_unsubscribes",
    "mailed_codes",
    "plan_quotas",
    "sessions",
    "sign_ups",
    "workspaces",
];

#[test]
fn every_tenant_table_names_its_workspace() {
    let sql = Sqlite::migrated();
    let tables =
        sql.column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1");
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables.iter().filter(|it| !NOT_OF_A_TENANT.contains(&it.as_str())) {
        let columns = sql.column(&format!("SELECT name FROM pragma_table_info('{table}')"));
        assert!(columns.iter().any(|it| it == "workspace_id"), "{table}: {columns:?}");
    }
}

#[test]
fn every_reference_is_found_by_an_index() {
    let sql = Sqlite::migrated();
    let references = sql.column(
        "SELECT tables.name || '.' || keys.\"from\" FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys
         WHERE tables.type = 'table' AND NOT EXISTS (
            SELECT 1 FROM pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
            WHERE columns.seqno = 0 AND columns.name = keys.\"from\")",
    );
    assert!(
        references.is_empty(),
        "deleting what these refer to reads whole tables: {references:?}"
    );
}

#[test]
fn bytes_of_an_old_release_are_counted_by_content() {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let (before, after): (Vec<_>, Vec<_>) = migrations().into_iter().partition(|it| it.0.as_str() < "0084");
    for (_, sql) in before {
        database.execute_batch(&sql).unwrap();
    }
    let rows = "INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at)
            VALUES ('ws_1', 'W', 'w', 'UTC', 'FREE', 'user_1', 0);
        INSERT INTO document_versions (document_id, workspace_id, version, content_hash, created_at, size) VALUES
            ('doc_1', 'ws_1', 1, 'a', 1, 10), ('doc_1', 'ws_1', 2, 'a', 2, 10), ('doc_1', 'ws_1', 3, 'b', 3, 5);
        INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status, created_at)
            VALUES ('esc_1', 'ws_1', 'agent_1', 'Why?', 'Jo', 'visitor', 'Asked', 'open', 1);";
    database.execute_batch(rows).unwrap();
    let used = |resource: &str| {
        let sql = "SELECT used FROM usage WHERE workspace_id = 'ws_1' AND resource = ?1";
        database.query_row(sql, [resource], |row| row.get::<_, u32>(0)).unwrap()
    };
    assert_eq!(used("stored_bytes"), 25);
    for (_, sql) in after {
        database.execute_batch(&sql).unwrap();
    }
    assert_eq!(
        (used("stored_bytes"), used("open_escalations"), used("agents")),
        (15, 1, 0)
    );
}

#[test]
fn accounts_of_an_old_release_outlive_the_change_of_codes() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let (before, after): (Vec<_>, Vec<_>) = migrations().into_iter().partition(|it| it.0.as_str() < "0071");
    let run = |all: Vec<(String, String)>| all.iter().for_each(|it| connection.execute_batch(&it.1).unwrap());
    run(before);
    let rows = "INSERT INTO accounts VALUES ('user_1', 'a@example.com', 'A', 'x', 1, 1), ('user_2', 'b@example.com', 'B', 'x', NULL, 1);
        INSERT INTO otps VALUES ('user_2', 'verify_email', 'x', 1, 0, 1, 1);
        INSERT INTO sessions VALUES ('sid_1', 'user_1', 1, 2);";
    connection.execute_batch(rows).unwrap();
    run(after);
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM accounts"), 2);
    assert_eq!(count("SELECT count(*) FROM sessions"), 1);
}

#[test]
fn the_schema_is_what_it_was() {
    let sql = Sqlite::migrated();
    let columns = sql.column(
        "SELECT m.name || '.' || c.name || ' ' || c.type || CASE c.\"notnull\" WHEN 1 THEN ' NOT NULL' ELSE '' END
            || CASE WHEN c.pk > 0 THEN ' PRIMARY KEY' ELSE '' END
         FROM sqlite_master AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid",
    );
    let indexes = sql.column("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name");
    insta::assert_snapshot!(format!("{}\n\n{}", columns.join("\n"), indexes.join("\n")));
}

#[test]
fn replies_from_before_confirmations_keep_their_status() {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    // Whose rows these are does not matter here.
    database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let (before, after): (Vec<_>, Vec<_>) = migrations().into_iter().partition(|it| it.0.as_str() < "0074");
    for (_, sql) in before {
        database.execute_batch(&sql).unwrap();
    }
    let escalation =
        "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, email, reason, reason_text,
            status, reply, replied_at, created_at)
         VALUES (?1, 'ws_1', 'agent_1', 'Why?', 'Jo', 'jo@example.com', 'visitor', 'Asked', 'resolved', ?2, 1, 1)";
    database.execute(escalation, ["esc_sent", "Because."]).unwrap();
    database.execute(escalation, ["esc_queued", "Because."]).unwrap();
    let open = "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status, created_at)
         VALUES ('esc_open', 'ws_1', 'agent_1', 'Why?', 'Jo', 'visitor', 'Asked', 'open', 1)";
    database.execute(open, []).unwrap();
    let task = r#"{"task":"send_mail","to":"jo@example.com",
        "letter":{"letter":"reply","escalation_id":"esc_queued","text":"Because."}}"#;
    let job = "INSERT INTO jobs (id, workspace_id, task, run_at, created_at) VALUES ('job_1', 'ws_1', ?1, 1, 1)";
    database.execute(job, [task]).unwrap();
    for (_, sql) in after {
        database.execute_batch(&sql).unwrap();
    }
    let column = |sql: &str| -> Vec<Option<String>> {
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(|it| it.unwrap()).collect()
    };
    assert_eq!(
        column("SELECT reply_status FROM escalations ORDER BY id"),
        [None, Some("queued".into()), Some("sent".into())]
    );
    let task = column("SELECT task FROM jobs").remove(0).unwrap();
    assert!(!task.contains("Because"), "{task}");
    let job: edge_model::job::Task = serde_json::from_str(&task).unwrap();
    assert!(matches!(job, edge_model::job::Task::SendMail { .. }), "{job:?}");
}
