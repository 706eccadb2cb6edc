//! Who runs a state: at most one `dev` at a time, and what one that was killed left running is ended.
use crate::process::{kill_group, runs};
use crate::server;
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// The right to run on a state; given back when dropped.
pub(super) struct Owner {
    file: PathBuf,
}

impl Owner {
    /// Takes the state, from a run that is gone if need be.
    pub(super) fn of(state: &Path) -> Result<Self> {
        fs::create_dir_all(state)?;
        let file = state.join("dev.pid");
        if let Some(other) = id_in(&file).filter(|id| *id != process::id() && runs(*id, "xtask")) {
            bail!(
                "process {other} already runs on {}; end it first, or choose another --state",
                state.display()
            );
        }
        // Only if it is still the wrangler of this state: the system uses ids again.
        if let Some(left) = id_in(&server::id_file(state)).filter(|id| runs(*id, &state.to_string_lossy())) {
            println!("  ending the wrangler (process {left}) that an earlier run left behind");
            kill_group(left);
        }
        fs::write(&file, process::id().to_string()).with_context(|| format!("writing {}", file.display()))?;
        Ok(Self { file })
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        fs::remove_file(&self.file).ok();
    }
}

fn id_in(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}
