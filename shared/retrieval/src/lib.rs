//! Retrieval: text to words, vectors, an index, a confidence, and the sentences that answer. Pure: no I/O, no clock, no
//! threads.
//!
//! The way of a document: [`parse::Parsed`] → [`passage::passages`] → [`SegmentBuilder`] → bytes, stored anywhere.
//! The way of a question: [`Segment::decode`] → [`Index::new`] → [`Index::search`] → [`extract::extract`].

pub mod answer;
pub mod confidence;
pub mod contextualization;
pub mod decision;
pub mod embed;
#[cfg(feature = "eval")]
pub mod eval;
pub mod extract;
pub mod index;
pub mod layer;
pub mod lexical;
pub mod parse;
pub mod passage;
pub mod query_decomposition;
pub mod segment;
pub mod text;
pub mod tuning;

pub use embed::{Embedder, ModelError, Vector};
pub use extract::{CitedSentence, Extract, ExtractOptions, Separator, Style, extract};
pub use index::{Context, Hit, Index, Retrieval, SearchOptions};
pub use layer::{Layer, LayerBuilder, QueryEmbedding};
pub use parse::{Block, BlockKind, Parsed};
pub use passage::{Passage, passages};
pub use segment::{DocumentInput, FormatError, Segment, SegmentBuilder, merge};
