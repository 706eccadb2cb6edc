//! The script of the page at `/reference`, from its npm package: nothing is loaded from elsewhere.
use super::Build;
use crate::paths::{root, write};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let source = root().join("node_modules/@scalar/api-reference/dist/browser/standalone.js");
    let output = build.dist().join("reference/scalar.js");
    write(
        &output,
        fs::read(&source).with_context(|| format!("reading {}", source.display()))?,
    )?;
    Ok(vec![output])
}
