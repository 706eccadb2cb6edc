//! Documents to blocks: paragraphs, lists, tables and code, each with the headings above it.

mod blocks;
mod html;
mod markdown;
mod plain;

pub use blocks::{Blocks, MOST_BLOCKS};
use serde::{Deserialize, Serialize};

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Html,
    Text,
}

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

/// Reads a document. Never fails: what is not understood is read as text.
pub fn parse(format: Format, text: &str) -> Parsed {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match format {
        Format::Markdown => markdown::parse(text),
        Format::Html => html::parse(text),
        Format::Text => plain::parse(text),
    }
}

/// Reads plain text; a program that reads nothing else links no other reader.
pub fn plain(text: &str) -> Parsed {
    plain::parse(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
