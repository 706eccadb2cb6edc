//! Markup to blocks: Markdown by the events of `pulldown-cmark`, HTML by the tree of `scraper`.
//!
//! Neither counts its work: who reads a file of a stranger checks its size first, as `document` and `site` do.
#[cfg(feature = "readers")]
pub(crate) mod html;
pub mod markdown;

#[cfg(all(test, feature = "readers"))]
mod tests;
