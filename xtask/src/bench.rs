//! `cargo xtask bench`: how fast it is, compared with a Worker that does nothing, in the same run.
mod cold;
mod retrieval;
mod server;
mod table;
mod yardstick;

use crate::build::Build;
use crate::paths::{root, write};
use crate::process::to_the_end;
use crate::tools::Tools;
use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// The retrieval crate, natively, statistically: criterion.
    Criterion,
    /// The retrieval crate natively and inside workerd, at 1,000 to 100,000 passages.
    Retrieval,
    /// The Worker over HTTP.
    Server,
    /// The first answer of an isolate that has loaded nothing yet.
    Cold,
}

/// Runs the benches in `only`, or all; tables go to the terminal, and all figures to `target/xtask/bench/report.json`.
///
/// # Errors
/// When something does not build, does not start, or a bench fails.
pub fn run(only: &[Bench]) -> Result<()> {
    let build = Build::deployed(Tools::ready()?);
    let mut report = Map::new();
    for bench in Bench::value_variants()
        .iter()
        .filter(|it| only.is_empty() || only.contains(it))
    {
        let (name, figures) = match bench {
            Bench::Criterion => {
                criterion()?;
                continue;
            }
            Bench::Retrieval => ("retrieval", retrieval::run(build.tools())?),
            Bench::Server => ("server", server::run(&build)?),
            Bench::Cold => ("cold", cold::run(&build)?),
        };
        report.insert(name.into(), figures);
    }
    if !report.is_empty() {
        let file = folder()?.join("report.json");
        write(&file, serde_json::to_string_pretty(&Value::Object(report))? + "\n")?;
        println!("\nAll figures are in {}.", crate::build::shown(&file));
    }
    Ok(())
}

/// Where segments, output and the report are kept.
fn folder() -> Result<PathBuf> {
    let folder = root().join("target/xtask/bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn criterion() -> Result<()> {
    println!("\n── retrieval, natively ──");
    let mut command = Command::new("cargo");
    command.args(["bench", "--package", "retrieval", "--bench", "retrieval"]);
    to_the_end(command.current_dir(root()))
}

/// Runs a program that tells the terminal how it gets on, and returns what it writes to its standard output.
fn spoken(name: &str, command: &mut Command) -> Result<String> {
    let file = folder()?.join(format!("{name}.out"));
    to_the_end(command.current_dir(root()).stdout(File::create(&file)?))?;
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}
