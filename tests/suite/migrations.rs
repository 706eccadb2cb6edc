//! Migrations: what an earlier release has written outlives them, and their numbers tell their order.
use crate::harness::sqlite::migrations;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The last migration of the installation in `migrations/installation.sql`.
const FROM: &str = "0050_add_workspaces_embedder.sql";
/// Numbers have gaps up to this one.
const LAST_WITH_GAPS: u32 = 87;

/// What the migrations since then mean to change: table and column, or a table alone.
const MEANT: [(&str, &str); 5] = [
    // Codes belong to sign-ups; a code of before is asked for anew.
    ("otps", ""),
    // Robots.txt is kept as rules, and read anew.
    ("crawl_hosts", "robots"),
    ("crawl_hosts", "robots_at"),
    // Answers are made once more of the rows that they show.
    ("idempotency_keys", "sealed_answer"),
    ("idempotency_keys", "fingerprint"),
];

/// By table and column, its values in the order of the primary key.
type Cells = BTreeMap<(String, String), Vec<String>>;

fn column(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap_or_else(|why| panic!("{why}: {sql}"));
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(|it| it.unwrap()).collect()
}

fn tables(database: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    column(database, sql)
}

fn columns(database: &Connection, table: &str) -> Vec<String> {
    column(database, &format!("SELECT name FROM pragma_table_info('{table}')"))
}

fn values(database: &Connection, table: &str, name: &str) -> Vec<String> {
    let key = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
    let key = column(database, &key).join(", ");
    column(database, &format!("SELECT quote({name}) FROM {table} ORDER BY {key}"))
}

fn cells(database: &Connection) -> Cells {
    let mut cells = Cells::new();
    for table in tables(database) {
        for name in columns(database, &table) {
            let values = values(database, &table, &name);
            cells.insert((table.clone(), name), values);
        }
    }
    cells
}

/// Returns what is not any more as it was, and was not meant to change.
fn lost(before: &Cells, after: &Cells) -> Vec<String> {
    let is_meant = |cell: &(String, String)| {
        let (table, column) = (cell.0.as_str(), cell.1.as_str());
        MEANT.contains(&(table, "")) || MEANT.contains(&(table, column))
    };
    let changed = before
        .iter()
        .filter(|it| !is_meant(it.0) && after.get(it.0) != Some(it.1));
    changed
        .map(|(cell, was)| format!("{cell:?}: {was:?} is now {:?}", after.get(cell)))
        .collect()
}

#[test]
fn rows_of_an_earlier_release_outlive_the_migrations() {
    let file = std::env::temp_dir().join(format!("edgewise-migrations-{}.sqlite", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let open = || {
        let database = Connection::open(&file).unwrap();
        database.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        database
    };
    let (before, after): (Vec<_>, Vec<_>) = migrations().into_iter().partition(|it| it.0.as_str() <= FROM);
    assert_eq!(before.last().unwrap().0, FROM);
    let run = |database: &Connection, all: &[(String, String)]| {
        for (name, sql) in all {
            database
                .execute_batch(sql)
                .unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    };
    let database = open();
    run(&database, &before);
    database
        .execute_batch(include_str!("migrations/installation.sql"))
        .unwrap();
    let kept = cells(&database);
    let empty: Vec<_> = kept.iter().filter(|it| it.1.is_empty()).map(|it| &it.0.0).collect();
    assert!(empty.is_empty(), "without a row: {empty:?}");
    drop(database);

    let database = open();
    run(&database, &after);
    drop(database);

    let database = open();
    let lost = lost(&kept, &cells(&database));
    assert!(lost.is_empty(), "{lost:#?}");
    assert_eq!(column(&database, "PRAGMA integrity_check"), ["ok"]);
    let torn = column(
        &database,
        "SELECT \"table\" || ' ' || parent FROM pragma_foreign_key_check",
    );
    assert!(torn.is_empty(), "{torn:?}");
    // What was counted anew of the old rows.
    let used = column(
        &database,
        "SELECT resource || ' ' || used FROM usage WHERE used > 0 ORDER BY 1",
    );
    let expected = [
        "agents 2",
        "api_keys 1",
        "collections 1",
        "documents 2",
        "open_escalations 1",
        "sources 1",
        "stored_bytes 15",
    ];
    assert_eq!(used, expected);
    let replies = column(
        &database,
        "SELECT coalesce(reply_status, 'none') FROM escalations ORDER BY id",
    );
    assert_eq!(replies, ["none", "sent"]);
    let _ = std::fs::remove_file(&file);
}

#[test]
fn a_row_that_a_migration_loses_is_found() {
    let cell = |table: &str, name: &str, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|it| (*it).to_owned()).collect();
        ((table.to_owned(), name.to_owned()), values)
    };
    let before = Cells::from([cell("agents", "name", &["a", "b"]), cell("otps", "code_hash", &["x"])]);
    assert_eq!(lost(&before, &before), Vec::<String>::new());
    for after in [
        cell("agents", "name", &["a"]),
        cell("agents", "name", &["a", "c"]),
        cell("agents", "id", &["a"]),
    ] {
        assert_eq!(lost(&before, &Cells::from([after])).len(), 1);
    }
}

/// Tells of the first number that does not follow the one before it.
fn gap(names: &[&str]) -> Option<String> {
    let number = |name: &str| name.split_once('_').and_then(|it| it.0.parse::<u32>().ok());
    let mut last = 0;
    for name in names {
        match number(name).filter(|it| name.starts_with(&format!("{it:04}_"))) {
            Some(number) if number == last + 1 || (number > last && number <= LAST_WITH_GAPS) => last = number,
            _ => return Some((*name).to_owned()),
        }
    }
    None
}

#[test]
fn new_migrations_are_numbered_without_gaps() {
    let migrations = migrations();
    let names: Vec<&str> = migrations.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(gap(&names), None);
    let found = |names: &[&str]| gap(names).is_some();
    assert!(!found(&["0001_a.sql", "0007_b.sql", "0087_c.sql", "0088_d.sql"]));
    assert!(found(&["0087_a.sql", "0089_b.sql"]));
    assert!(found(&["0007_a.sql", "0007_b.sql"]));
    assert!(found(&["0001_a.sql", "88_b.sql"]));
}

#[test]
fn a_migration_says_what_it_is_for() {
    for (name, sql) in migrations() {
        assert!(sql.starts_with("-- "), "{name} opens with what its tables mean");
    }
}
