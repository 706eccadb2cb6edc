//! Deliveries: events on their way to endpoints, and every attempt to bring them there.
use crate::event::EventKind;
use crate::webhook::WebhookForm;
use crate::{DeliveryId, EventId, Timestamp, WebhookId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It will be tried, or tried again.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// Given up; a member may order it again.
    Failed,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// An event on its way to an endpoint.
#[derive(Clone, Debug, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub workspace_id: WorkspaceId,
    pub webhook_id: WebhookId,
    pub event_id: EventId,
    /// Of the webhook.
    pub form: WebhookForm,
    /// Of the event.
    pub kind: EventKind,
    pub status: DeliveryStatus,
    /// Attempts since it was ordered, the last time.
    pub tries: u32,
    /// Attempts since ever.
    pub attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
    /// Sorts lists.
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// One attempt, as the log shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub url: String,
    /// The headers of ours that were sent; the endpoint's own are not kept.
    #[serde(deserialize_with = "crate::column::json")]
    pub headers: Vec<(String, String)>,
    /// None when there was no answer.
    pub status: Option<u16>,
    /// What went wrong without an answer, or why the answer counts as none.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub response: String,
    pub duration_ms: u64,
    pub created_at: Timestamp,
}
