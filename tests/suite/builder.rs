//! The Builder dialect, a file per noun.
mod webhooks;
