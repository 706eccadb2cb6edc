//! Webhooks (`public/docs/api-twin.md#how-am-i-told-of-escalations`): one event, flat, signed in `Twin-Signature`.
use crate::dialect::Webhooks;
use edge_core::ports::Envelope;
use edge_model::event::{Event, EventKind, EventPayload};
use edge_model::webhook::WebhookForm;
use serde::Serialize;

/// How this dialect reports events.
pub const WEBHOOKS: Webhooks = Webhooks {
    form: WebhookForm::Twin,
    name,
    envelope,
    header_prefixes: &["twin-", "x-twin-"],
};

/// What the endpoint of this dialect is told of.
pub const EVENTS: [EventKind; 1] = [EventKind::EscalationCreated];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Escalation<'a> {
    event: &'static str,
    escalation_id: &'a str,
    question: &'a str,
    asked_by: &'a str,
    confidence: Option<f64>,
    reason: &'a str,
    timestamp: String,
}

/// An extension.
#[derive(Serialize)]
struct Test<'a> {
    event: &'static str,
    message: &'a str,
    timestamp: String,
}

/// Returns the dialect's name of a kind, if it has one.
fn name(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::EscalationCreated => Some("escalation.created"),
        EventKind::Test => Some("webhook.test"),
        _ => None,
    }
}

/// Returns what is sent of an event.
fn envelope(event: &Event) -> Option<Envelope> {
    let name = name(event.payload.kind())?;
    let timestamp = event.created_at.rfc3339();
    let body = match &event.payload {
        EventPayload::EscalationCreated(it) => serde_json::to_vec(&Escalation {
            event: name,
            escalation_id: &it.escalation_id,
            question: &it.question,
            asked_by: &it.asked_by,
            confidence: it.confidence,
            reason: &it.reason,
            timestamp,
        }),
        EventPayload::Test(it) => serde_json::to_vec(&Test {
            event: name,
            message: &it.message,
            timestamp,
        }),
        _ => return None,
    };
    Some(Envelope {
        body: body.ok()?,
        signature_header: "twin-signature",
        event_header: None,
    })
}
