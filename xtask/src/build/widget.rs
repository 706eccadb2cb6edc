//! The chat: bound to JavaScript, made small.
use super::bind::{self, Host, bind};
use super::compile::WIDGET;
use super::{Build, Profile};
use crate::paths::{root, write};
use crate::progress::run;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let bound = bind(build.profile, WIDGET, Host::Browser, "app")?;
    let embed = build.dist().join("embed");
    let module = bind::small(build, &bound.join("app_bg.wasm"))?;
    write(&embed.join("app_bg.wasm"), fs::read(module)?)?;
    small(build, &bound.join("app.js"), &embed.join("app.js"))?;
    sheet(build, &root().join("widget/style.css"), &embed.join("app.css"))?;
    Ok(["app_bg.wasm", "app.js", "app.css"]
        .map(|name| embed.join(name))
        .to_vec())
}

/// Puts a style sheet and those it imports into one file.
pub(super) fn sheet(build: &Build, source: &Path, target: &Path) -> Result<()> {
    compact(build, source, target, &["--bundle"])
}

/// Copies a script or a style sheet, in a release without what only people read.
pub(super) fn small(build: &Build, source: &Path, target: &Path) -> Result<()> {
    if build.profile == Profile::Quick {
        let text = fs::read(source).with_context(|| format!("reading {}", source.display()))?;
        return write(target, text);
    }
    compact(build, source, target, &[])
}

fn compact(build: &Build, source: &Path, target: &Path, how: &[&str]) -> Result<()> {
    let scratch = root()
        .join("target/xtask/minified")
        .join(target.file_name().unwrap_or_default());
    let mut command = build.tools.esbuild();
    command.arg(source).args(how).arg("--log-level=warning");
    if build.profile == Profile::Release {
        command.args(["--minify", "--legal-comments=none"]);
    }
    run("esbuild", command.arg(format!("--outfile={}", scratch.display())))?;
    write(target, fs::read(scratch)?)
}
