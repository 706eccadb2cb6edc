//! What the pages know and decide, as plain Rust: no signal, no browser, tested natively.
pub mod account;
pub mod agents;
pub mod answer;
pub mod checklist;
pub mod color;
pub mod documents;
pub mod domains;
pub mod keys;
pub mod moments;
pub mod problems;
pub mod snippet;
pub mod transcript;
pub mod uploads;
pub mod workspaces;
