//! The daily work, as a library: the live suite starts its servers, reads its mails and speaks to the API with it.
//!
//! Runs on Linux and macOS (on Windows, inside WSL).
#![expect(
    clippy::print_stdout,
    reason = "talking to the person at the terminal is what this crate does"
)]

pub mod agreement;
pub mod bench;
pub mod build;
pub mod deploy_check;
pub mod dev;
pub mod eval;
pub mod fuzz;
pub mod soak;
pub mod test;

pub mod api;
pub mod demo;
pub mod mailbox;
pub mod server;
pub mod settings;

pub mod paths;
pub mod process;
pub mod progress;
pub mod secret;
pub mod stamp;
pub mod tools;
