//! The embedding table and its tokenizer, which the Worker loads as assets.
use super::Build;
use crate::paths::{files_below, root, write};
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let source = root().join("shared/retrieval/model");
    let mut outputs = Vec::new();
    for file in files_below(&source)? {
        let output = build.dist().join("model").join(file.strip_prefix(&source)?);
        write(&output, fs::read(&file)?)?;
        outputs.push(output);
    }
    if outputs.is_empty() {
        bail!("there is no model in {}", source.display());
    }
    Ok(outputs)
}
