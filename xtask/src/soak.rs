//! `cargo xtask soak`: the release build under mixed load for some minutes, then killed again and again.
use crate::build::Build;
use crate::paths::root;
use crate::process::to_the_end;
use crate::test::WHOLE_WORKSPACE;
use crate::tools::Tools;
use anyhow::Result;
use std::process::Command;

/// The test in `tests/worker` that puts the load on.
pub(crate) const LOAD_TEST: &str = "soak::nothing_crashes_is_lost_or_grows_under_mixed_load";
/// The test in `tests/worker` that kills the server.
const CRASH_TEST: &str = "crashes::writes_of_every_kind_survive_crashes";

/// Runs both to their ends.
///
/// # Errors
/// When the build or one of the two fails.
pub fn run(minutes: u32, crashes: u32) -> Result<()> {
    Build::deployed(Tools::ready()?).make()?;
    println!("\n── {minutes} minutes under mixed load ──");
    to_the_end(live_test(LOAD_TEST).env("SOAK_MINUTES", minutes.to_string()))?;
    println!("\n── {crashes} crashes under writes ──");
    to_the_end(live_test(CRASH_TEST).env("CRASH_ROUNDS", crashes.to_string()))
}

/// One test of the live suite that starts a Worker of its own.
pub(crate) fn live_test(name: &str) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root())
        .args(["test", "--test", "live"])
        .args(WHOLE_WORKSPACE)
        .args(["--", "--include-ignored", "--nocapture", "--exact", name]);
    command
}
