//! The dashboard: bound to JavaScript, made small, its files named after their content, so that browsers may keep them.
//!
//! `dashboard/index.html` and `Trunk.toml` say what belongs to it, so that `trunk serve` makes the same page of them.
use super::bind::{Host, bind, small};
use super::compile::DASHBOARD;
use super::page::{Asset, filled};
use super::{Build, widget};
use crate::paths::{root, write};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// The lines of Trunk.toml that decide what the page has.
#[derive(Deserialize)]
struct Trunk {
    build: Patterns,
}

#[derive(Deserialize)]
struct Patterns {
    public_url: String,
    pattern_script: String,
    pattern_preload: String,
}

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let source = root().join("dashboard");
    let target = build.dist().join("dashboard");
    let trunk = fs::read_to_string(root().join("Trunk.toml")).context("reading Trunk.toml")?;
    let Trunk { build: patterns } = toml::from_str(&trunk).context("reading Trunk.toml")?;
    let bound = bind(build.profile, DASHBOARD, Host::Browser, "dashboard")?;

    let mut outputs = Vec::new();
    let script = bound.join("small.js");
    widget::small(build, &bound.join("dashboard.js"), &script)?;
    let script = named(&target, "dashboard", "js", &script, &mut outputs)?;
    let module = small(build, &bound.join("dashboard_bg.wasm"))?;
    let module = named(&target, "dashboard", "wasm", &module, &mut outputs)?;
    let pattern = |text: &str| {
        text.replace("{base}", &patterns.public_url)
            .replace("{js}", &script)
            .replace("{wasm}", &module)
    };

    let page = fs::read_to_string(source.join("index.html")).context("reading the dashboard's page")?;
    let preload = pattern(&patterns.pattern_preload);
    let page = filled(&page, &preload, |asset| match asset {
        Asset::Copy(name) => {
            let output = target.join(name);
            write(&output, fs::read(source.join(name)).with_context(|| name.to_owned())?)?;
            outputs.push(output);
            Ok(String::new())
        }
        Asset::Style(name) => {
            let sheet = source.join(name);
            let stem = sheet.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let made = bound.join(format!("{stem}.css"));
            widget::sheet(build, &sheet, &made)?;
            let name = named(&target, &stem, "css", &made, &mut outputs)?;
            Ok(format!(
                "<link rel=\"stylesheet\" href=\"{}{name}\">",
                patterns.public_url
            ))
        }
        Asset::Application => Ok(pattern(&patterns.pattern_script)),
    })?;
    let output = target.join("index.html");
    write(&output, page)?;
    outputs.push(output);
    Ok(outputs)
}

/// Copies a file under a name with a hash of its content; answers that name.
fn named(target: &Path, stem: &str, ending: &str, made: &Path, outputs: &mut Vec<PathBuf>) -> Result<String> {
    let content = fs::read(made).with_context(|| format!("reading {}", made.display()))?;
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let name = format!("{stem}-{:016x}.{ending}", hasher.finish());
    let output = target.join(&name);
    write(&output, content)?;
    outputs.push(output);
    Ok(name)
}
