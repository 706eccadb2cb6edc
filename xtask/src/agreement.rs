//! Whether the configurations of the main Worker and of the jobs Worker agree: they run one script over one database.
use crate::paths::{JOBS_CONFIG, root};
use anyhow::{Context as _, Result, bail};
use std::fs;
use toml::{Table, Value};

/// What both files must say alike.
const SHARED: [&str; 8] = [
    "main",
    "compatibility_date",
    "compatibility_flags",
    "d1_databases",
    "kv_namespaces",
    "send_email",
    "services",
    "ai",
];

/// The bindings to the Durable Objects of the jobs Worker.
const OWNED_BY_JOBS: [&str; 3] = ["JOBS", "DELIVERIES", "CRAWLS"];

/// Compares the two files.
///
/// # Errors
/// Names everything that differs.
pub fn check() -> Result<()> {
    let problems = compare(&read("wrangler.toml")?, &read(JOBS_CONFIG)?);
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "wrangler.toml and {JOBS_CONFIG} do not agree:\n  {}",
        problems.join("\n  ")
    )
}

fn read(config: &str) -> Result<Table> {
    let text = fs::read_to_string(root().join(config)).with_context(|| format!("reading {config}"))?;
    text.parse().with_context(|| format!("reading {config}"))
}

fn compare(main: &Table, jobs: &Table) -> Vec<String> {
    let mut problems: Vec<String> = SHARED
        .iter()
        .filter(|key| shared(main, key) != shared(jobs, key))
        .map(|key| format!("`{key}` differs"))
        .collect();
    let (own, theirs) = (vars(main), vars(jobs));
    let names: std::collections::BTreeSet<&String> = own.keys().chain(theirs.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|it| *it != "ROLE" && own.get(*it) != theirs.get(*it));
    problems.extend(differing.map(|it| format!("the variable {it} differs")));
    for (config, role) in [(&own, "main"), (&theirs, "jobs")] {
        if config.get("ROLE").and_then(Value::as_str) != Some(role) {
            problems.push(format!("ROLE must be \"{role}\" in the {role} Worker's file"));
        }
    }
    let name = jobs.get("name").and_then(Value::as_str);
    for binding in OWNED_BY_JOBS {
        let found = objects(main).find(|it| it.get("name").and_then(Value::as_str) == Some(binding));
        let script = found.and_then(|it| it.get("script_name")).and_then(Value::as_str);
        if script.is_none() || script != name {
            problems.push(format!(
                "the binding {binding} in wrangler.toml must have the name of the jobs Worker as its script_name"
            ));
        }
    }
    problems
}

/// What a file says of a key, without what is told from where the file lies, and where only one Worker needs it.
fn shared(config: &Table, key: &str) -> Option<Value> {
    let mut value = config.get(key)?.clone();
    match (key, &mut value) {
        // As a path from the top of the repository.
        ("main", Value::String(path)) => *path = path.replace("../build", "edge/build"),
        // Migrations are applied by the main Worker's file.
        ("d1_databases", Value::Array(all)) => all.iter_mut().filter_map(Value::as_table_mut).for_each(|database| {
            database.remove("migrations_dir");
        }),
        _ => {}
    }
    Some(value)
}

fn vars(config: &Table) -> Table {
    let vars = config.get("vars").and_then(Value::as_table);
    vars.cloned().unwrap_or_default()
}

fn objects(config: &Table) -> impl Iterator<Item = &Value> {
    let bindings = config.get("durable_objects").and_then(|it| it.get("bindings"));
    bindings.and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (Table, Table) {
        (read("wrangler.toml").unwrap(), read(JOBS_CONFIG).unwrap())
    }

    #[test]
    fn the_two_workers_of_the_repository_agree() {
        check().unwrap();
    }

    #[test]
    fn another_namespace_database_or_setting_is_told() {
        let (main, mut jobs) = files();
        jobs["kv_namespaces"][0]["id"] = "another".into();
        jobs["d1_databases"][0]["database_name"] = "another".into();
        jobs["vars"]["MAIL_FROM"] = "another@edgewise.example".into();
        let said = compare(&main, &jobs);
        assert_eq!(
            said,
            [
                "`d1_databases` differs",
                "`kv_namespaces` differs",
                "the variable MAIL_FROM differs"
            ]
        );
    }

    #[test]
    fn objects_in_the_main_worker_and_wrong_roles_are_told() {
        let (mut main, mut jobs) = files();
        jobs["name"] = "renamed".into();
        main["vars"]["ROLE"] = "jobs".into();
        let said = compare(&main, &jobs).join("\n");
        for name in ["JOBS", "DELIVERIES", "CRAWLS", "ROLE must be \"main\""] {
            assert!(said.contains(name), "{said}");
        }
    }
}
