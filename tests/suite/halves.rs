//! The directory's half of the rows and the tenants': no reference, trigger or statement crosses from one to the other.
//!
//! Both have every table of [`BOTH`], so that each database is complete for its half. What is not in one of the lists
//! is a tenant's.
use crate::harness::sqlite::Sqlite;
use crate::statements::statements;
use crate::tidy;
use sqlparser::ast::{ObjectName, Visit, Visitor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What the directory alone keeps.
const DIRECTORY: [&str; 8] = [
    "code_tries",
    "invitations",
    "key_hashes",
    "mail_ledger",
    "mail_unsubscribes",
    "mailed_codes",
    "sessions",
    "sign_ups",
];

/// What each database keeps: the people and workspaces that it knows, its queue, its notes of requests and of secrets.
const BOTH: [&str; 11] = [
    "accounts",
    "attempts",
    "auth_keys",
    "caller_checks",
    "idempotency_effects",
    "idempotency_keys",
    "idempotency_subjects",
    "jobs",
    "memberships",
    "plan_quotas",
    "workspaces",
];

/// A trigger that crosses for one release, since the Worker of the one before does not note hashes of keys.
const CROSSES: [&str; 1] = ["key_hashes_noted"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Directory,
    Both,
    Tenant,
}

/// Tells whose a table is.
pub(crate) fn half(table: &str) -> Half {
    match table {
        it if DIRECTORY.contains(&it) => Half::Directory,
        it if BOTH.contains(&it) => Half::Both,
        _ => Half::Tenant,
    }
}

/// Tells whether tables are of both halves.
fn cross<'a>(tables: impl IntoIterator<Item = &'a str>) -> bool {
    let halves: Vec<Half> = tables.into_iter().map(half).collect();
    halves.contains(&Half::Directory) && halves.contains(&Half::Tenant)
}

/// Collects the tables that a statement names.
#[derive(Default)]
struct Tables(BTreeSet<String>);

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        self.0.insert(name.to_string());
        ControlFlow::Continue(())
    }
}

/// Returns the tables of the schema that a statement names.
///
/// # Panics
/// When the parser does not know its syntax.
fn tables_of(sql: &str, all: &BTreeSet<String>) -> BTreeSet<String> {
    let parsed = Parser::parse_sql(&SQLiteDialect {}, sql).unwrap_or_else(|why| panic!("{why}:\n{sql}"));
    let mut found = Tables::default();
    let _ = parsed.visit(&mut found);
    found.0.retain(|it| all.contains(it));
    found.0
}

/// Returns the tables that a text names by a word of its own, for triggers, which the parser does not know.
fn tables_in<'a>(text: &str, all: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let words: BTreeSet<&str> = text
        .split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .collect();
    all.iter().map(String::as_str).filter(|it| words.contains(it)).collect()
}

fn all_tables(database: &Sqlite) -> BTreeSet<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'";
    database.column(sql).into_iter().collect()
}

/// Returns the statements of a file of the store that name a table of the other half.
fn faults(path: &str, text: &str, all: &BTreeSet<String>) -> Vec<String> {
    let foreign = match path.contains("/directory/") {
        true => Half::Tenant,
        false => Half::Directory,
    };
    let crosses = |sql: &String| tables_of(sql, all).iter().any(|it| half(it) == foreign);
    let found = statements(text).into_iter().filter(crosses);
    found.map(|sql| format!("{path}: {sql}")).collect()
}

#[test]
fn no_reference_leads_from_one_half_to_the_other() {
    let database = Sqlite::migrated();
    let all = all_tables(&database);
    let mut wrong = vec![];
    for table in &all {
        for parent in database.column(&format!(
            "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list('{table}')"
        )) {
            // What each database keeps may refer to nothing that one of them does not have.
            let is_wrong =
                cross([table.as_str(), parent.as_str()]) || (half(table) == Half::Both && half(&parent) != Half::Both);
            if is_wrong {
                wrong.push(format!("{table} refers to {parent}"));
            }
        }
    }
    tidy::none(wrong, "a reference between the halves");
}

#[test]
fn no_trigger_writes_from_one_half_to_the_other() {
    let database = Sqlite::migrated();
    let all = all_tables(&database);
    let triggers = database.column("SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'");
    assert!(triggers.len() > 20, "only {} triggers were found", triggers.len());
    let mut wrong = vec![];
    for trigger in &triggers {
        let name = trigger.split_whitespace().next().unwrap_or_default();
        let tables = tables_in(trigger.trim_start_matches(name), &all);
        if cross(tables.iter().copied()) != CROSSES.contains(&name) {
            wrong.push(format!("{name}: {tables:?}"));
        }
    }
    tidy::none(wrong, "a trigger between the halves");
}

#[test]
fn no_statement_touches_rows_of_both_halves() {
    let all = all_tables(&Sqlite::migrated());
    let (mut wrong, mut of_directory, mut of_tenants) = (vec![], 0, 0);
    for (path, text) in tidy::files("edge/store/src", &[".rs"]) {
        wrong.extend(faults(&path, &text, &all));
        match path.contains("/directory/") {
            true => of_directory += statements(&text).len(),
            false => of_tenants += statements(&text).len(),
        }
    }
    assert!(of_directory > 60 && of_tenants > 200, "{of_directory}, {of_tenants}");
    tidy::none(wrong, "a statement of one half on a table of the other");
}

#[test]
fn what_crosses_between_the_halves_is_found() {
    let all = all_tables(&Sqlite::migrated());
    let join = r#"const A: &str = "SELECT 1 FROM agents JOIN sessions ON sessions.id = agents.id";"#;
    let nested = r#"fn a() { sql!("DELETE FROM jobs WHERE id IN (SELECT id FROM escalations)") }"#;
    assert_eq!(faults("edge/store/src/agents.rs", join, &all).len(), 1);
    assert_eq!(faults("edge/store/src/directory/accounts.rs", join, &all).len(), 1);
    assert_eq!(faults("edge/store/src/directory/accounts.rs", nested, &all).len(), 1);
    assert_eq!(faults("edge/store/src/jobs.rs", nested, &all).len(), 0);
    assert!(cross(["webhooks", "invitations"]) && !cross(["webhooks", "memberships"]));
    let trigger = "AFTER DELETE ON documents BEGIN DELETE FROM sign_ups WHERE id = OLD.id; END";
    assert!(cross(tables_in(trigger, &all)));
}
