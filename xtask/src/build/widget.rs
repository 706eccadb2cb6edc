//! The chat: compiled, bound to JavaScript, made small.
use super::{Build, Profile};
use crate::paths::{root, write};
use crate::progress::run;
use crate::tools::WASM;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// What rustc makes use of; wasm-opt would otherwise refuse it, or emit what browsers do not know yet.
pub(super) const WASM_FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let profile = build.profile.web();
    let mut cargo = build.tools.cargo_for_wasm();
    run(
        "widget-cargo",
        cargo.args([
            "build",
            "--package",
            "widget",
            "--lib",
            "--target",
            WASM,
            "--profile",
            profile,
        ]),
    )?;

    let compiled = root().join("target").join(WASM).join(profile).join("widget.wasm");
    let bound = root().join("target/xtask/widget").join(profile);
    let mut bindgen = build.tools.wasm_bindgen();
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"])
        .arg(&bound)
        .arg(compiled);
    run("widget-bindgen", &mut bindgen)?;

    let embed = build.dist().join("embed");
    let module = optimised(build, &bound.join("app_bg.wasm"))?;
    write(&embed.join("app_bg.wasm"), fs::read(module)?)?;
    small(build, &bound.join("app.js"), &embed.join("app.js"))?;
    sheet(build, &root().join("widget/style.css"), &embed.join("app.css"))?;
    Ok(["app_bg.wasm", "app.js", "app.css"]
        .map(|name| embed.join(name))
        .to_vec())
}

/// The module as it is served.
fn optimised(build: &Build, module: &Path) -> Result<PathBuf> {
    if build.profile == Profile::Quick {
        return Ok(module.into());
    }
    let smaller = module.with_extension("opt.wasm");
    let mut command = build.tools.wasm_opt();
    run(
        "widget-wasm-opt",
        command
            .args(["-Oz", "--strip-producers", "--strip-target-features"])
            .args(WASM_FEATURES)
            .arg(module)
            .arg("-o")
            .arg(&smaller),
    )?;
    Ok(smaller)
}

/// Puts a style sheet and those it imports into one file.
fn sheet(build: &Build, source: &Path, target: &Path) -> Result<()> {
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
