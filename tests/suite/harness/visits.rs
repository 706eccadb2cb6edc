//! Which tests are answered by which routes, for the table in `tests/ENDPOINTS.md` and the check of a whole run.
use super::request::Answer;
use edge_dialects::log::Entry;
use std::io::Write as _;

/// Names the file that visits are written to; none are noted without it.
pub(crate) const FILE: &str = "ENDPOINTS_VISITS";

/// Notes that a test was answered by a route.
pub(crate) fn note(entry: &Entry, answer: &Answer) {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let thread = std::thread::current();
    let Some(test) = thread.name().filter(|_| (200..300).contains(&answer.status)) else {
        return;
    };
    let line = format!("{} {}\t{test}\n", entry.method, entry.route);
    let file = std::fs::File::options().append(true).create(true).open(path);
    file.unwrap().write_all(line.as_bytes()).unwrap();
}
