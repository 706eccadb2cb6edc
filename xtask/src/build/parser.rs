//! The Worker that reads files: compiled, bound to JavaScript, bundled.
use super::{Build, Profile};
use crate::progress::run;
use anyhow::Result;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let mut command = build.tools().worker_build();
    match build.profile {
        Profile::Quick => command.args(["--profile", "quick", "--no-opt", "--out-dir", "../../.dev/parser"]),
        Profile::Release => command.args(["--release", "--out-dir", "build"]),
    };
    run("parser", command.arg("edge/parser"))?;
    Ok(vec![build.parser_script(), build.parser().join("index_bg.wasm")])
}
