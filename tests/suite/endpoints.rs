//! The table of `tests/ENDPOINTS.md`: every endpoint, and tests that see it answer.
//!
//! Made anew by running the suite with `ENDPOINTS_VISITS=<file>`, and then this test alone with it. It lists the tests
//! that visit the fewest other routes, for those are about the endpoint.
use crate::harness::visits;
use edge_dialects::Access;
use edge_dialects::openapi::samples;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many tests a row names.
const NAMED: usize = 2;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ENDPOINTS.md")
}

/// Returns every endpoint under the heading of its API.
fn endpoints() -> BTreeMap<&'static str, Vec<(String, bool)>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in edge_dialects::routes() {
        let api = match route.access {
            Access::Program(kind) => kind.as_str(),
            _ if route.path.starts_with("/api/v1/") => "insydr",
            _ => "site",
        };
        let name = samples::name(&route.method, route.path);
        found.entry(api).or_default().push((name, route.is_extension));
    }
    found
}

/// Makes the table of visits: by endpoint, the tests that are most about it.
fn table(visits: &str) -> String {
    let lines: BTreeSet<(&str, &str)> = visits.lines().filter_map(|it| it.split_once('\t')).collect();
    let mut breadth: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, test) in &lines {
        *breadth.entry(test).or_default() += 1;
    }
    let mut text = "# Endpoints\n\nEvery endpoint, and tests of `tests/suite` that see it answer. Made by \
        `tests/suite/endpoints.rs`, which says how, and checked by it.\n"
        .to_owned();
    for (api, endpoints) in endpoints() {
        text += &format!("\n## {api}\n\n| Endpoint | | Tests |\n|---|---|---|\n");
        for (endpoint, is_extension) in endpoints {
            let mut tests: Vec<_> = lines.iter().filter(|it| it.0 == endpoint).map(|it| it.1).collect();
            tests.sort_by_key(|it| (breadth[it], *it));
            let tests: Vec<_> = tests.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
            let kind = if is_extension { "extension" } else { "documented" };
            text += &format!("| `{endpoint}` | {kind} | {} |\n", tests.join(", "));
        }
    }
    text
}

/// Tells whether there is a test of a name, such as `insydr::auth::somebody_signs_up`.
fn is_test(name: &str) -> bool {
    let (module, function) = name.rsplit_once("::").unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("suite/{}.rs", module.replace("::", "/")));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.contains(&format!("fn {function}("))
}

#[test]
fn every_endpoint_has_a_test_that_sees_it_answer() {
    if let Some(visits) = std::env::var_os(visits::FILE)
        && let Ok(visits) = std::fs::read_to_string(visits)
    {
        std::fs::write(file(), table(&visits)).unwrap();
    }
    let text = std::fs::read_to_string(file()).unwrap();
    let rows: BTreeMap<&str, Vec<&str>> = text
        .lines()
        .filter_map(|line| {
            let mut names = line.split('`').skip(1).step_by(2);
            Some((names.next()?, names.collect()))
        })
        .collect();
    let mut faults = vec![];
    for (endpoint, _) in endpoints().into_values().flatten() {
        let tests = rows.get(endpoint.as_str()).cloned().unwrap_or_default();
        if tests.is_empty() {
            faults.push(format!("{endpoint}: no test"));
        }
        let gone = tests.iter().filter(|it| !is_test(it));
        faults.extend(gone.map(|it| format!("{endpoint}: there is no test {it}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
