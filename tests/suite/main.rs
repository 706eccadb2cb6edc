//! The native suite, one binary: requests through a dialect against an in-memory SQLite with the real migrations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod addresses;
mod builder;
mod canaries;
mod comments;
mod constraints;
mod corpus;
mod crashes;
mod crawling;
mod databases;
mod deliveries;
mod dependencies;
mod design_tokens;
mod endpoints;
mod envelopes;
mod errors;
mod halves;
mod harness;
mod hostile;
mod idempotency;
mod insydr;
mod isolation;
mod jobs;
mod limits;
mod linked;
mod lists;
mod logs;
mod memory;
mod migrations;
mod module_graph;
mod names;
mod openapi;
mod parity;
mod places;
mod production;
mod promises;
mod replays;
mod rotation;
mod samples;
mod schema;
mod site;
mod source;
mod spelling;
mod statements;
mod tidy;
mod traps;
mod twig;
mod twin;
