//! Retrieval: text to words, vectors, an index, a confidence, and the sentences that answer. Pure: no I/O, no clock, no threads.
//!
//! The way of a document: [`parse::Parsed`] → [`chunk::chunks`] → [`SegmentBuilder`] → bytes, stored anywhere.
//! The way of a question: [`Segment::decode`] → [`Index::new`] → [`Index::search`] → [`extract::extract`].

pub mod chunk;
pub mod compound;
pub mod confidence;
pub mod decision;
pub mod embed;
#[cfg(feature = "eval")]
pub mod eval;
pub mod extract;
pub mod followup;
pub mod index;
pub mod layer;
pub mod lexical;
pub mod parse;
pub mod segment;
pub mod text;

pub use chunk::{Chunk, chunks};
pub use embed::{Embedder, ModelError, Vector};
pub use extract::{CitedSentence, Extract, ExtractOptions, Separator, Style, extract};
pub use index::{Context, Hit, Index, Retrieval, SearchOptions};
pub use layer::{Asked, Layer, LayerBuilder};
pub use parse::{Block, BlockKind, Parsed};
pub use segment::{DocumentInput, FormatError, Segment, SegmentBuilder, merge};
