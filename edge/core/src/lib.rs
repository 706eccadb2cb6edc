//! What the product does: one file per noun, operations as verbs.
//!
//! Knows no HTTP, no SQL text and no Workers. Everything outside comes through the traits in [`ports`]; rows come
//! through `edge_store`. No file of this crate contains the name of a dialect's error code or of a platform type.

pub mod account;
pub mod address;
pub mod agent;
pub mod agent_patch;
pub mod agent_version;
pub mod analytics;
pub mod answer;
pub mod app;
mod attempt;
pub mod code;
pub mod collection;
pub mod conversation;
pub mod crawl;
pub mod delivery;
pub mod deputy;
pub mod document;
pub mod document_version;
pub mod embedding;
mod erasure;
pub mod error;
pub mod escalation;
pub mod event;
pub mod file;
pub mod guard;
pub mod idempotency;
pub mod index;
pub mod invitation;
pub mod job;
pub mod kb;
pub mod key;
pub mod keyring;
pub mod knowledge;
mod letter;
pub mod limit;
pub mod mail;
pub mod mail_ledger;
pub mod member;
pub mod model;
pub mod operator;
pub mod origin;
pub mod password;
pub mod password_reset;
pub mod permission;
pub mod ports;
pub mod program;
pub mod provenance;
pub mod recipient;
pub mod reseal;
pub mod resume;
pub mod retention;
pub mod seal;
pub mod secret;
pub mod settings;
pub mod sign_up;
pub mod source;
mod throttle;
pub mod token;
pub mod transcript;
pub mod webhook;
pub mod widget;
pub mod workspace;

pub use app::App;
pub use error::{Error, Kind, Reason, Result};
