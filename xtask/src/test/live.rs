//! The suites that need a running Worker: each gets one of its own, on a free port, with a demo and nothing else in it.
use super::gate::Tally;
use super::{WHOLE_WORKSPACE, counted};
use crate::build::Build;
use crate::demo::{self, Credentials};
use crate::paths::root;
use crate::secret;
use crate::server::{Plan, Server, free_port};
use crate::settings::Values;
use crate::soak::{LOAD_TEST, live_test};
use crate::tools::chromium;
use anyhow::Result;
use std::fs;
use std::process::Command;

/// `tests/worker`, against the HTTP API.
pub(super) fn suite(build: &Build, tally: &mut Tally) {
    let Some(server) = start(build, tally, "live") else {
        return;
    };
    let mut command = Command::new("cargo");
    command
        .args(["test", "--test", "live", "--no-fail-fast"])
        .args(WHOLE_WORKSPACE);
    command.env("CREDENTIALS", Credentials::file(&server.plan().state));
    tally.count("live suite", "live", &mut command, counted::cargo);
}

/// Two minutes of mixed load. By itself, since what else runs would count as load and as memory.
pub(super) fn soak(tally: &mut Tally) {
    tally.count(
        "two minutes of mixed load",
        "soak",
        &mut live_test(LOAD_TEST),
        counted::cargo,
    );
}

/// `tests/browser`, in Chromium.
pub(super) fn browser(build: &Build, tally: &mut Tally) {
    let mut browser = None;
    let found = tally.check("Chromium is here", || {
        browser = Some(chromium()?);
        Ok(())
    });
    let (true, Some(browser)) = (found, browser) else {
        return;
    };
    let Some(server) = start(build, tally, "browser") else {
        return;
    };
    let mut command = build.tools().node();
    command.args(["--test", "--test-reporter=tap", "tests/browser/*.test.mjs"]);
    command.env("CHROME", browser).env("BASE_URL", server.plan().base_url());
    command.env("CREDENTIALS", Credentials::file(&server.plan().state));
    tally.count("browser suite", "browser", &mut command, counted::tap);
}

fn start(build: &Build, tally: &mut Tally, name: &str) -> Option<Server> {
    let mut server = None;
    tally.check(
        &format!("a Worker for the {name} suite starts, and takes the documentation in"),
        || {
            let started = Server::start(plan(build, name)?)?;
            demo::ready(&started)?;
            server = Some(started);
            Ok(())
        },
    );
    server
}

/// A server with a state that is new.
pub fn plan(build: &Build, name: &str) -> Result<Plan> {
    let state = root().join("target/xtask/state").join(name);
    if state.exists() {
        fs::remove_dir_all(&state)?;
    }
    let mut settings = Values::new();
    settings.insert("AUTH_SECRET".into(), secret::random(48)?);
    settings.insert("OPERATOR_TOKEN".into(), secret::random(32)?);
    Ok(Plan::new(build, state, free_port()?, settings))
}
