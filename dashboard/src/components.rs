//! What the pages are built of. None of it knows the server.
pub mod badge;
pub mod brand;
pub mod chips;
pub mod choice;
pub mod collections;
pub mod confirm;
pub mod copy;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod icon;
pub mod loaded;
pub mod meter;
pub mod moment;
pub mod new_button;
pub mod notice;
pub mod page;
pub mod submit;
pub mod theme;
pub mod toast;
pub mod unsaved;

use std::sync::atomic::{AtomicUsize, Ordering};

/// Returns an id for an element, unlike that of any other of this visit.
pub fn unique(prefix: &str) -> String {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}
