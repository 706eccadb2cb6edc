//! The tools that npm installs, and the Node they run on.
use super::version_of;
use crate::paths::root;
use crate::progress::{run, step};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that wrangler runs on.
const OLDEST_NODE: u32 = 22;

/// A program of an npm package.
pub(super) fn bin(program: &str) -> PathBuf {
    root().join("node_modules/.bin").join(program)
}

/// Makes `node_modules` what package-lock.json says; answers a Node that is new enough.
pub(super) fn ready() -> Result<PathBuf> {
    let root = root();
    let lock = fs::read_to_string(root.join("package-lock.json")).context("reading package-lock.json")?;
    let note = root.join("node_modules/.edgewise-lock");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == lock) {
        return node();
    }
    step(
        "npm packages, wrangler and its Node among them (half a minute, 850 MB)",
        || {
            let mut command = Command::new("npm");
            // No package here needs its install script.
            command
                .current_dir(&root)
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            run("npm", &mut command).context("npm comes with Node 18 or newer: https://nodejs.org")
        },
    )?;
    let node = node()?;
    fs::write(note, lock)?;
    Ok(node)
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
