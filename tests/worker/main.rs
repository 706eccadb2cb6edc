//! The live suite: the real Worker under `wrangler dev`, seen through HTTP only.
//!
//! `cargo xtask test --only live` starts a Worker, seeds it, and runs this against it. What is to survive a crash or a
//! restart starts Workers of its own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "figures of a run are shown with its result")]

mod harness;

mod accounts;
mod answering;
mod bulkheads;
mod crashes;
mod crawling;
mod databases;
mod deliveries;
mod durability;
mod embedding;
mod embedding_server;
mod generating;
mod hostile;
mod hostile_site;
mod leaving;
mod limits;
mod listener;
mod load;
mod memory;
mod model_server;
mod origins;
mod quota;
mod restart;
mod rotation;
mod site;
mod soak;
mod traps;
mod twin;
mod webhook_receiver;
mod website;
