//! `public/`, served as it is: the page, the loader, the documentation.
use super::widget::small;
use super::{Build, docs};
use crate::paths::{files_below, root, write};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let public = root().join("public");
    let dist = build.dist();
    let mut outputs = Vec::new();
    for file in files_below(&public)? {
        let name = file.strip_prefix(&public)?;
        if docs::is_template(name) {
            continue;
        }
        let output = dist.join(name);
        if name.extension().is_some_and(|extension| extension == "js") {
            small(build, &file, &output)?;
        } else {
            write(&output, fs::read(&file)?)?;
        }
        outputs.push(output);
    }
    outputs.extend(docs::make(&public.join("docs"), &dist.join("docs"))?);
    Ok(outputs)
}
