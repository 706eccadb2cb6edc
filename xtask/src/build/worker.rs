//! The Worker: compiled, bound to JavaScript, bundled.
use super::{Build, Profile};
use crate::progress::run;
use anyhow::Result;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let mut command = build.tools.worker_build();
    match build.profile {
        Profile::Quick => command.args(["--profile", "quick", "--no-opt", "--out-dir", "../.dev/worker"]),
        Profile::Release => command.args(["--release", "--out-dir", "build"]),
    };
    run("worker", command.arg("edge"))?;
    Ok(vec![build.script(), build.worker().join("index_bg.wasm")])
}
