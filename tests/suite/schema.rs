//! The schema that the migrations make.
use crate::harness::sqlite::{Sqlite, migrations};

/// Tables that are nobody's in particular: accounts are people, who may belong to several workspaces; answers are kept
/// for whoever asked, under a hash of the caller.
const NOT_OF_A_TENANT: [&str; 7] = [
    "accounts",
    "crawl_hosts",
    "idempotency_effects",
    "idempotency_keys",
    "otps",
    "sessions",
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
fn migrations_have_a_number_each_and_say_what_they_are_for() {
    let mut last = 0;
    for (name, sql) in &migrations() {
        let number: u32 = name.split_once('_').unwrap().0.parse().unwrap();
        assert!(number > last && name.starts_with(&format!("{number:04}_")), "{name}");
        last = number;
        assert!(sql.starts_with("-- "), "{name} opens with what its tables mean");
    }
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
