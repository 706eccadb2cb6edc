//! The nouns of the product, as plain types.
//!
//! One file per noun. Constructors of validated types say *why* a value will not do and never which field it came
//! from: the field has another name in each dialect. `serde` here is for rows and job payloads only (a struct's field
//! names are its table's column names); no wire format is described in this crate. The limits of values are those of
//! [`limits`], which the clients know, too.

pub mod account;
pub mod actor;
pub mod agent;
pub mod analytics;
pub mod code;
pub mod collection;
pub mod column;
pub mod conversation;
pub mod crawl;
pub mod database;
pub mod delivery;
pub mod deputy;
pub mod dialect;
pub mod document;
pub mod escalation;
pub mod event;
pub mod id;
pub mod invitation;
pub mod job;
pub mod key;
pub mod mail_ledger;
pub mod outbox;
pub mod plan;
pub mod quota;
pub mod report;
pub mod sign_up;
pub mod snapshot;
pub mod source;
pub mod text;
pub mod time;
pub mod transcript;
pub mod webhook;
pub mod workspace;

pub use database::DatabaseName;
pub use id::*;
pub use shared::limits;
pub use time::Timestamp;
