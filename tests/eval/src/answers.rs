//! Answer sets: whole documents and questions as visitors ask them, judged by rule from the file to the words.

mod asked;
mod judge;
mod organization;
mod report;

pub(super) use organization::Organization;

use crate::floors;
use anyhow::Result;
use asked::{Asked, Verdict};
use retrieval::Embedder;
use serde_json::json;
use std::path::{Path, PathBuf};
use xtask::paths::write;

/// Asks every question of the sets, prints the figures of each and of all, and writes them with all answers to `file`,
/// and the worst answers to a page beside it.
///
/// # Errors
/// When a set does not read, or its figures are below its floors.
pub(super) fn run(embedder: &Embedder, folders: &[PathBuf], file: &Path) -> Result<()> {
    let mut all = Vec::new();
    let mut below = Vec::new();
    for folder in folders {
        let organization = Organization::read(embedder, folder)?;
        let asked = organization.ask_all(embedder);
        let figures = report::figures(&asked);
        println!("{}: {}", organization.name, report::line(&figures));
        if let Err(worse) = floors::check(folder, &figures) {
            below.push(worse.to_string());
        }
        all.extend(asked);
    }
    let figures = report::figures(&all);
    println!("\nAll: {}\n", report::line(&figures));
    report::print_kinds(&all);
    let page = file.with_extension("md");
    write(
        file,
        serde_json::to_string_pretty(&json!({"summary": figures, "rows": all}))? + "\n",
    )?;
    write(&page, report::worst(&all))?;
    println!("\n{} has every answer, {} the worst.", file.display(), page.display());
    match below.is_empty() {
        true => Ok(()),
        false => anyhow::bail!("{}", below.join("\n")),
    }
}
