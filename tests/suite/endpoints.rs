//! The table of `tests/ENDPOINTS.md`: every endpoint, and tests that see it answer.
//!
//! A run of the suite with `ENDPOINTS_VISITS=<file>` notes in that file which test was answered by which route.
//! `cargo xtask test` does so, and then runs the ignored check below, which fails for an endpoint that no test has seen
//! answer. The same file makes the table anew: `make_the_table`, run by its name. It lists the tests that visit the
//! fewest other routes, for those are about the endpoint.
use crate::harness::visits;
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
        let api = route.dialect.map_or("site", |it| it.name);
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

/// Tells whether there is a test of a name, such as `insydr::auth::a_person_signs_up`.
fn is_test(name: &str) -> bool {
    let (module, function) = name.rsplit_once("::").unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("suite/{}.rs", module.replace("::", "/")));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.contains(&format!("fn {function}("))
}

/// Reads the rows of the table: by endpoint, the tests that it names.
fn rows(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let row = |line| {
        let mut names = str::split(line, '`').skip(1).step_by(2);
        Some((names.next()?, names.collect()))
    };
    text.lines().filter_map(row).collect()
}

/// Reads what a run of the suite has noted.
fn noted() -> String {
    let file = std::env::var_os(visits::FILE).expect("ENDPOINTS_VISITS names the file of a run");
    std::fs::read_to_string(file).unwrap()
}

/// Tells of each endpoint that no test saw answer, and of each test in the table that did not see its endpoint answer.
fn unseen(endpoints: &[String], rows: &BTreeMap<&str, Vec<&str>>, visits: &str) -> Vec<String> {
    let visits: BTreeSet<(&str, &str)> = visits.lines().filter_map(|it| it.split_once('\t')).collect();
    let mut faults = vec![];
    for endpoint in endpoints {
        if !visits.iter().any(|it| it.0 == endpoint) {
            faults.push(format!("{endpoint}: no test saw it answer"));
        }
        let named = rows.get(endpoint.as_str()).into_iter().flatten();
        let idle = named.filter(|it| !visits.contains(&(endpoint.as_str(), **it)));
        faults.extend(idle.map(|it| format!("{endpoint}: {it} does not see it answer any more")));
    }
    faults
}

#[test]
#[ignore = "needs the visits of a whole run, which `cargo xtask test` notes"]
fn every_endpoint_was_seen_answering_by_the_tests_named() {
    let endpoints: Vec<String> = endpoints().into_values().flatten().map(|it| it.0).collect();
    let table = std::fs::read_to_string(file()).unwrap();
    let faults = unseen(&endpoints, &rows(&table), &noted());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
#[ignore = "makes tests/ENDPOINTS.md anew of the visits of a whole run"]
fn make_the_table() {
    std::fs::write(file(), table(&noted())).unwrap();
}

#[test]
fn an_endpoint_that_no_test_sees_answer_is_found() {
    let endpoints = ["GET /a", "GET /b"].map(str::to_owned);
    let rows = BTreeMap::from([("GET /a", vec!["first", "second"]), ("GET /b", vec!["third"])]);
    let all = "GET /a\tfirst\nGET /a\tsecond\nGET /b\tthird\n";
    assert_eq!(unseen(&endpoints, &rows, all), Vec::<String>::new());
    let some = "GET /a\tfirst\nGET /a\tother\n";
    assert_eq!(unseen(&endpoints, &rows, some).len(), 3);
}

#[test]
fn every_endpoint_has_a_test_that_sees_it_answer() {
    let text = std::fs::read_to_string(file()).unwrap();
    let rows = rows(&text);
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
