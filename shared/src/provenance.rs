//! Extensions: who made what, and what goes with its maker.
use serde::{Deserialize, Serialize};

/// Who made or changed something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// `person` or `api_key`.
    pub kind: String,
    /// The `user_id` of the person, or the id of the API key.
    pub id: String,
    pub name: String,
}

/// An API key that was revoked, or kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyRef {
    pub id: String,
    pub name: String,
    pub kind: String,
}

/// A webhook that was deleted, or kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookRef {
    pub id: String,
    pub name: String,
    pub url: String,
    /// The API that it belongs to: `insydr`, `twig`, `twin` or `builder`.
    pub dialect: String,
}

/// What went with a member who was removed or lost the right to keys and webhooks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consequences {
    pub keys_revoked: Vec<KeyRef>,
    pub webhooks_deleted: Vec<WebhookRef>,
    /// The addresses that open invitations of the member's went to.
    pub invitations_withdrawn: Vec<String>,
    /// What now counts as made by the caller, who asked to keep it.
    pub keys_kept: Vec<KeyRef>,
    pub webhooks_kept: Vec<WebhookRef>,
}
