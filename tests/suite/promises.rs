//! `tests/PROMISES.md`: what the product promises its users, and the test that holds each promise.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How a row begins its last cell when no test holds its promise; the reason follows.
const NO_TEST: &str = "No test: ";
/// The shortest reason that says something, in characters.
const SHORTEST_REASON: usize = 20;

struct Row {
    id: String,
    promise: String,
    held_by: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(folder().join("PROMISES.md")).unwrap();
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| Promise") && !line.starts_with("| Id");
    let rows = text.lines().filter(is_row).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, promise, held_by] = cells[..] else {
            panic!("a row has three cells: {line}");
        };
        Row {
            id: id.to_owned(),
            promise: promise.to_owned(),
            held_by: held_by.to_owned(),
        }
    });
    rows.collect()
}

/// Tells whether there is a test of a name: `suite::module::function`, `live::module::function`, `browser::title`, or
/// `unit::path/of/file.rs::function`.
fn is_test(name: &str) -> bool {
    let Some((kind, rest)) = name.split_once("::") else {
        return false;
    };
    if kind == "browser" {
        let scripts = std::fs::read_dir(folder().join("browser")).unwrap();
        return scripts.map(|it| it.unwrap().path()).any(|it| contains(&it, rest));
    }
    let Some((module, function)) = rest.rsplit_once("::") else {
        return false;
    };
    let file = match kind {
        "suite" => folder().join("suite").join(format!("{}.rs", module.replace("::", "/"))),
        "live" => folder()
            .join("worker")
            .join(format!("{}.rs", module.replace("::", "/"))),
        "unit" => folder().join("..").join(module),
        _ => return false,
    };
    contains(&file, &format!("fn {function}("))
}

fn contains(file: &Path, text: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|it| it.contains(text))
}

#[test]
fn every_promise_names_its_tests_or_says_why_not() {
    let mut faults = Vec::new();
    for Row { id, promise, held_by } in rows() {
        let tests: Vec<&str> = held_by.split('`').skip(1).step_by(2).collect();
        let reason = held_by.strip_prefix(NO_TEST);
        match reason {
            Some(reason) if reason.chars().count() < SHORTEST_REASON => faults.push(format!("{id}: says no reason")),
            None if tests.is_empty() => faults.push(format!("{id}: names no test")),
            _ => {}
        }
        if promise.is_empty() {
            faults.push(format!("{id}: promises nothing"));
        }
        let missing = tests.iter().filter(|it| reason.is_none() && !is_test(it));
        faults.extend(missing.map(|it| format!("{id}: there is no test `{it}`")));
    }
    assert!(faults.is_empty(), "tests/PROMISES.md:\n{}", faults.join("\n"));
}

#[test]
fn every_promise_stands_in_the_table_once() {
    let rows = rows();
    let ids: BTreeSet<&str> = rows.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "an id stands twice");
    // So many promises each group has; a row that is taken out is missed here.
    let groups = [
        ("A", 8),
        ("B", 9),
        ("C", 8),
        ("D", 7),
        ("E", 10),
        ("F", 7),
        ("G", 10),
        ("H", 8),
        ("I", 11),
        ("J", 8),
        ("K", 7),
        ("L", 5),
    ];
    for (group, count) in groups {
        let missing: Vec<String> = (1..=count)
            .map(|it| format!("{group}{it}"))
            .filter(|it| !ids.contains(it.as_str()))
            .collect();
        assert!(missing.is_empty(), "missing: {}", missing.join(", "));
    }
}
