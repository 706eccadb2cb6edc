//! Files and pages to blocks of text.
//!
//! Pure: no I/O, no clock. What a file is, what became of it and why it was refused are plain types that everybody may
//! use; what reads files is behind the feature `readers`, linked by the parser Worker alone. Readers are written for
//! hostile input: all they do is counted by a `Meter`, they pause as they go, and they return errors. The reader of
//! Markdown has a feature of its own, since answers are written in it.

#[cfg(feature = "readers")]
mod document;
pub mod file;
#[cfg(feature = "markdown")]
pub mod markup;
#[cfg(feature = "readers")]
pub mod meter;
pub mod page;
pub mod refusal;
#[cfg(feature = "readers")]
mod site;
#[cfg(feature = "readers")]
mod sitemap;
pub mod sniff;

#[cfg(feature = "readers")]
pub use document::{document, document_at_once};
pub use file::{Extracted, FileKind, Hint};
pub use page::{Page, Sitemap};
pub use refusal::{Reason, Refusal};
#[cfg(feature = "readers")]
pub use site::{page, page_at_once};
#[cfg(feature = "readers")]
pub use sitemap::{sitemap, sitemap_at_once};
