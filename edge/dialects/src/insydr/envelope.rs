//! Webhooks (`public/docs/webhooks.md#what-does-edgewise-send-to-a-webhook`): the names of events and what a delivery
//! holds.
//!
//! `{id, event, timestamp, workspace_id, data}`, signed in `X-Insydr-Signature`.
use crate::dialect::Webhooks;
use edge_core::ports::Envelope;
use edge_model::event::{DocumentEnded, EscalationChanged, Event, EventKind, EventPayload, MessageAnswered};
use edge_model::webhook::WebhookForm;
use serde::Serialize;
use serde_json::{Value, json};

/// How this dialect reports events.
pub const WEBHOOKS: Webhooks = Webhooks {
    form: WebhookForm::Insydr,
    name,
    envelope,
    header_prefixes: &["x-insydr-"],
};

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    event: &'static str,
    timestamp: String,
    workspace_id: &'a str,
    data: Value,
}

/// Returns the dialect's name of a kind, if it has one.
fn name(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::Test => "TEST",
        EventKind::ConversationStarted => "CONVERSATION_STARTED",
        EventKind::MessageAnswered => "MESSAGE_ANSWERED",
        EventKind::FeedbackReceived => "FEEDBACK_RECEIVED",
        EventKind::DocumentProcessed => "DOCUMENT_PROCESSED",
        EventKind::DocumentFailed => "DOCUMENT_FAILED",
        EventKind::LeadCaptured => "LEAD_CAPTURED",
        EventKind::EscalationCreated => "ESCALATION_CREATED",
        EventKind::EscalationResolved => "ESCALATION_RESOLVED",
        EventKind::AgentCreated
        | EventKind::AgentUpdated
        | EventKind::AgentDeleted
        | EventKind::SourceProcessed
        | EventKind::SourceFailed
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
        workspace_id: event.workspace_id.as_str(),
        data: data(&event.payload)?,
    };
    Some(Envelope {
        body: serde_json::to_vec(&body).ok()?,
        signature_header: "x-insydr-signature",
        event_header: Some(("x-insydr-event", name)),
    })
}

fn data(payload: &EventPayload) -> Option<Value> {
    Some(match payload {
        EventPayload::Test(it) => json!({ "message": it.message }),
        EventPayload::ConversationStarted(it) => json!({
            "conversation_id": it.conversation_id,
            "agent_id": it.agent_id,
            "session_id": it.session_key,
            "page_url": it.page_url,
        }),
        EventPayload::MessageAnswered(it) => answered(it),
        EventPayload::FeedbackReceived(it) => json!({
            "message_id": it.message_id,
            "agent_id": it.agent_id,
            // Other dialects know the numbers between.
            "feedback_type": match it.rating {
                4.. => Some("THUMBS_UP"),
                3 => None,
                _ => Some("THUMBS_DOWN"),
            },
            "rating": it.rating,
            "comment": it.comment,
        }),
        EventPayload::DocumentProcessed(it) | EventPayload::DocumentFailed(it) => document(it),
        EventPayload::LeadCaptured(it) => json!({
            "agent_id": it.agent_id,
            "session_id": it.session_key,
            "email": it.email,
            "message": it.message,
        }),
        EventPayload::EscalationCreated(it) | EventPayload::EscalationResolved(it) => escalation(it),
        _ => return None,
    })
}

fn answered(answered: &MessageAnswered) -> Value {
    let sources = answered.sources.iter();
    json!({
        "message_id": answered.message_id,
        "agent_id": answered.agent_id,
        "session_id": answered.session_key,
        "message": answered.question,
        "response": answered.answer,
        "confidence": answered.confidence,
        "answered": answered.is_answered,
        "response_time_ms": answered.latency_ms,
        "sources": sources.map(|it| json!({ "document_id": it.document_id, "title": it.title })).collect::<Vec<_>>(),
    })
}

fn document(ended: &DocumentEnded) -> Value {
    json!({
        "document_id": ended.document_id,
        "title": ended.title,
        "version": ended.version,
        "chunk_count": ended.passage_count,
        "error": ended.error,
    })
}

fn escalation(changed: &EscalationChanged) -> Value {
    json!({
        "escalation_id": changed.escalation_id,
        "agent_id": changed.agent_id,
        "question": changed.question,
        "asked_by": changed.asked_by,
        "email": changed.email,
        "confidence": changed.confidence,
        "reason": changed.reason,
        "resolved_at": changed.resolved_at.map(|it| it.rfc3339()),
    })
}
