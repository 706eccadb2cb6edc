//! Whether a step has to be done again: a fingerprint of what it reads, beside a list of what it wrote.
use crate::paths::files_below;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the last run of a step read and wrote.
#[derive(Default, Serialize, Deserialize)]
struct Stamp {
    inputs: u64,
    outputs: Vec<PathBuf>,
}

/// Path, size and time of change of every file in `inputs` (files, or folders with all below them), and `salt`.
pub fn fingerprint(inputs: &[PathBuf], salt: &str) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    salt.hash(&mut hasher);
    for input in inputs {
        let files = if input.is_dir() {
            files_below(input)?
        } else {
            vec![input.clone()]
        };
        for file in files.iter().filter(|file| file.exists()) {
            let facts = fs::metadata(file).with_context(|| format!("looking at {}", file.display()))?;
            file.hash(&mut hasher);
            facts.len().hash(&mut hasher);
            let changed = facts
                .modified()?
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            changed.as_nanos().hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// Whether the step last ran on these inputs and all it wrote is still there.
#[must_use]
pub fn is_fresh(stamp: &Path, inputs: u64) -> bool {
    let stamp = read(stamp);
    stamp.inputs == inputs && !stamp.outputs.is_empty() && stamp.outputs.iter().all(|file| file.exists())
}

/// Notes that the step has run, and removes what it wrote before and no longer writes.
pub fn note(stamp: &Path, inputs: u64, outputs: Vec<PathBuf>) -> Result<()> {
    for stale in read(stamp).outputs.iter().filter(|file| !outputs.contains(file)) {
        fs::remove_file(stale).ok();
    }
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, serde_json::to_string(&Stamp { inputs, outputs })?).context("writing a stamp")
}

fn read(stamp: &Path) -> Stamp {
    let text = fs::read_to_string(stamp).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use std::fs;

    #[test]
    fn a_fingerprint_follows_content_names_and_salt() {
        let folder = std::env::temp_dir().join(format!("stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let inputs = [folder.clone()];
        fs::write(folder.join("a"), "1").unwrap();
        let first = fingerprint(&inputs, "").unwrap();
        assert_eq!(fingerprint(&inputs, "").unwrap(), first);
        assert_ne!(fingerprint(&inputs, "release").unwrap(), first);
        fs::write(folder.join("a"), "22").unwrap();
        let second = fingerprint(&inputs, "").unwrap();
        assert_ne!(second, first);
        fs::rename(folder.join("a"), folder.join("b")).unwrap();
        assert_ne!(fingerprint(&inputs, "").unwrap(), second);
        fs::remove_dir_all(&folder).unwrap();
    }
}
