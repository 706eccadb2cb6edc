//! Webhooks.
use crate::provenance::Actor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWebhook {
    pub name: String,
    pub url: String,
    /// `CONVERSATION_STARTED`, `MESSAGE_ANSWERED`, `LEAD_CAPTURED`, `ESCALATION_CREATED`, `ESCALATION_RESOLVED`,
    /// `FEEDBACK_RECEIVED`, `DOCUMENT_PROCESSED`, `DOCUMENT_FAILED`.
    pub event_types: Vec<String>,
    /// Sent with every delivery. None of ours may be among them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Extension: the caller's own secret; one is made otherwise.
    #[serde(default)]
    pub secret: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedWebhook {
    pub id: String,
    pub name: String,
    pub url: String,
    /// Shown this once.
    pub secret: String,
    pub event_types: Vec<String>,
    pub is_active: bool,
    pub created_at: String,
    /// Extension: the names of the webhook's own headers; their values are never shown.
    pub header_names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookList {
    pub webhooks: Vec<Webhook>,
    pub total: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    pub id: String,
    pub name: String,
    /// Whole for owners and admins; scheme and host alone for others, since an address may be a secret.
    pub url: String,
    /// Whether `url` is scheme and host alone.
    pub is_url_masked: bool,
    /// The API that it was made through and whose events it is sent: `insydr`, `twig`, `twin` or `builder`.
    pub dialect: String,
    /// Set when it is told of one agent alone.
    pub agent_id: Option<String>,
    /// Who gave it its address; null when it was not noted or the account is gone.
    pub created_by: Option<Actor>,
    pub event_types: Vec<String>,
    pub header_names: Vec<String>,
    pub is_active: bool,
    /// `asked`, `gone` or `failing`; null when active.
    pub disabled_because: Option<String>,
    /// Since when nothing was taken; null when the last attempt succeeded.
    pub failing_since: Option<String>,
    /// Until when the secret before the last rotation signs, too.
    pub old_secret_expires_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UpdateWebhook {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<String>>,
    /// Replaces all headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotatedSecret {
    /// Shown this once.
    pub secret: String,
    /// Until then deliveries are signed with both.
    pub old_secret_expires_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replay {
    /// The first moment of the range, in RFC 3339.
    pub since: String,
    /// The moment after it; now when absent.
    #[serde(default)]
    pub until: Option<String>,
    /// Whether to leave out what was delivered.
    #[serde(default)]
    pub only_failed: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replayed {
    /// How many events are sent again; 1,000 at most, the oldest first.
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryList {
    pub deliveries: Vec<Delivery>,
    pub total: u64,
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    pub id: String,
    /// The `webhook-id` of every attempt.
    pub event_id: String,
    pub event_type: String,
    /// `PENDING`, `DELIVERED` or `FAILED`.
    pub status: String,
    pub attempts: u32,
    pub next_attempt_at: Option<String>,
    /// When the event happened.
    pub created_at: String,
    pub ended_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    /// The body that is sent.
    pub request_body: Option<String>,
    /// The first one first.
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    pub number: u32,
    pub url: String,
    /// Ours; the webhook's own are not kept.
    pub request_headers: BTreeMap<String, String>,
    /// Null when there was no answer.
    pub status_code: Option<u16>,
    pub error: Option<String>,
    /// The first 2 KB of the answer.
    pub response_body: String,
    pub duration_ms: u64,
    pub created_at: String,
}
