//! What Cargo cannot hold: the rules of the house, as tests over the tree.
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns every file below a folder, with its path from the root and its text.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    const FOREIGN: [&str; 6] = ["target", "node_modules", "dist", "build", ".wrangler", ".dev"];
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|it| it.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                // xtask has sources in folders that are called like what they build.
                if !FOREIGN.contains(&name.as_str()) || path.components().any(|it| it.as_os_str() == "src") {
                    folders.push(path);
                }
            } else if endings.iter().any(|it| name.ends_with(it)) {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty() || folder == "sdk", "{folder} has no such files");
    found
}

fn rust() -> Vec<(String, String)> {
    ["shared", "edge", "widget", "dashboard", "tests", "xtask"]
        .iter()
        .flat_map(|it| files(it, &[".rs"]))
        .collect()
}

/// Returns the lines of a file before its tests, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|it| !it.1.trim_start().starts_with("//"))
}

#[track_caller]
fn none(faults: Vec<String>, rule: &str) {
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let faults = rust()
        .into_iter()
        .filter(|it| !it.1.starts_with("//! "))
        .map(|it| it.0)
        .collect();
    none(faults, "a Rust file opens with a `//!` line");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let scripts = ["public", "tests", "widget", "dashboard"]
        .iter()
        .flat_map(|it| files(it, &[".js", ".mjs", ".css"]));
    let long = rust()
        .into_iter()
        .chain(scripts)
        .filter(|it| it.1.lines().count() > 500);
    none(
        long.map(|it| format!("{}: {}", it.0, it.1.lines().count())).collect(),
        "split it",
    );
}

#[test]
fn no_file_is_called_mod() {
    none(
        rust()
            .into_iter()
            .map(|it| it.0)
            .filter(|it| it.ends_with("/mod.rs"))
            .collect(),
        "foo.rs and foo/, never mod.rs",
    );
}

#[test]
fn sql_stands_in_the_store_alone() {
    let words = ["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM "];
    let mut faults = vec![];
    for (path, text) in files("edge", &[".rs"])
        .into_iter()
        .filter(|it| !it.0.starts_with("edge/store/"))
    {
        faults.extend(
            code(&text)
                .filter(|it| words.iter().any(|word| it.1.contains(word)))
                .map(|it| format!("{path}:{} {}", it.0, it.1.trim())),
        );
    }
    none(faults, "SQL outside edge/store");
}

#[test]
fn every_statement_on_a_tenant_table_names_the_tenant() {
    // Statements that a credential, a session or the operator stands before, by what makes them so.
    let excepted = [
        "FROM sessions",
        "api_keys.hash = ?1",
        "workspaces_with_jobs",
        "FROM sources WHERE next_step_at <= ?1",
        // Of a source that the same batch has found by its tenant.
        "INSERT INTO crawl_pages",
        // Counts and looks of the installation, over the seals of all tenants.
        "AS mark FROM webhooks",
        "SELECT EXISTS (SELECT 1 FROM webhooks, json_each(?1) AS marks",
        "SELECT * FROM webhooks WHERE id > ?2",
        // A sweep, by age.
        "FROM escalations WHERE status = 'open'",
        "DELETE FROM events WHERE id IN",
        "FROM jobs WHERE parked_at < ?2",
        "FROM agents WHERE id = ?1 AND status = 'PUBLISHED'",
        "UPDATE workspaces SET",
        "DELETE FROM workspaces",
        "INTO workspaces",
        "FROM workspaces WHERE id",
        // The address is the caller's own, which they have confirmed; or everybody's time is over.
        "WHERE id = ?1 AND email = ?2",
        "FROM invitations WHERE expires_at > ?1 AND email = ?2",
        "DELETE FROM invitations WHERE email = ?1",
        "(SELECT id FROM invitations WHERE email = ?1)",
        "DELETE FROM invitations WHERE expires_at < ?1",
        // Of an account that is deleted, in every workspace.
        "DELETE FROM invitations WHERE invited_by = ?1",
    ];
    let tables = [
        "api_keys",
        "memberships",
        "invitations",
        "question_resolutions",
        "collections",
        "documents",
        "document_versions",
        "index_snapshots",
        "agents",
        "agent_versions",
        "conversations",
        "messages",
        "feedback",
        "jobs",
        "deputies",
        "escalations",
        "webhooks",
        "events",
        "deliveries",
        "delivery_attempts",
        "sources",
        "crawl_pages",
        "mail_recipients",
        "attempts",
    ];
    let mut faults = vec![];
    for (path, text) in files("edge/store", &[".rs"]) {
        for statement in text.split("sql!(").skip(1) {
            let sql: String = statement
                .split("\",")
                .next()
                .unwrap_or_default()
                .chars()
                .take(1_500)
                .collect();
            let is_tenants = tables.iter().any(|it| {
                ["FROM ", "INTO ", "UPDATE ", "JOIN "]
                    .iter()
                    .any(|verb| sql.contains(&format!("{verb}{it}")))
            });
            let names_tenant = sql.contains("workspace_id")
                || sql.contains("memberships.account_id")
                || sql.contains("account_id = ?1");
            if is_tenants && !names_tenant && !excepted.iter().any(|it| sql.contains(it)) {
                faults.push(format!("{path}: {sql}"));
            }
        }
    }
    none(faults, "a statement without the tenant");
}

#[test]
fn a_dialect_does_not_name_another() {
    let dialects = ["twig", "twin", "builder", "insydr"];
    let mut faults = vec![];
    for own in dialects {
        for (path, text) in files("edge/dialects/src", &[".rs"])
            .into_iter()
            .filter(|it| it.0.contains(&format!("src/{own}/")))
        {
            for other in dialects.iter().filter(|it| **it != own) {
                faults.extend(
                    code(&text)
                        .filter(|it| it.1.contains(&format!("{other}::")))
                        .map(|it| format!("{path}:{} {}", it.0, it.1.trim())),
                );
            }
        }
    }
    none(faults, "one dialect naming another");
}

#[test]
fn core_names_no_dialect_and_no_platform() {
    let words = ["twig", "insydr", "worker::", "axum", "http::"];
    let mut faults = vec![];
    for (path, text) in files("edge/core/src", &[".rs"])
        .into_iter()
        .chain(files("edge/store/src", &[".rs"]))
    {
        let lower = text.to_lowercase();
        let found = words.iter().filter(|word| code(&lower).any(|it| it.1.contains(*word)));
        faults.extend(found.map(|it| format!("{path}: {it}")));
    }
    none(faults, "the name of a dialect or of the platform in core or store");
}

#[test]
fn nothing_in_a_request_path_may_panic() {
    let words = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "unreachable!(",
    ];
    let mut faults = vec![];
    let sources = ["edge", "shared"].iter().flat_map(|it| files(it, &[".rs"]));
    for (path, text) in sources.filter(|it| {
        !it.0.contains("/examples/")
            && !it.0.contains("/benches/")
            && !it.0.contains("/tests/")
            && !it.0.ends_with("/tests.rs")
            && !it.0.contains("/eval")
    }) {
        faults.extend(
            code(&text)
                .filter(|it| words.iter().any(|word| it.1.contains(word)))
                .map(|it| format!("{path}:{} {}", it.0, it.1.trim())),
        );
    }
    none(faults, "a panic ends every request of the isolate");
}

#[test]
fn no_html_is_made_of_strings() {
    let sources = files("widget", &[".rs"])
        .into_iter()
        .chain(files("dashboard", &[".rs"]))
        .chain(files("public", &[".js"]));
    let words = ["inner_html", "innerHTML", "insertAdjacentHTML", "document.write"];
    let faults = sources
        .filter(|it| words.iter().any(|word| it.1.contains(word)))
        .map(|it| it.0)
        .collect();
    none(faults, "inner_html");
}

#[test]
fn every_setting_is_documented() {
    let settings = std::fs::read_to_string(root().join("edge/core/src/settings.rs")).unwrap();
    let page = std::fs::read_to_string(root().join("public/docs/configuration.md")).unwrap();
    let names = settings.split("get(\"").skip(1).filter_map(|it| it.split('"').next());
    let faults = names
        .filter(|it| !page.contains(&format!("`{it}`")))
        .map(str::to_owned)
        .collect();
    none(faults, "a setting that public/docs/configuration.md does not describe");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not accuse itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let faults = rust()
        .into_iter()
        .filter(|it| words.iter().any(|word| it.1.contains(word.as_str())))
        .map(|it| it.0)
        .collect();
    none(faults, "do it or leave it");
}
