//! What every client that shows a conversation needs, so that the widget and the dashboard's test chat show the same.
//!
//! It is pure: no browser, no clock, no randomness. [`event_stream`] serves the Worker too, which reads what language
//! models say. [`markdown`] is a feature, because only clients draw answers.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod backoff;
#[cfg(feature = "cases")]
pub mod cases;
pub mod color;
pub mod event_stream;
#[cfg(feature = "markdown")]
pub mod markdown;
