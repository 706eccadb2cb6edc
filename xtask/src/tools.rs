//! The tools that the work needs: found where they are, installed where they are missing.
//!
//! wasm target: rustup. wrangler and a Node it runs on, wasm-opt, esbuild: npm, as package-lock.json says.
//! wasm-bindgen is a library of ours, see build/bind.rs; the steps of worker-build and trunk are in build/ as well.
mod cargo;
mod chromium;
mod npm;

use crate::paths::root;
use crate::progress::{output_of, run};
use anyhow::{Context as _, Result};
pub use cargo::fuzzer;
pub use chromium::chromium;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What wasm is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Where the tools are.
#[derive(Clone, Debug)]
pub struct Tools {
    node: PathBuf,
}

/// `cargo`, told as worker-build tells it how the bindings are to be expanded, so that all wasm builds share theirs.
#[must_use]
pub fn cargo_for_wasm() -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root())
        .env("WASM_BINDGEN_USE_JS_SYS", "1")
        // Outputs are looked for there, even if the developer has set another target folder.
        .env("CARGO_TARGET_DIR", root().join("target"));
    command
}

impl Tools {
    /// Finds every tool, installing what is missing.
    ///
    /// # Errors
    /// When a tool cannot be installed; the sentence says what to do by hand.
    pub fn ready() -> Result<Self> {
        Self::ready_beside(|| Ok(()))
    }

    /// The same; does `work`, which needs no tool but cargo, in parallel to an installation of npm packages if there
    /// has to be one.
    ///
    /// # Errors
    /// When a tool cannot be installed, and those of `work`.
    pub fn ready_beside(work: impl FnOnce() -> Result<()>) -> Result<Self> {
        wasm_target()?;
        Ok(Self {
            node: npm::ready_beside(work)?,
        })
    }

    /// wasm-opt of binaryen.
    #[must_use]
    pub fn wasm_opt(&self) -> Command {
        self.with_path(&npm::bin("wasm-opt"))
    }

    /// esbuild.
    #[must_use]
    pub fn esbuild(&self) -> Command {
        self.with_path(&npm::bin("esbuild"))
    }

    /// trunk, which finds its helpers on the path and stays off the network.
    #[must_use]
    pub fn trunk(&self) -> Command {
        let mut command = self.with_path(Path::new("trunk"));
        command
            .env("TRUNK_OFFLINE", "true")
            .env("TRUNK_SKIP_VERSION_CHECK", "true")
            .env("WASM_BINDGEN_USE_JS_SYS", "1")
            .env("CARGO_TARGET_DIR", root().join("target"));
        // Trunk takes any value of this variable but true and false for a mistake.
        command.env_remove("NO_COLOR");
        command
    }

    /// Node, of a version that wrangler runs on.
    #[must_use]
    pub fn node(&self) -> Command {
        self.with_path(&self.node)
    }

    /// wrangler with this configuration: silent about itself, off the network, away from the configuration in the home
    /// folder; what it writes by the way is in `scratch`.
    #[must_use]
    pub fn wrangler(&self, config: &Path, scratch: &Path) -> Command {
        let mut command = self.node();
        command
            .arg(root().join("node_modules/wrangler/bin/wrangler.js"))
            .arg("--config")
            .arg(config)
            .env("CI", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("XDG_CONFIG_HOME", scratch.join("config"))
            .env("TMPDIR", scratch.join("tmp"));
        command
    }

    fn with_path(&self, program: &Path) -> Command {
        let mut path: Vec<PathBuf> = vec![root().join("node_modules/.bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut command = Command::new(program);
        command
            .current_dir(root())
            .env("PATH", env::join_paths(path).unwrap_or_else(|_| OsString::new()));
        command
    }
}

/// Whether the system has a program, of this version if it says one.
#[must_use]
pub fn is_on_path(program: &str, version: Option<&str>) -> bool {
    let found = version_of(Path::new(program));
    found.is_some_and(|found| version.is_none_or(|wanted| wanted == found))
}

/// The version of a package in Cargo.lock.
///
/// # Errors
/// When it is not in there.
pub fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("reading Cargo.lock")?;
    version_in(&lock, package).with_context(|| format!("{package} is not in Cargo.lock"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    let name = format!("name = \"{package}\"");
    lines.find(|line| *line == name)?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

/// The version that a program says it has: the last word of its first line.
fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let spoken = String::from_utf8(output.stdout).ok()?;
    spoken.lines().next()?.split_whitespace().next_back().map(str::to_owned)
}

/// The standard library for wasm.
fn wasm_target() -> Result<()> {
    let folder =
        output_of(
            Command::new("rustc")
                .current_dir(root())
                .args(["--print", "target-libdir", "--target", WASM]),
        )?;
    if Path::new(String::from_utf8(folder)?.trim()).is_dir() {
        return Ok(());
    }
    println!("  the standard library for {WASM} is missing: rustup brings it (half a minute)");
    run(
        "rustup",
        Command::new("rustup").current_dir(root()).args(["target", "add", WASM]),
    )
    .with_context(|| format!("install it by hand: rustup target add {WASM}"))
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn a_version_is_read_from_the_lock_by_the_whole_name() {
        let lock = "[[package]]\nname = \"worker-macros\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"worker\"\nversion = \"2.0.0\"\n";
        assert_eq!(version_in(lock, "worker").as_deref(), Some("2.0.0"));
        assert_eq!(version_in(lock, "work"), None);
    }
}
