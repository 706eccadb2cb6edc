//! A segment: the searchable form of some documents as one immutable run of bytes, used in place.
//!
//! Text is stored as codes into a lexicon of units (words and gaps), most frequent first, which takes a third of the
//! space of the text, and lets a search visit a passage's words without cutting it up again: each unit carries its
//! search term and its tokens. A space between two words is not stored.

mod builder;
mod bytes;
mod draft;
mod graph;
mod layout;
mod merge;
mod packed;
mod postings;
mod reader;

use thiserror::Error;

use crate::passage::Passage;

pub use builder::SegmentBuilder;
pub(crate) use bytes::Varints;
pub(crate) use graph::{LINKS, UPPER_LINKS};
pub use merge::merge;
pub(crate) use reader::Postings;
pub use reader::Segment;

/// Why bytes are not a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormatError {
    #[error("not a segment")]
    Magic,
    #[error("segment of version {0}, which this program does not read")]
    Version(u32),
    #[error("segment is cut short or has a wrong length")]
    Length,
    #[error("segment is damaged: checksum of {0} does not match")]
    Checksum(&'static str),
    #[error("segment is malformed: {0}")]
    Malformed(&'static str),
    #[error("segments were made with different embedding models")]
    OtherModel,
    #[error("segment would be too large")]
    TooLarge,
}

/// A document to be added to a segment.
#[derive(Debug, Clone, Copy)]
pub struct DocumentInput<'a> {
    pub document_id: &'a str,
    pub collection_id: &'a str,
    pub title: &'a str,
    pub url: Option<&'a str>,
    /// ISO 639-1; guessed from the passages when it is not given.
    pub language: Option<&'a str>,
    pub passages: &'a [Passage],
}

#[cfg(test)]
mod tests;
