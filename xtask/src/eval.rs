//! `cargo xtask eval`: how well questions are answered, measured with the code that answers them.
use crate::paths::root;
use crate::process::to_the_end;
use anyhow::Result;
use std::ffi::OsString;
use std::process::Command;

/// Compiles the package in `tests/eval` and runs it with these options. It is a package of its own, so that
/// xtask does not link the retrieval crate, which takes a minute to compile.
///
/// # Errors
/// When it does not compile or a figure is below its floor.
pub fn run(options: &[OsString]) -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--package", "eval", "--"])
        .args(options);
    to_the_end(command.current_dir(root()))
}
