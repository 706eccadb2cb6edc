//! Where things lie.
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where `shared/retrieval/minilm/convert.py` writes the model, from the top of the repository.
pub const MINILM: &str = "target/minilm/minilm-int8.bin";

/// The migrations of the database, from the top of the repository.
pub const MIGRATIONS: &str = "edge/migrations";

/// The configuration of the Worker for background work, from the top of the repository.
pub const JOBS_CONFIG: &str = "edge/jobs/wrangler.toml";

/// The top of the repository: as cargo says when it runs us, since checkouts may share what was compiled.
#[must_use]
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    let top = package.ancestors().find(|it| it.join("Cargo.lock").exists());
    top.unwrap_or(&package).into()
}

/// Every file below `folder`, in order of their paths; nothing when it does not exist.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a file and the folders above it, unless it already says the same: what watches it is then not woken.
pub fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let content = content.as_ref();
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(file, content).with_context(|| format!("writing {}", file.display()))
}

/// Writes a file that only its owner may read.
pub fn write_private(file: &Path, content: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    write(file, "")?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    fs::write(file, content).with_context(|| format!("writing {}", file.display()))
}
