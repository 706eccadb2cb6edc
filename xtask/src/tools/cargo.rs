//! The tool that cargo installs: cargo-fuzz, which `cargo xtask fuzz` alone needs.
use super::version_of;
use crate::paths::root;
use crate::progress::{run, step};
use anyhow::{Context as _, Result};
use std::env;
use std::path::PathBuf;
use std::process::Command;

const PROGRAM: &str = "cargo-fuzz";
const VERSION: &str = "0.13.2";

/// cargo-fuzz of our version: from our own folder, cargo's, or the path; installed when there is none.
///
/// # Errors
/// When it cannot be installed; the sentence says what to do by hand.
pub fn fuzzer() -> Result<PathBuf> {
    let ours = root().join("target/tools");
    let everyones = cargo_home();
    let mut places = vec![ours.join("bin"), everyones.join("bin")];
    places.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    for place in places {
        let program = place.join(PROGRAM);
        if program.is_file() && version_of(&program).as_deref() == Some(VERSION) {
            return Ok(program);
        }
    }
    // A tool of another version that is installed already stays as it is.
    let home = if everyones.join("bin").join(PROGRAM).exists() {
        ours
    } else {
        everyones
    };
    let what = format!("{PROGRAM}@{VERSION}");
    let place = home.join("bin");
    step(
        &format!("{what} into {}, once (about a minute)", place.display()),
        || {
            let mut command = Command::new("cargo");
            command.args(["install", "--locked", "--force", "--root"]);
            command.arg(&home).arg(&what);
            // Our rust-toolchain.toml rules here too, and a quick build suffices.
            command
                .current_dir(root())
                .env("CARGO_TARGET_DIR", root().join("target/tools/build"))
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
            run(PROGRAM, &mut command).with_context(|| format!("install it by hand: cargo install --locked {what}"))
        },
    )?;
    Ok(place.join(PROGRAM))
}

fn cargo_home() -> PathBuf {
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or(home)
        .unwrap_or_else(|| root().join("target/tools"))
}
