//! The Worker over HTTP, compared with one that does nothing.
use super::yardstick::Yardstick;
use super::{spoken, table};
use crate::build::Build;
use crate::demo::{self, Credentials};
use crate::progress::step;
use crate::server::Server;
use crate::test::plan;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// Measures, prints and returns all figures.
pub(super) fn run(build: &Build) -> Result<Value> {
    println!("\n── the Worker over HTTP, beside one that does nothing ──");
    build.make()?;
    let server = step("wrangler dev", || Server::start(plan(build, "bench")?))?;
    step("the demo", || demo::ready(&server))?;
    let hello = step("the yardstick", || {
        Yardstick::start(build.tools(), "tests/bench/worker/wrangler.toml")
    })?;
    let mut command = build.tools().node();
    command
        .arg("tests/bench/server.mjs")
        .env("BASE_URL", server.plan().base_url())
        .env("HELLO_URL", hello.base_url())
        .env("CREDENTIALS", Credentials::file(&server.plan().state));
    let spoken = step("requests", || spoken("server", &mut command))?;
    let report: Value = serde_json::from_str(&spoken).context("reading what tests/bench/server.mjs wrote")?;
    show(&report);
    Ok(report)
}

fn show(report: &Value) {
    let under_load = |name: &str, member: &str| {
        let mut row = report[member].clone();
        row["name"] = json!(name);
        row
    };
    println!("\nAs many requests as go, over {} connections", report["connections"]);
    table::print(
        &[under_load("GET /health", "health"), under_load("widget chat", "chat")],
        &[
            ("name", "request"),
            ("requests_per_second", "per second"),
            ("hello_requests_per_second", "hello per second"),
            ("ratio", "ratio"),
            ("first_byte_ms/p50", "first byte p50 ms"),
            ("done_ms/p50", "done p50 ms"),
            ("done_ms/p99", "done p99 ms"),
            ("hello_done_ms/p99", "hello p99 ms"),
        ],
    );
    println!("\nOne after the other");
    table::print(
        &[
            under_load("hello", "hello_turn"),
            under_load("widget chat", "chat_turn"),
        ],
        &[
            ("name", "request"),
            ("first_byte_ms/p50", "first byte p50 ms"),
            ("first_byte_ms/p99", "first byte p99 ms"),
            ("done_ms/p50", "done p50 ms"),
            ("done_ms/p99", "done p99 ms"),
        ],
    );
}
