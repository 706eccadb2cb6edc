//! The log: one line of JSON for each entry.
use serde::Serialize;
use serde_json::json;
use worker::{console_error, console_log};

/// Writes down an entry.
pub(crate) fn entry(entry: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(entry) {
        console_log!("{line}");
    }
}

/// Writes down that something of ours failed.
pub(crate) fn failure(what: &str, why: &str) {
    console_error!("{}", json!({ "level": "error", "event": what, "error": why }));
}
