//! `cargo xtask dev`: everything built, running, seeded, and rebuilt as it is edited.
mod log;
mod owner;
mod welcome;

use crate::build::{self, Build, Profile};
use crate::demo;
use crate::paths::{root, write};
use crate::process::ending;
use crate::progress::{spent, step};
use crate::server::{Plan, Server};
use crate::settings;
use crate::tools::Tools;
use anyhow::{Context as _, Result};
use log::Log;
use owner::Owner;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often the sources are looked at.
const GLANCE: Duration = Duration::from_millis(400);
/// How often the cron triggers of wrangler.toml fire.
const CRON: Duration = Duration::from_secs(60);

/// What the command line says.
pub struct Options {
    pub port: u16,
    pub fresh: bool,
    pub profile: Profile,
    /// From the top of the repository.
    pub state: PathBuf,
}

/// Runs until the person ends it, or the Worker ends by itself.
///
/// # Errors
/// When something needed is missing, does not compile or does not start.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    println!("Edgewise on this machine. The first time takes minutes: everything is compiled.");
    let state = root().join(&options.state);
    let settings = settings::of_this_machine()?;
    let _owner = Owner::of(&state)?;
    if options.fresh {
        forget(&state)?;
    }
    let tools = Tools::ready_beside(|| build::compile_all(options.profile))?;
    let build = Build::of_run(options.profile, state.clone(), tools);
    build.make()?;
    let plan = Plan::new(&build, state, options.port, settings);
    let mut server = step("wrangler dev: starting the Workers and their database", || {
        Server::start(plan)
    })?;
    let credentials = step("demo: an account, the documentation, an agent", || demo::ready(&server))?;
    let page = json!({ "agent_id": credentials.agent_id, "api_key": credentials.keys.widget });
    // Not part of the build: what is deployed has no demo.
    write(&build.dist().join("demo.json"), page.to_string())?;
    println!(
        "\nReady in {}.\n{}",
        spent(started.elapsed()),
        welcome::text(&credentials, &server.plan().state)
    );
    let ended = watch(&build, &mut server);
    println!("\nEnding wrangler …");
    drop(server);
    ended
}

/// Rebuilds what edits touch; wrangler sees the new files by itself.
fn watch(build: &Build, server: &mut Server) -> Result<()> {
    let mut log = Log::at_the_end_of(server.plan().log());
    let mut seen = build.state_of_inputs()?;
    let mut cron = Instant::now();
    while !ending() {
        sleep(GLANCE);
        server.check_runs()?;
        log.follow();
        if cron.elapsed() >= CRON {
            cron = Instant::now();
            server.fire_cron();
        }
        let now = build.state_of_inputs()?;
        if now == seen {
            continue;
        }
        // Noted before the build, so that what is saved during it is built next, and what failed is not tried again.
        seen = now;
        if let Err(why) = build.make() {
            eprintln!("error: {why:#}\n(the Worker goes on as it was; save again to retry)");
        }
    }
    Ok(())
}

/// Removes what earlier runs stored; built files stay.
fn forget(state: &Path) -> Result<()> {
    for name in ["store", "tmp", "credentials.json", "migrations.txt", "wrangler.log"] {
        let path = state.join(name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match removed {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                return Err(why).with_context(|| format!("removing {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}
