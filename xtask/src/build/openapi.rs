//! `/openapi.json`: the routes as the code describes them.
use super::Build;
use crate::paths::{root, write};
use crate::progress::output_of;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let mut command = Command::new("cargo");
    command.current_dir(root());
    command.args([
        "run",
        "--quiet",
        "--package",
        "edge-dialects",
        "--features",
        "openapi",
        "--example",
        "openapi",
    ]);
    let spoken = output_of(&mut command)?;
    serde_json::from_slice::<Value>(&spoken).context("the description of the API is no JSON")?;
    let output = build.dist().join("openapi.json");
    write(&output, spoken)?;
    Ok(vec![output])
}
