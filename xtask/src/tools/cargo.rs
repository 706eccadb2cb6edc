//! The tools that cargo installs.
use super::version_of;
use crate::paths::root;
use crate::progress::{run, step};
use anyhow::{Context as _, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// How long compiling it takes on two cores, for the person who waits.
    takes: &'static str,
}

/// worker-build, wasm-bindgen and trunk, in this order.
pub(super) fn ready() -> Result<[PathBuf; 3]> {
    let bindgen = locked("wasm-bindgen")?;
    Ok([
        find_or_install(&Tool {
            package: "worker-build",
            program: "worker-build",
            version: locked("worker")?,
            takes: "about 3 minutes",
        })?,
        find_or_install(&Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: bindgen,
            takes: "about 3 minutes",
        })?,
        find_or_install(&Tool {
            package: "trunk",
            program: "trunk",
            version: "0.21.14".into(),
            takes: "about 6 minutes",
        })?,
    ])
}

/// cargo-fuzz, which `cargo xtask fuzz` alone needs.
///
/// # Errors
/// When it cannot be installed; the sentence says what to do by hand.
pub fn fuzzer() -> Result<PathBuf> {
    find_or_install(&Tool {
        package: "cargo-fuzz",
        program: "cargo-fuzz",
        version: "0.13.2".into(),
        takes: "about 1 minute",
    })
}

/// The version of a package in Cargo.lock.
fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("reading Cargo.lock")?;
    version_in(&lock, package).with_context(|| format!("{package} is not in Cargo.lock"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    let name = format!("name = \"{package}\"");
    lines.find(|line| *line == name)?;
    Some(
        lines
            .next()?
            .strip_prefix("version = \"")?
            .trim_end_matches('"')
            .to_owned(),
    )
}

/// The tool of this version, from our own folder, cargo's, or the path.
fn find_or_install(tool: &Tool) -> Result<PathBuf> {
    let ours = root().join("target/tools");
    let everyones = cargo_home();
    let mut places = vec![ours.join("bin"), everyones.join("bin")];
    places.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    for place in places {
        let program = place.join(tool.program);
        if program.is_file() && version_of(&program).as_ref() == Some(&tool.version) {
            return Ok(program);
        }
    }
    // Somebody's tool of another version stays as it is.
    let home = if everyones.join("bin").join(tool.program).exists() {
        ours
    } else {
        everyones
    };
    install(tool, &home)?;
    Ok(home.join("bin").join(tool.program))
}

fn install(tool: &Tool, home: &Path) -> Result<()> {
    let Tool {
        package,
        version,
        takes,
        ..
    } = tool;
    let what = format!("{package}@{version}");
    step(
        &format!("{what} into {}, once ({takes})", home.join("bin").display()),
        || {
            let mut command = Command::new("cargo");
            command
                .args(["install", "--locked", "--force", "--root"])
                .arg(home)
                .arg(&what);
            // Our rust-toolchain.toml rules here too. The tools share what they have in common, and quick builds suffice.
            command
                .current_dir(root())
                .env("CARGO_TARGET_DIR", root().join("target/tools/build"))
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
            run(package, &mut command).with_context(|| format!("install it by hand: cargo install --locked {what}"))
        },
    )
}

fn cargo_home() -> PathBuf {
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or(home)
        .unwrap_or_else(|| root().join("target/tools"))
}

#[cfg(test)]
mod tests {
    use super::{locked, version_in};

    #[test]
    fn a_version_is_read_from_the_lock_by_the_whole_name() {
        let lock = "[[package]]\nname = \"worker-macros\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"worker\"\nversion = \"2.0.0\"\n";
        assert_eq!(version_in(lock, "worker").as_deref(), Some("2.0.0"));
        assert_eq!(version_in(lock, "work"), None);
    }

    #[test]
    fn the_lock_names_what_the_tools_must_match() {
        assert!(locked("worker").unwrap().starts_with("0."));
        assert!(locked("wasm-bindgen").unwrap().starts_with("0.2."));
    }
}
