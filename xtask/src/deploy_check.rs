//! `cargo xtask deploy-check`: what a deployment would upload, without an account and without uploading.
use crate::agreement;
use crate::build::Build;
use crate::paths::{JOBS_CONFIG, files_below, root};
use crate::progress::{last_lines, log_file, run_logged};
use crate::tools::Tools;
use anyhow::{Result, bail};

/// Cloudflare's limit for one static file, in bytes.
const LARGEST_ASSET: u64 = 25 * 1024 * 1024;

/// Builds, and has wrangler check its configuration and pack the Worker.
///
/// # Errors
/// When the configurations contradict each other, the build fails, wrangler finds fault, or a file is larger than
/// Cloudflare takes.
pub fn run() -> Result<()> {
    agreement::check()?;
    let build = Build::deployed(Tools::ready()?);
    build.make()?;
    for file in files_below(&build.dist())? {
        let size = file.metadata()?.len();
        if size > LARGEST_ASSET {
            bail!(
                "{} has {size} bytes; Cloudflare takes at most {LARGEST_ASSET}",
                file.display()
            );
        }
    }
    let scratch = root().join("target/xtask/deploy-check");
    std::fs::create_dir_all(scratch.join("tmp"))?;
    for (name, config) in [
        ("parser", "edge/parser/wrangler.toml"),
        ("jobs", JOBS_CONFIG),
        ("worker", "wrangler.toml"),
    ] {
        let mut command = build.tools().wrangler(&root().join(config), &scratch);
        command
            .args(["deploy", "--dry-run", "--outdir"])
            .arg(scratch.join("packed").join(name));
        let (ok, spoken) = run_logged(&log_file(&format!("deploy-check-{name}"))?, &mut command)?;
        println!("{}", last_lines(&spoken, 40));
        if !ok {
            bail!("wrangler would not deploy the {name}");
        }
    }
    Ok(())
}
