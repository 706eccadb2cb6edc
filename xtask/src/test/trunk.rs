//! `trunk build`, for those who work on the dashboard with `trunk serve`. trunk is optional.
use super::gate::{Tally, succeeds};
use crate::build::Build;
use crate::paths::root;
use crate::tools::{is_on_path, locked};
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where the application is served from.
const BASE: &str = "/dashboard/";

pub(super) fn run(build: &Build, tally: &mut Tally) {
    let bindgen = locked("wasm-bindgen").unwrap_or_default();
    for (program, version) in [("trunk", None), ("wasm-bindgen", Some(bindgen.as_str()))] {
        if !is_on_path(program, version) {
            let what = [program, version.unwrap_or_default()].join(" ");
            println!(
                "\n── trunk build ──\n   skipped: there is no {} on the path",
                what.trim_end()
            );
            return;
        }
    }
    tally.check("trunk build makes the same page", || check(build));
}

fn check(build: &Build) -> Result<()> {
    let made = root().join("target/xtask/trunk");
    fs::create_dir_all(&made)?;
    let mut trunk = build.tools().trunk();
    // With the profile of the build before, so that nothing is compiled for it.
    trunk.args(["build", "--cargo-profile", "web", "--color", "never", "--dist"]);
    succeeds("trunk", trunk.arg(&made))?;
    let (theirs, ours) = (files(&made)?, files(&build.dist().join("dashboard"))?);
    ensure!(theirs == ours, "trunk's page has {theirs:?}, ours has {ours:?}");
    Ok(())
}

/// The files that a page names, without the hashes in their names; each has to be there.
fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let page = fs::read_to_string(folder.join("index.html")).context("reading the page")?;
    let named = page.split('"').filter_map(|it| it.strip_prefix(BASE));
    named
        .map(|name| {
            ensure!(folder.join(name).is_file(), "{name} is named and not there");
            Ok(without_hash(name))
        })
        .collect()
}

/// `dashboard-0123456789abcdef_bg.wasm` is `dashboard.wasm`.
fn without_hash(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem = stem.split_once('-').map_or(stem, |it| it.0);
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::without_hash;

    #[test]
    fn files_are_compared_without_the_hashes_of_either_build() {
        assert_eq!(without_hash("dashboard-0123456789abcdef_bg.wasm"), "dashboard.wasm");
        assert_eq!(without_hash("dashboard-89ab.wasm"), "dashboard.wasm");
        assert_eq!(without_hash("boot.js"), "boot.js");
    }
}
