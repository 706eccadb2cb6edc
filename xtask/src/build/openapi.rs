//! `/openapi.json`: the routes as the code describes them.
use super::Build;
use super::bind::{Host, bind};
use super::compile::OPENAPI;
use crate::paths::write;
use crate::progress::output_of;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let bound = bind(build.profile, OPENAPI, Host::Node, "openapi")?;
    // Without this file Node would take the script for one of the older kind.
    write(&bound.join("package.json"), "{ \"type\": \"module\" }\n")?;
    let mut command = build.tools.node();
    command
        .current_dir(&bound)
        .args(["--input-type=module", "--eval"])
        .arg("import { document } from './openapi.js'; process.stdout.write(document());");
    let spoken = output_of(&mut command)?;
    serde_json::from_slice::<Value>(&spoken).context("the description of the API is no JSON")?;
    let output = build.dist().join("openapi.json");
    write(&output, spoken)?;
    Ok(vec![output])
}
