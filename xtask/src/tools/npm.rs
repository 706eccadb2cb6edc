//! The tools that npm installs, and the Node they run on.
use super::version_of;
use crate::paths::root;
use crate::progress::{run, step};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// The oldest Node that wrangler runs on.
const OLDEST_NODE: u32 = 22;

/// A program of an npm package.
pub(super) fn bin(program: &str) -> PathBuf {
    root().join("node_modules/.bin").join(program)
}

/// Makes `node_modules` what package-lock.json says, and does `work` meanwhile when that takes a while; answers a Node
/// that is new enough.
///
/// # Errors
/// When npm is missing or fails, and those of `work`.
pub(super) fn ready_beside(work: impl FnOnce() -> Result<()>) -> Result<PathBuf> {
    let root = root();
    let lock = fs::read_to_string(root.join("package-lock.json")).context("reading package-lock.json")?;
    let note = root.join("node_modules/.edgewise-lock");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == lock) {
        return node();
    }
    // Before minutes of compiling.
    version_of(Path::new("npm")).context("npm is missing; it comes with Node 18 or newer: https://nodejs.org")?;
    thread::scope(|scope| {
        let installed = scope.spawn(|| install(&root));
        let worked = work();
        match installed.join() {
            Ok(installed) => installed.and(worked),
            Err(panic) => resume_unwind(panic),
        }
    })?;
    let node = node()?;
    fs::write(note, lock)?;
    Ok(node)
}

fn install(root: &Path) -> Result<()> {
    step("npm packages, wrangler and its Node among them (850 MB, once)", || {
        let mut command = Command::new("npm");
        // No package here needs its install script.
        command
            .current_dir(root)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        run("npm", &mut command)
    })
}

/// The Node of the packages; where there is none for this system, the one on the path when it is new enough.
fn node() -> Result<PathBuf> {
    let candidates = [bin("node"), PathBuf::from("node")];
    match candidates
        .into_iter()
        .find(|node| major_version(node).is_some_and(|major| major >= OLDEST_NODE))
    {
        Some(node) => Ok(node),
        None => {
            bail!("wrangler needs Node {OLDEST_NODE} or newer, and npm has none for this system: https://nodejs.org")
        }
    }
}

fn major_version(node: &Path) -> Option<u32> {
    version_of(node)?.strip_prefix('v')?.split('.').next()?.parse().ok()
}
