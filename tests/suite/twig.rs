//! The Twig dialect, a file per noun.
mod limits;
mod webhooks;
