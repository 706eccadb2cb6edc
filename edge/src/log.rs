//! The log: one line of JSON for each entry, with the name of the Worker that wrote it.
use crate::role;
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;
use std::panic::PanicHookInfo;
use worker::{console_error, console_log};

/// An entry and who wrote it.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(flatten)]
    entry: &'a T,
    worker: &'static str,
}

/// Writes down an entry.
pub(crate) fn entry(entry: &impl Serialize) {
    let worker = role::name();
    if let Ok(line) = serde_json::to_string(&Line { entry, worker }) {
        console_log!("{line}");
    }
}

/// Writes down that something of ours failed.
pub(crate) fn failure(what: &str, why: impl Display) {
    let line = json!({ "level": "error", "event": what, "error": why.to_string(), "worker": role::name() });
    console_error!("{line}");
}

/// Writes down a panic, after which the isolate is replaced.
pub(crate) fn panic(info: &PanicHookInfo<'_>) {
    failure("panic", info);
}
