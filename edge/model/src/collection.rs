//! Collections: named sets of documents.
use crate::{CollectionId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// A named set of documents that agents answer from.
#[derive(Clone, Debug, Deserialize)]
pub struct Collection {
    pub id: CollectionId,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub description: String,
    /// The one that agents made without any answer from.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_default: bool,
    pub document_count: u64,
    pub created_at: Timestamp,
}
