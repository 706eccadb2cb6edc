//! Every sample of the document, sent as it is printed there, and the answer member for member.
use super::{POLICY, Program};
use crate::harness::TestApp;
use crate::harness::shape::{has, is};
use http::Method;
use serde_json::{Value, json};

/// Sends the body of a `curl` as it is printed.
async fn send(program: &Program, app: &TestApp, method: Method, path: &str, body: &str) -> (u16, Value) {
    let call = program.call(app, method, path);
    let answer = match body {
        "" => call.send().await,
        body => call.header("content-type", "application/json").body(body).send().await,
    };
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[tokio::test]
async fn the_quick_start_is_answered_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program
        .upload_and_index(&app, "Expense reimbursement policy", POLICY)
        .await;
    let body = r#"{"message": "What is the expense policy?"}"#;
    let (status, answer) = send(&program, &app, Method::POST, "/v1/twin", body).await;
    assert_eq!(status, 200);
    // The quick start leaves `escalateReason` out, the full sample has it.
    let pattern = json!({
        "response": "<text>",
        "confidence": "<share>",
        "shouldEscalate": false,
        "escalateReason": null,
        "sources": ["Expense reimbursement policy"],
    });
    has(&answer, &pattern);
    assert!(
        answer["response"].as_str().unwrap().contains("no pre-approval needed"),
        "{answer}"
    );
    assert!(answer["confidence"].as_f64().unwrap() >= 0.6, "{answer}");
}

#[tokio::test]
async fn a_question_with_who_asks_is_answered_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program
        .upload_and_index(&app, "Expense reimbursement policy", POLICY)
        .await;
    let body = r#"{ "message": "What is the expense policy for a $200 SaaS tool?", "askedBy": "Jordan M." }"#;
    let (status, answer) = send(&program, &app, Method::POST, "/v1/twin", body).await;
    assert_eq!(status, 200);
    let pattern = json!({
        "response": "<text>",
        "confidence": "<share>",
        "shouldEscalate": false,
        "escalateReason": null,
        "sources": ["Expense reimbursement policy"],
    });
    has(&answer, &pattern);
}

#[tokio::test]
async fn a_question_for_the_owner_is_escalated_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program
        .put(&app, "/v1/settings", json!({ "ownerName": "AK" }))
        .await
        .expect(200);
    let body = r#"{"message": "Can you approve the $15k contract with Acme?", "askedBy": "Jordan M."}"#;
    let (status, answer) = send(&program, &app, Method::POST, "/v1/twin", body).await;
    assert_eq!(status, 200);
    let pattern = json!({
        "response": "This requires a personal decision — escalating to AK.",
        "confidence": "<share>",
        "shouldEscalate": true,
        "escalateReason": "<text>",
        "sources": [],
    });
    has(&answer, &pattern);
    let (status, list) = send(&program, &app, Method::GET, "/v1/escalations", "").await;
    assert_eq!(status, 200);
    let pattern = json!({
        "escalations": [{
            "id": "<esc_>",
            "question": "Can you approve the $15k contract with Acme?",
            "askedBy": "Jordan M.",
            "confidence": "<share>",
            "reason": answer["escalateReason"],
            "status": "open",
            "createdAt": "<time>",
            "resolvedAt": null,
        }],
        "total": 1,
    });
    has(&list, &pattern);
    let path = format!("/v1/escalations/{}", list["escalations"][0]["id"].as_str().unwrap());
    let (status, resolved) = send(&program, &app, Method::PATCH, &path, r#"{"status": "resolved"}"#).await;
    assert_eq!(status, 200);
    has(
        &resolved,
        &json!({ "escalation": { "status": "resolved", "resolvedAt": "<time>" } }),
    );
}

#[tokio::test]
async fn the_knowledge_base_is_kept_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    // The body that the Notion sample makes of a page.
    let page = json!({ "title": "Expense reimbursement policy", "type": "policy", "content": POLICY });
    let (status, made) = send(&program, &app, Method::POST, "/v1/kb", &page.to_string()).await;
    assert_eq!(status, 201);
    let doc = json!({
        "id": "<doc_>",
        "title": "Expense reimbursement policy",
        "type": "policy",
        "content": POLICY,
        "source": "manual",
        "hits": 0,
        "createdAt": "<time>",
    });
    is(&made, &json!({ "doc": doc }));
    let (status, list) = send(&program, &app, Method::GET, "/v1/kb?type=policy", "").await;
    assert_eq!(status, 200);
    let summary = json!({
        "id": made["doc"]["id"],
        "title": "Expense reimbursement policy",
        "type": "policy",
        "source": "manual",
        "hits": 0,
        "createdAt": "<time>",
    });
    is(&list, &json!({ "docs": [summary], "total": 1 }));
    let path = format!("/v1/kb/{}", made["doc"]["id"].as_str().unwrap());
    let (status, shown) = send(&program, &app, Method::GET, &path, "").await;
    assert_eq!((status, &shown), (200, &made));
    let (status, deleted) = send(&program, &app, Method::DELETE, &path, "").await;
    assert_eq!((status, deleted), (200, json!({ "deleted": true })));
    let (status, _) = send(&program, &app, Method::GET, &path, "").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_statistics_have_the_documented_members() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let (status, stats) = send(&program, &app, Method::GET, "/v1/stats", "").await;
    assert_eq!(status, 200);
    let pattern = json!({
        "totalAnswered": "<count>",
        "totalEscalated": "<count>",
        "avgConfidence": "<share>",
        "handleRate": "<share>",
        "totalSavedMinutes": "<count>",
        "kbDocCount": "<count>",
    });
    is(&stats, &pattern);
}

#[tokio::test]
async fn a_too_long_message_is_refused_in_the_documented_words() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let body = json!({ "message": "x".repeat(2_001) });
    let (status, answer) = send(&program, &app, Method::POST, "/v1/twin", &body.to_string()).await;
    assert_eq!(
        (status, answer),
        (400, json!({ "error": "Message too long (max 2000 chars)." }))
    );
}
