//! Webhooks (`public/docs/api-builder.md#how-do-i-register-a-webhook-through-the-builder-api`): the states of runs,
//! signed in `X-Cobb-Signature`.
use crate::dialect::Webhooks;
use edge_core::ports::Envelope;
use edge_model::event::{Event, EventKind, EventPayload, RunChanged};
use edge_model::webhook::WebhookForm;
use serde::Serialize;
use serde_json::{Value, json};

/// How this dialect reports events.
pub const WEBHOOKS: Webhooks = Webhooks {
    form: WebhookForm::Builder,
    name,
    envelope,
    header_prefixes: &["x-cobb-"],
};

#[derive(Serialize)]
struct Body<'a> {
    event: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Run(Run<'a>),
    Test(Value),
}

#[derive(Serialize)]
struct Run<'a> {
    run_id: &'a str,
    agent_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

/// Returns the dialect's name of a kind, if it has one.
fn name(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::Test => "webhook.test",
        EventKind::RunStarted => "run.started",
        EventKind::RunCompleted => "run.completed",
        EventKind::RunFailed => "run.failed",
        EventKind::RunStopped => "run.stopped",
        EventKind::RunPaused => "run.paused",
        EventKind::ConversationStarted
        | EventKind::MessageAnswered
        | EventKind::FeedbackReceived
        | EventKind::DocumentProcessed
        | EventKind::DocumentFailed
        | EventKind::LeadCaptured
        | EventKind::EscalationCreated
        | EventKind::EscalationResolved
        | EventKind::AgentCreated
        | EventKind::AgentUpdated
        | EventKind::AgentDeleted
        | EventKind::SourceProcessed
        | EventKind::SourceFailed => return None,
    })
}

/// Returns what is sent of an event.
fn envelope(event: &Event) -> Option<Envelope> {
    let name = name(event.payload.kind())?;
    let data = match &event.payload {
        EventPayload::Test(it) => Data::Test(json!({ "message": it.message })),
        EventPayload::RunStarted(it) => Data::Run(run(it, "in_progress")),
        EventPayload::RunCompleted(it) => Data::Run(run(it, "completed")),
        EventPayload::RunFailed(it) => Data::Run(run(it, "error")),
        EventPayload::RunStopped(it) => Data::Run(run(it, "stopped")),
        EventPayload::RunPaused(it) => Data::Run(run(it, "paused")),
        _ => return None,
    };
    let body = Body {
        event: name,
        timestamp: event.created_at.rfc3339(),
        data,
    };
    Some(Envelope {
        body: serde_json::to_vec(&body).ok()?,
        signature_header: "x-cobb-signature",
        event_header: Some(("x-cobb-event", name)),
    })
}

fn run<'a>(changed: &'a RunChanged, status: &'static str) -> Run<'a> {
    Run {
        run_id: &changed.run_id,
        agent_id: changed.agent_id.as_str(),
        status,
        outcome: changed.outcome.as_deref(),
        finished_at: changed.finished_at.map(|at| at.rfc3339()),
    }
}
