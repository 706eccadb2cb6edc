//! Events in the words of each dialect: the samples of their documents, byte for byte where they show one.
use edge_core::ports::{Envelope, Envelopes as _};
use edge_dialects::registry::Dialects;
use edge_dialects::{Dialect, builder, insydr, twig, twin};
use edge_model::event::{
    AgentChanged, ConversationStarted, DocumentEnded, EscalationChanged, Event, EventKind, EventPayload,
    FeedbackReceived, LeadCaptured, MessageAnswered, RunChanged, SourceEnded, SourceRef, Test,
};
use edge_model::webhook::WebhookForm;
use edge_model::{AgentId, ConversationId, DocumentId, EventId, MessageId, Timestamp, WorkspaceId};
use serde_json::{Value, json};

fn envelope(form: WebhookForm, payload: EventPayload, at: &str) -> Option<Envelope> {
    let event = Event {
        id: EventId::new("evt_1"),
        workspace_id: WorkspaceId::new("ws_1"),
        payload,
        created_at: Timestamp::from_rfc3339(at).unwrap(),
    };
    Dialects.envelope(form, &event)
}

fn compact(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.concat().replace("\": ", "\":")
}

fn escalation() -> EscalationChanged {
    EscalationChanged {
        escalation_id: "esc_xyz789".into(),
        session_key: None,
        agent_id: AgentId::new("agent_1"),
        question: "Can you approve the $15k contract with Acme?".into(),
        asked_by: "Jordan M.".into(),
        confidence: Some(0.22),
        reason: "Requires personal budget authority over $10k".into(),
        email: Some("jordan@example.com".into()),
        resolved_at: None,
    }
}

#[test]
fn the_twin_tells_of_escalations_as_its_document_shows() {
    let told = envelope(
        WebhookForm::Twin,
        EventPayload::EscalationCreated(escalation()),
        "2026-03-14T10:32:00Z",
    )
    .unwrap();
    // As documented: `public/docs/api-twin.md#how-am-i-told-of-escalations`.
    let sample = r#"{
        "event": "escalation.created",
        "escalationId": "esc_xyz789",
        "question": "Can you approve the $15k contract with Acme?",
        "askedBy": "Jordan M.",
        "confidence": 0.22,
        "reason": "Requires personal budget authority over $10k",
        "timestamp": "2026-03-14T10:32:00Z"
    }"#;
    assert_eq!(String::from_utf8(told.body).unwrap(), compact(sample));
    assert_eq!((told.signature_header, told.event_header), ("twin-signature", None));
}

fn run(outcome: Option<&str>, finished_at: Option<&str>) -> RunChanged {
    RunChanged {
        run_id: "run_xyz789".into(),
        agent_id: AgentId::new("agent_abc123"),
        outcome: outcome.map(str::to_owned),
        finished_at: finished_at.map(|it| Timestamp::from_rfc3339(it).unwrap()),
    }
}

#[test]
fn the_builder_tells_of_runs_as_its_document_shows() {
    let at = "2026-03-11T14:32:15Z";
    let told = envelope(
        WebhookForm::Builder,
        EventPayload::RunCompleted(run(Some("success"), Some(at))),
        at,
    )
    .unwrap();
    // As documented: `public/docs/api-builder.md#how-do-i-register-a-webhook-through-the-builder-api`.
    let sample = r#"{
        "event": "run.completed",
        "timestamp": "2026-03-11T14:32:15Z",
        "data": {
            "run_id": "run_xyz789",
            "agent_id": "agent_abc123",
            "status": "completed",
            "outcome": "success",
            "finished_at": "2026-03-11T14:32:15Z"
        }
    }"#;
    assert_eq!(String::from_utf8(told.body).unwrap(), compact(sample));
    assert_eq!(told.signature_header, "x-cobb-signature");
    assert_eq!(told.event_header, Some(("x-cobb-event", "run.completed")));
    for (payload, event, status) in [
        (EventPayload::RunStarted(run(None, None)), "run.started", "in_progress"),
        (EventPayload::RunFailed(run(None, Some(at))), "run.failed", "error"),
        (EventPayload::RunStopped(run(None, Some(at))), "run.stopped", "stopped"),
        (EventPayload::RunPaused(run(None, None)), "run.paused", "paused"),
    ] {
        let has_end = !matches!(event, "run.started" | "run.paused");
        let body: Value = serde_json::from_slice(&envelope(WebhookForm::Builder, payload, at).unwrap().body).unwrap();
        assert_eq!(
            (&body["event"], &body["data"]["status"]),
            (&json!(event), &json!(status))
        );
        assert_eq!(body["data"].get("finished_at").is_some(), has_end, "{event}");
        assert_eq!(body["data"].get("outcome"), None, "{event}");
    }
}

fn everything() -> Vec<EventPayload> {
    let agent_id = AgentId::new("agent_1");
    let changed = AgentChanged {
        agent_id: agent_id.clone(),
        name: "Bot".into(),
    };
    let source = |error: Option<&str>| SourceEnded {
        source_id: "src_1".into(),
        name: "Docs".into(),
        document_count: 3,
        error: error.map(str::to_owned),
    };
    let document = |error: Option<&str>| DocumentEnded {
        document_id: DocumentId::new("doc_1"),
        title: "Refund Policy".into(),
        version: 1,
        passage_count: 4,
        error: error.map(str::to_owned),
    };
    vec![
        EventPayload::Test(Test {
            message: "Hello".into(),
        }),
        EventPayload::ConversationStarted(ConversationStarted {
            conversation_id: ConversationId::new("conv_1"),
            agent_id: agent_id.clone(),
            session_key: "session-456".into(),
            page_url: Some("https://example.com/pricing".into()),
        }),
        EventPayload::MessageAnswered(MessageAnswered {
            message_id: MessageId::new("msg_1"),
            agent_id: agent_id.clone(),
            session_key: "session-456".into(),
            question: "What is your refund policy?".into(),
            answer: "Refunds are possible within 30 days.".into(),
            confidence: 0.92,
            is_answered: true,
            latency_ms: 1_200,
            sources: vec![SourceRef {
                document_id: DocumentId::new("doc_1"),
                title: "Refund Policy".into(),
            }],
        }),
        EventPayload::FeedbackReceived(FeedbackReceived {
            message_id: MessageId::new("msg_1"),
            session_key: None,
            agent_id: agent_id.clone(),
            rating: 5,
            comment: "Very helpful!".into(),
        }),
        EventPayload::DocumentProcessed(document(None)),
        EventPayload::DocumentFailed(document(Some("no text was found in the file"))),
        EventPayload::LeadCaptured(LeadCaptured {
            agent_id,
            session_key: "session-456".into(),
            email: "jordan@example.com".into(),
            message: "Call me".into(),
        }),
        EventPayload::EscalationCreated(escalation()),
        EventPayload::EscalationResolved(EscalationChanged {
            resolved_at: Timestamp::from_rfc3339("2026-03-14T11:00:00Z"),
            ..escalation()
        }),
        EventPayload::AgentCreated(changed.clone()),
        EventPayload::AgentUpdated(changed.clone()),
        EventPayload::AgentDeleted(changed),
        EventPayload::SourceProcessed(source(None)),
        EventPayload::SourceFailed(source(Some("robots.txt forbids it"))),
    ]
}

#[test]
fn what_twig_and_insydr_are_told_is_what_it_was() {
    let mut lines = vec![];
    for form in [WebhookForm::Twig, WebhookForm::Insydr] {
        for payload in everything() {
            if let Some(told) = envelope(form, payload, "2026-03-14T10:32:00Z") {
                let body: Value = serde_json::from_slice(&told.body).unwrap();
                let (header, name) = told.event_header.unwrap();
                assert_eq!(body["event"], name);
                lines.push(format!(
                    "{header}: {name}\n{}",
                    serde_json::to_string_pretty(&body).unwrap()
                ));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n\n"));
}

#[test]
fn event_names_are_those_of_their_dialect() {
    let names = |dialect: &Dialect, known: &[&str]| {
        let kind = |name: &str| dialect.webhooks.kind(name);
        for name in known {
            assert!(kind(name).is_some(), "{name}");
        }
        for name in ["", "TEST", "webhook.test", "test", "escalation_created"] {
            assert_eq!(kind(name), None, "{name}");
        }
    };
    names(
        &twig::DIALECT,
        &[
            "interaction.created",
            "interaction.feedback",
            "agent.created",
            "agent.updated",
            "agent.deleted",
            "datasource.processed",
            "datasource.failed",
            "escalation.created",
        ],
    );
    names(
        &builder::DIALECT,
        &[
            "run.started",
            "run.completed",
            "run.failed",
            "run.stopped",
            "run.paused",
        ],
    );
    names(&insydr::DIALECT, &["CONVERSATION_STARTED", "LEAD_CAPTURED"]);
    assert_eq!(twin::envelope::EVENTS, [EventKind::EscalationCreated]);
    assert_eq!(twig::DIALECT.webhooks.kind("run.started"), None);
    assert_eq!(insydr::DIALECT.webhooks.kind("interaction.created"), None);
}
