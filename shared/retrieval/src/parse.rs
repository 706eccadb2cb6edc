//! Documents as blocks: paragraphs, lists, tables and code, each with the headings above it.
//!
//! Plain text is read here. Readers of other formats build blocks with [`Blocks`].

mod blocks;
mod plain;

pub use blocks::{Blocks, MOST_BLOCKS};
pub use plain::plain;
use serde::{Deserialize, Serialize};

/// A document as blocks in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// The document's own title: HTML's `title`, a front matter's `title`, or the only first-level heading.
    pub title: Option<String>,
    pub blocks: Vec<Block>,
}

/// What a block is, and so how it may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// One line of running text.
    Paragraph,
    /// One line an item, each with its marker (`- ` or `1. `), nested ones indented by two spaces.
    List,
    /// One line a row: `| cell | cell |`, the header first.
    Table,
    /// A row of a table that is too long to be read as one: a line for each cell, with its label. A passage by itself.
    Record,
    /// Lines between fences of three backticks, with the language after the first.
    Code,
}

/// A piece of a document that is read as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The headings above, outermost first.
    pub heading_path: Vec<String>,
    pub kind: BlockKind,
    pub text: String,
}
