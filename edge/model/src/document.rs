//! Documents: what was given to us to answer from.
use crate::{CollectionId, DocumentId, SourceId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Where a document came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SourceType {
    File,
    Url,
    /// Its text was given as it is.
    Text,
}

impl SourceType {
    /// Returns the source's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "FILE",
            Self::Url => "URL",
            Self::Text => "TEXT",
        }
    }
}

/// What sort of text a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// A standard operating procedure; also what nothing is said of.
    #[default]
    Sop,
    Policy,
    Email,
    Slack,
    Drive,
    Note,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Sop,
        Self::Policy,
        Self::Email,
        Self::Slack,
        Self::Drive,
        Self::Note,
    ];

    /// Returns the kind's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sop => "sop",
            Self::Policy => "policy",
            Self::Email => "email",
            Self::Slack => "slack",
            Self::Drive => "drive",
            Self::Note => "note",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DocumentStatus {
    /// Accepted; its job has not begun.
    Queued,
    Processing,
    Completed,
    Failed,
}

impl DocumentStatus {
    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// A document's record. Its bytes are a blob named by their hash, its passages are in the index.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    pub id: DocumentId,
    pub workspace_id: WorkspaceId,
    pub collection_id: CollectionId,
    pub title: String,
    pub kind: DocumentKind,
    pub source_type: SourceType,
    pub source_url: Option<String>,
    /// The site that it is a page of.
    pub source_id: Option<SourceId>,
    /// The name the file was uploaded under.
    pub file_name: Option<String>,
    /// The media type the uploader gave, for what the bytes themselves do not say.
    pub media_type: String,
    /// SHA-256 of the bytes, hex.
    pub content_hash: String,
    /// In bytes.
    pub size: u64,
    /// Counts up with each change of bytes, title or collection, from 1.
    pub version: u32,
    pub status: DocumentStatus,
    /// queued, parsing, indexing, done or failed.
    pub stage: String,
    /// Why it failed, in a sentence for the person who gave it.
    pub error: Option<String>,
    /// ISO 639-1, when it could be told.
    pub language: Option<String>,
    /// Passages in the index; 0 while there are none.
    #[serde(rename = "chunk_count")]
    pub passage_count: u64,
    pub token_count: u64,
    /// The first passages, for people to see what became of it.
    #[serde(deserialize_with = "crate::column::json")]
    pub preview: Vec<PassagePreview>,
    /// How many answers cited it.
    pub hits: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The beginning of a passage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassagePreview {
    pub index: u32,
    pub text: String,
    pub tokens: u32,
}

/// A document as it was once.
#[derive(Clone, Debug, Deserialize)]
pub struct DocumentVersion {
    pub version: u32,
    /// SHA-256 of the bytes, hex.
    pub content_hash: String,
    pub title: String,
    pub collection_id: CollectionId,
    /// The name the file was uploaded under.
    pub file_name: Option<String>,
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    pub created_at: Timestamp,
}
