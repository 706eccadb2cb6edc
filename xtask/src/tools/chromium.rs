//! The browser of the browser suite.
use crate::progress::{run, step};
use anyhow::{Context as _, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// Chromium: what `CHROME` names, else what the system has, else what apt installs for root.
///
/// # Errors
/// When there is none and it cannot be installed.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROME") {
        return Ok(named.into());
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !Path::new("/usr/bin/apt-get").exists() || !nix::unistd::geteuid().is_root() {
        bail!("the browser suite needs Chromium: install it, or name one in CHROME=/path/to/chromium");
    }
    step("chromium by apt-get (about a minute)", || {
        let apt = |arguments: &[&str]| {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
            run("apt-get", &mut command)
        };
        apt(&["update", "-q"])?;
        apt(&["install", "-q", "-y", "--no-install-recommends", "chromium"])
    })?;
    find().context("apt-get installed chromium, and yet there is none on the path")
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    on_path.chain(MAC.map(PathBuf::from)).find(|program| program.is_file())
}
