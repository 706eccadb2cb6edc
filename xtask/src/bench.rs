//! `cargo xtask bench`: how fast it is, beside a Worker that does nothing, in the same run.
mod yardstick;

use crate::build::{Build, Profile};
use crate::demo::{self, Credentials};
use crate::paths::root;
use crate::process::{Group, check_not_ending};
use crate::progress::step;
use crate::server::Server;
use crate::test::plan;
use crate::tools::Tools;
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use yardstick::Yardstick;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// The retrieval crate, natively.
    Retrieval,
    /// The Worker over HTTP.
    Server,
}

/// Runs the benches in `only`, or all; their reports go to the terminal.
///
/// # Errors
/// When something does not build, does not start, or a bench fails.
pub fn run(only: &[Bench]) -> Result<()> {
    let build = Build::new(Profile::Release, Tools::ready()?);
    for bench in Bench::value_variants()
        .iter()
        .filter(|it| only.is_empty() || only.contains(it))
    {
        match bench {
            Bench::Retrieval => retrieval()?,
            Bench::Server => server(&build)?,
        }
    }
    Ok(())
}

fn retrieval() -> Result<()> {
    println!("\n── retrieval, natively ──");
    let mut command = Command::new("cargo");
    to_the_end(command.current_dir(root()).args(["bench", "--package", "retrieval"]))
}

fn server(build: &Build) -> Result<()> {
    println!("\n── the Worker over HTTP, beside one that does nothing ──");
    build.make()?;
    let server = step("wrangler dev", || Server::start(plan(build, "bench")?))?;
    step("the demo", || demo::ready(&server))?;
    let hello = step("the yardstick", || {
        Yardstick::start(build.tools(), "tests/bench/worker/wrangler.toml")
    })?;
    let mut command = build.tools().node();
    command.arg("tests/bench/server.mjs");
    command
        .env("BASE_URL", server.plan().base_url())
        .env("HELLO_URL", hello.base_url());
    to_the_end(command.env("CREDENTIALS", Credentials::file(&server.plan().state)))
}

/// Runs a program that speaks to the terminal itself.
fn to_the_end(command: &mut Command) -> Result<()> {
    let mut group = Group::start(command)?;
    loop {
        check_not_ending()?;
        match group.ended()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("the bench failed: {status}"),
            None => sleep(Duration::from_millis(100)),
        }
    }
}
