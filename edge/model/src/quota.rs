//! Quotas: what a plan allows a workspace to store.
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Documents,
    Sources,
    /// Bytes of all versions of all documents.
    StoredBytes,
}

impl Resource {
    /// Every resource.
    pub const ALL: [Self; 3] = [Self::Documents, Self::Sources, Self::StoredBytes];

    /// Returns the resource's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Sources => "sources",
            Self::StoredBytes => "stored_bytes",
        }
    }
}

/// How much of a resource a workspace uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ResourceUsage {
    pub resource: Resource,
    pub used: u64,
    /// What the plan allows.
    pub amount: u64,
}
