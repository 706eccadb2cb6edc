//! API keys.
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
    pub api_keys: Vec<Key>,
    /// Extension.
    pub total: u64,
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
}
