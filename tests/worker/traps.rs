//! Which Workers have crashed, as the server's log tells.
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};
use std::time::Duration;
use std::{fs, thread};
use xtask::api::Api;
use xtask::server::Plan;

/// How lines of the main Worker begin.
const MAIN: &str = "edgewise";
/// What the glue around each Worker says when it replaces an instance that has crashed.
const REPLACED: &str = "Reinitializing Wasm application";
/// How the log marks an exception that ended a request of the main Worker.
const FAILED_REQUEST: &str = "[wrangler:error]";
/// What else tells of a crash, or of one that is near.
const SIGNS: [&str; 3] = ["RuntimeError", "unreachable", "out of memory"];

/// The crashes that a log tells of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Traps {
    /// Lines about crashes of the main Worker.
    pub(crate) main: Vec<String>,
    /// How often each of the other Workers was replaced, by its name.
    pub(crate) others: BTreeMap<String, usize>,
}

impl Traps {
    /// Reads the log of a running server.
    pub(crate) fn in_log(plan: &Plan) -> Self {
        // An instance that has crashed is replaced by the next request.
        Api::new(&plan.base_url()).get("/health").ok();
        thread::sleep(Duration::from_millis(500));
        Self::in_text(&String::from_utf8_lossy(&fs::read(plan.log()).unwrap()))
    }

    fn in_text(text: &str) -> Self {
        let mut traps = Self::default();
        for line in text.lines() {
            // Lines begin with the Worker's name; errors do not, but ours name their Worker.
            let named = line.strip_prefix('[').and_then(|it| it.split_once("] "));
            match named.filter(|it| it.0 != MAIN && !it.0.starts_with("wrangler:")) {
                Some((name, said)) if said.contains(REPLACED) => *traps.others.entry(name.to_owned()).or_default() += 1,
                Some(_) => {}
                None if is_of_main(line) => traps.main.push(line.to_owned()),
                None => {}
            }
        }
        traps
    }
}

fn is_of_main(line: &str) -> bool {
    let has_sign = SIGNS.iter().any(|it| line.contains(it));
    let names_main = line.contains("\"worker\":\"main\"");
    line.contains(REPLACED) || has_sign && (names_main || line.contains(FAILED_REQUEST))
}

impl Display for Traps {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "crashes: {} in the main Worker", self.main.len())?;
        for (name, count) in &self.others {
            write!(f, ", {count} in {name}")?;
        }
        Ok(())
    }
}

#[test]
fn crashes_are_told_by_the_worker_that_had_them() {
    let text = "[edgewise] Reinitializing Wasm application\n\
        [edgewise-jobs] Reinitializing Wasm application\n\
        [edgewise-parser] Reinitializing Wasm application\n\
        [edgewise-parser] Reinitializing Wasm application\n\
        [wrangler:error] RuntimeError: unreachable\n\
        \u{1b}[31m✘ ERROR Critical RuntimeError: unreachable\n\
        {\"level\":\"error\",\"error\":\"out of memory\",\"worker\":\"main\"}\n\
        {\"level\":\"error\",\"error\":\"out of memory\",\"worker\":\"jobs\"}\n\
        [wrangler:info] GET /health 200 OK (1ms)\n";
    let traps = Traps::in_text(text);
    assert_eq!(traps.main.len(), 3, "{traps:?}");
    let others = [("edgewise-jobs", 1), ("edgewise-parser", 2)].map(|it| (it.0.to_owned(), it.1));
    assert_eq!(traps.others, BTreeMap::from(others));
}
