//! `cargo xtask test`: every check there is, counted.
mod counted;
mod gate;
mod live;
mod sizes;
mod trunk;

use crate::build::Build;
use crate::paths::root;
use crate::progress::spent;
use crate::tools::{Tools, WASM};
use anyhow::Result;
pub use gate::Gate;
use gate::Tally;
pub use live::plan;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What every run of cargo here is about: a run for one package would choose other features, and compile most crates
/// once more for them.
pub(crate) const WHOLE_WORKSPACE: [&str; 3] = ["--workspace", "--features", "tests/live"];

/// Names the file in which the suite notes which test was answered by which route.
const VISITS: &str = "ENDPOINTS_VISITS";
/// The check of what it noted.
const SEEN: &str = "endpoints::every_endpoint_was_seen_answering_by_the_tests_named";

/// The crates that run as WebAssembly.
const WASM_CRATES: [&str; 6] = [
    "edge",
    "edge-parser",
    "edge-embedder",
    "widget",
    "dashboard",
    "retrieval",
];

/// Runs the gates in `only`, or all of them; answers whether all passed.
///
/// # Errors
/// When a tool is missing, so that nothing could be said.
pub fn run(only: &[Gate]) -> Result<bool> {
    let started = Instant::now();
    let build = Build::deployed(Tools::ready()?);
    let mut tally = Tally::default();
    let mut built = None;
    for gate in Gate::ALL
        .into_iter()
        .filter(|gate| only.is_empty() || only.contains(gate))
    {
        if gate.needs_build() && built.is_none() {
            built = Some(tally.check("build", || build.make()));
        }
        match gate {
            Gate::Fmt => fmt(&mut tally),
            Gate::Clippy => clippy(&mut tally),
            Gate::Suite => suite(&mut tally),
            Gate::Sizes => sizes::run(&build, &mut tally),
            Gate::Trunk => trunk::run(&build, &mut tally),
            Gate::Live => live::suite(&build, &mut tally),
            Gate::Soak => live::soak(&mut tally),
            Gate::Browser => live::browser(&build, &mut tally),
        }
    }
    println!("\n{} in all", spent(started.elapsed()));
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn fmt(tally: &mut Tally) {
    tally.check("fmt", || {
        gate::succeeds("fmt", Command::new("cargo").args(["fmt", "--all", "--check"]))
    });
}

fn clippy(tally: &mut Tally) {
    tally.check("clippy, native", || {
        let mut command = Command::new("cargo");
        command
            .arg("clippy")
            .args([
                "--lib",
                "--bins",
                "--tests",
                "--benches",
                "--examples",
                "--test",
                "live",
            ])
            .args(WHOLE_WORKSPACE)
            .args(["--", "-D", "warnings"]);
        gate::succeeds("clippy", &mut command)
    });
    tally.check("clippy, wasm", || {
        let mut command = Command::new("cargo");
        command
            .args(["clippy", "--target", WASM])
            .args(WASM_CRATES.map(|name| format!("--package={name}")));
        gate::succeeds(
            "clippy-wasm",
            command
                .env("WASM_BINDGEN_USE_JS_SYS", "1")
                .args(["--", "-D", "warnings"]),
        )
    });
}

fn suite(tally: &mut Tally) {
    // Notes of an earlier run do not count for this one.
    let visits = root().join("target/xtask/endpoint-visits");
    let ready = tally.check("visits of endpoints are noted anew", || forget(&visits));
    let mut command = Command::new("cargo");
    command
        .args(["test", "--no-fail-fast"])
        .args(WHOLE_WORKSPACE)
        .env(VISITS, &visits);
    tally.count("native suite and unit tests", "suite", &mut command, counted::cargo);
    if ready {
        let mut command = Command::new("cargo");
        command.arg("test").args(WHOLE_WORKSPACE);
        command.args(["--test=suite", "--", "--ignored", "--exact", SEEN]);
        tally.check("a test saw every endpoint answer", || {
            gate::one_test_passes("endpoints", command.env(VISITS, &visits))
        });
    }
}

/// Removes a file, if there is one, and makes its folder.
fn forget(file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file)?;
    }
    file.parent().map_or(Ok(()), |folder| Ok(fs::create_dir_all(folder)?))
}
