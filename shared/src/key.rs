//! API keys.
use crate::provenance::{Actor, WebhookRef};
use crate::webhook::Webhook;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateKey {
    pub name: String,
    /// Hosts that may use a widget key: `example.com`, `*.example.com`, or `*` for all. Empty means none.
    #[serde(default)]
    pub allowed_domains: Vec<String>,
    /// Extension: `widget` (default), `twig`, `twin` or `builder`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Extension: whether calls without an `Origin` header are let in.
    #[serde(default)]
    pub allow_no_origin: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedKey {
    pub id: String,
    pub name: String,
    /// The key itself, shown this once.
    pub key: String,
    pub key_prefix: String,
    pub allowed_domains: Vec<String>,
    pub created_at: String,
    pub message: String,
    /// Extension.
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyList {
    /// Newest first, revoked ones last.
    pub api_keys: Vec<Key>,
    /// Extension.
    pub total: u64,
    /// Extension: where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key {
    pub id: String,
    pub name: String,
    pub key_prefix: String,
    pub allowed_domains: Vec<String>,
    pub is_active: bool,
    pub last_used_at: Option<String>,
    pub created_at: String,
    /// Extension.
    pub kind: String,
    /// Extension.
    pub allow_no_origin: bool,
    /// Extension: who made it; null when it was not noted or the account is gone.
    #[serde(default)]
    pub created_by: Option<Actor>,
    /// Extension: when it was revoked.
    #[serde(default)]
    pub revoked_at: Option<String>,
    /// Extension: the network that a program called from last, /24 or /48; null for widget keys.
    #[serde(default)]
    pub last_used_network: Option<String>,
    /// Extension: how many webhooks it has made.
    #[serde(default)]
    pub webhook_count: u64,
}

/// Extension: a key with what it may do and what it has made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyDetail {
    #[serde(flatten)]
    pub key: Key,
    /// The endpoints that it opens; none once it is revoked.
    pub may: Vec<String>,
    pub made: Made,
}

/// Extension: what a key has made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Made {
    /// The newest first.
    pub webhooks: Vec<Webhook>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedKey {
    pub message: String,
    /// Extension: the webhooks that the key had made, and that went with it.
    #[serde(default)]
    pub webhooks_deleted: Vec<WebhookRef>,
    /// Extension: those that go on, with `keep=webhooks`.
    #[serde(default)]
    pub webhooks_kept: Vec<WebhookRef>,
}
