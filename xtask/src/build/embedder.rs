//! The Worker that runs all-MiniLM-L6-v2: compiled, bound to JavaScript, bundled. Its model is a file beside it.
use super::{Build, Profile};
use crate::progress::run;
use anyhow::Result;
use std::path::PathBuf;

pub(super) fn make(build: &Build) -> Result<Vec<PathBuf>> {
    let mut command = build.tools().worker_build();
    match build.profile {
        // Not the quick profile: a question would take seconds.
        Profile::Quick => command.args(["--release", "--no-opt", "--out-dir", "../../.dev/embedder"]),
        Profile::Release => command.args(["--release", "--out-dir", "build"]),
    };
    run("embedder", command.arg("edge/embedder"))?;
    Ok(vec![build.embedder_script(), build.embedder().join("index_bg.wasm")])
}
