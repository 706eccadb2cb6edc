//! Webhooks (`public/docs/api-twig.md#how-do-i-register-a-webhook-through-the-twig-api`): the names of events and what
//! a delivery holds.
//!
//! `{id, event, timestamp, data}`, signed in `X-Twig-Signature`.
use crate::dialect::Webhooks;
use edge_core::ports::Envelope;
use edge_model::event::{Event, EventKind, EventPayload};
use edge_model::webhook::WebhookForm;
use serde::Serialize;
use serde_json::{Value, json};

/// How this dialect reports events.
pub const WEBHOOKS: Webhooks = Webhooks {
    form: WebhookForm::Twig,
    name,
    envelope,
    header_prefixes: &["x-twig-"],
};

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    event: &'static str,
    timestamp: String,
    data: Value,
}

/// Returns the dialect's name of a kind, if it has one.
fn name(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::Test => "webhook.test",
        EventKind::MessageAnswered => "interaction.created",
        EventKind::FeedbackReceived => "interaction.feedback",
        EventKind::AgentCreated => "agent.created",
        EventKind::AgentUpdated => "agent.updated",
        EventKind::AgentDeleted => "agent.deleted",
        EventKind::SourceProcessed => "datasource.processed",
        EventKind::SourceFailed => "datasource.failed",
        EventKind::EscalationCreated => "escalation.created",
        EventKind::ConversationStarted
        | EventKind::DocumentProcessed
        | EventKind::DocumentFailed
        | EventKind::LeadCaptured
        | EventKind::EscalationResolved
        | EventKind::RunStarted
        | EventKind::RunCompleted
        | EventKind::RunFailed
        | EventKind::RunStopped
        | EventKind::RunPaused => return None,
    })
}

/// Returns what is sent of an event.
fn envelope(event: &Event) -> Option<Envelope> {
    let name = name(event.payload.kind())?;
    let body = Body {
        id: event.id.as_str(),
        event: name,
        timestamp: event.created_at.rfc3339(),
        data: data(&event.payload)?,
    };
    Some(Envelope {
        body: serde_json::to_vec(&body).ok()?,
        signature_header: "x-twig-signature",
        event_header: Some(("x-twig-event", name)),
    })
}

fn data(payload: &EventPayload) -> Option<Value> {
    Some(match payload {
        EventPayload::Test(it) => json!({ "message": it.message }),
        EventPayload::MessageAnswered(it) => json!({
            "interactionId": it.message_id,
            "agentId": it.agent_id,
            "sessionId": it.session_key,
            "prompt": it.question,
            "response": it.answer,
            "sources": it.sources.iter().map(|it| json!({ "title": it.title })).collect::<Vec<_>>(),
            "confidence": it.confidence,
            "latency": super::seconds(it.latency_ms),
        }),
        EventPayload::FeedbackReceived(it) => json!({
            "interactionId": it.message_id,
            "agentId": it.agent_id,
            "rating": it.rating,
            "comment": it.comment,
        }),
        EventPayload::AgentCreated(it) | EventPayload::AgentUpdated(it) | EventPayload::AgentDeleted(it) => {
            json!({ "agentId": it.agent_id, "name": it.name })
        }
        EventPayload::SourceProcessed(it) | EventPayload::SourceFailed(it) => json!({
            "dataSourceId": it.source_id,
            "name": it.name,
            "documentCount": it.document_count,
            "error": it.error,
        }),
        EventPayload::EscalationCreated(it) => json!({
            "escalationId": it.escalation_id,
            "agentId": it.agent_id,
            "question": it.question,
            "askedBy": it.asked_by,
            "confidence": it.confidence,
            "reason": it.reason,
        }),
        _ => return None,
    })
}
