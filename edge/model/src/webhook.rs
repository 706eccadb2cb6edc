//! Webhooks: endpoints of customers' that are told of events.
use crate::actor::Actor;
use crate::event::EventKind;
use crate::{AgentId, Timestamp, WebhookId, WorkspaceId};
use serde::{Deserialize, Serialize};

pub use crate::dialect::WebhookForm;

/// Why an endpoint is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledBecause {
    /// A member of the workspace disabled it.
    Asked,
    /// It answered 410.
    Gone,
    /// It has not taken anything for days.
    Failing,
}

impl DisabledBecause {
    /// Returns the reason's name in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

/// An endpoint. Its secrets and the values of its headers are sealed.
#[derive(Clone, Debug, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub workspace_id: WorkspaceId,
    pub form: WebhookForm,
    /// Set when the endpoint is told of one agent alone.
    pub agent_id: Option<AgentId>,
    pub name: String,
    pub url: String,
    #[serde(deserialize_with = "crate::column::json")]
    pub events: Vec<EventKind>,
    /// The names of its own headers.
    #[serde(deserialize_with = "crate::column::json")]
    pub header_names: Vec<String>,
    pub sealed_headers: String,
    pub sealed_secret: String,
    /// The secret before the last rotation.
    pub sealed_old_secret: Option<String>,
    /// Until when that one signs, too.
    pub old_secret_until: Option<Timestamp>,
    pub disabled_because: Option<DisabledBecause>,
    /// Attempts that failed since the last that did not.
    pub failures: u32,
    /// When the first of them failed.
    pub failing_since: Option<Timestamp>,
    /// When the last of them failed.
    pub last_failed_at: Option<Timestamp>,
    /// Nothing is sent before this moment, since the last attempts showed that it would be in vain.
    pub paused_until: Option<Timestamp>,
    /// Who set its address last.
    #[serde(flatten)]
    pub created_by: Actor,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
