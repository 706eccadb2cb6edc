//! What a file is, and what is read in it.
use retrieval::Block;
use serde::{Deserialize, Serialize};

/// The kinds of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    Text,
    Markdown,
    Html,
    Csv,
    Pdf,
    Docx,
}

/// What the sender says of a file; believed only where the bytes do not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The name it was uploaded under.
    pub name: String,
    /// The media type, with or without parameters.
    pub media_type: String,
}

/// The text of a file, in reading order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    pub kind: FileKind,
    /// The document's own title.
    pub title: Option<String>,
    /// Never without text: a file that has none is refused.
    pub blocks: Vec<Block>,
}
