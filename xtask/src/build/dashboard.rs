//! The dashboard: trunk compiles it and writes its page.
use super::Build;
use crate::paths::{files_below, root, write};
use crate::progress::run;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let profile = build.profile.web();
    // Trunk empties the folder it writes to; a page being loaded keeps its files until the new ones are there.
    let made = root().join("target/xtask/dashboard").join(profile);
    fs::create_dir_all(&made)?;
    let mut trunk = build.tools.trunk();
    run(
        "dashboard",
        trunk
            .args(["build", "--cargo-profile", profile, "--color", "never", "--dist"])
            .arg(&made),
    )?;
    let target = build.dist().join("dashboard");
    let mut outputs = Vec::new();
    for file in files_below(&made)? {
        let output = target.join(file.strip_prefix(&made)?);
        write(&output, fs::read(file)?)?;
        outputs.push(output);
    }
    Ok(outputs)
}
