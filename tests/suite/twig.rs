//! The Twig dialect, a file per noun.
mod limits;
mod search;
mod webhooks;
