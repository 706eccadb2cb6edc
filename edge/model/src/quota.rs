//! Quotas: what a plan allows to store.
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Documents,
    Sources,
    /// Bytes of all versions of all documents, each content once.
    StoredBytes,
    /// Archived ones included.
    Agents,
    Collections,
    /// Those that are not revoked.
    ApiKeys,
    /// Those that are not resolved.
    OpenEscalations,
    /// Those that one account owns; counted for the account and not for a workspace.
    Workspaces,
}

impl Resource {
    /// Every resource.
    pub const ALL: [Self; 8] = [
        Self::Documents,
        Self::Sources,
        Self::StoredBytes,
        Self::Agents,
        Self::Collections,
        Self::ApiKeys,
        Self::OpenEscalations,
        Self::Workspaces,
    ];

    /// Returns the resource's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Sources => "sources",
            Self::StoredBytes => "stored_bytes",
            Self::Agents => "agents",
            Self::Collections => "collections",
            Self::ApiKeys => "api_keys",
            Self::OpenEscalations => "open_escalations",
            Self::Workspaces => "workspaces",
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
