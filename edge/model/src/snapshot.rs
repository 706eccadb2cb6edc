//! Index snapshots: which immutable segments make up a workspace's index just now.
use crate::WorkspaceId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The current index of a workspace. One row; replacing it is what makes a change answerable, all at once.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    pub workspace_id: WorkspaceId,
    /// Counts up with each change, from 1.
    pub version: u64,
    #[serde(deserialize_with = "crate::column::json")]
    pub manifest: Manifest,
}

/// What a snapshot is made of.
///
/// A document's passages are found in a segment unless the document was deleted at or after the segment's sequence
/// number; a document that comes again comes in a later segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub segments: Vec<SegmentEntry>,
    /// Deleted documents by id, with the sequence number up to which their passages are gone.
    pub deleted: BTreeMap<String, u64>,
}

impl Manifest {
    /// Tells whether a document's passages in a segment of a sequence number are to be found.
    pub fn is_live(&self, document_id: &str, sequence: u64) -> bool {
        self.deleted.get(document_id).is_none_or(|it| *it < sequence)
    }

    /// Returns how much all segments take with their layers, in bytes.
    pub fn size(&self) -> u64 {
        let layers = self.segments.iter().flat_map(SegmentEntry::layers);
        self.segments.iter().map(|it| it.size).sum::<u64>() + layers.map(|it| it.size).sum::<u64>()
    }

    /// Tells whether a blob is part of the index.
    pub fn names(&self, key: &str) -> bool {
        let is_it = |it: &SegmentEntry| it.key == key || it.layers().any(|it| it.key == key);
        self.segments.iter().any(is_it)
    }
}

/// One immutable blob of passages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// The blob's key.
    pub key: String,
    /// In bytes.
    pub size: u64,
    #[serde(rename = "chunks")]
    pub passages: u64,
    /// How many of them its graph of near vectors links.
    #[serde(default)]
    pub linked: u64,
    /// The snapshot version that the newest of its passages came with.
    pub sequence: u64,
    /// Vectors of its passages by a better embedder than the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<LayerEntry>,
    /// The same by another embedder, which take the place of the first once they are complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_layer: Option<LayerEntry>,
}

impl SegmentEntry {
    /// Returns its layers, the one that is searched first.
    pub fn layers(&self) -> impl Iterator<Item = &LayerEntry> {
        self.layer.iter().chain(&self.next_layer)
    }
}

/// An immutable blob of vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerEntry {
    /// The blob's key.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// What made the vectors, such as `openai:text-embedding-3-small`.
    pub embedder: String,
    /// How many of the segment's passages have one.
    pub covered: u64,
}
