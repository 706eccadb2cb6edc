//! `cargo xtask test`: every check there is, counted.
mod counted;
mod gate;
mod live;
mod sizes;

use crate::build::{Build, Profile};
use crate::progress::spent;
use crate::tools::{Tools, WASM};
use anyhow::Result;
pub use gate::Gate;
use gate::Tally;
pub use live::plan;
use std::process::Command;
use std::time::Instant;

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
    let tools = Tools::ready()?;
    let build = Build::new(Profile::Release, tools);
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
        command.args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "tests/live",
            "--",
            "-D",
            "warnings",
        ]);
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
    let mut command = Command::new("cargo");
    tally.count(
        "native suite and unit tests",
        "suite",
        command.args(["test", "--workspace", "--no-fail-fast"]),
        counted::cargo,
    );
}
