//! What a workspace uses of what its plan allows.
use serde::{Deserialize, Serialize};

/// Extension: what a workspace uses of what its plan allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    pub subscription_tier: String,
    pub documents: Used,
    /// Websites, sitemaps and single pages that are crawled.
    pub sources: Used,
    /// Bytes of all versions of all documents, each content once.
    pub stored_bytes: Used,
    /// Archived agents included.
    #[serde(default)]
    pub agents: Used,
    #[serde(default)]
    pub collections: Used,
    /// API keys that are not revoked.
    #[serde(default)]
    pub api_keys: Used,
    /// Questions for a person that are not resolved.
    #[serde(default)]
    pub open_escalations: Used,
    /// Messages of this month.
    pub messages: Used,
    /// When the count of messages begins anew.
    pub messages_reset_at: String,
}

/// How much of something is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Used {
    pub used: u64,
    /// What the plan allows; null when it has no limit.
    pub limit: Option<u64>,
}
