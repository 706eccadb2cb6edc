//! Escalations as this dialect lists and resolves them, whichever way they began.
use super::{Program, refused};
use crate::harness::TestApp;
use crate::harness::shape::is;
use serde_json::{Value, json};

async fn list(program: &Program, app: &TestApp, query: &str) -> Value {
    program.get(app, &format!("/v1/escalations{query}")).await.expect(200)
}

#[tokio::test]
async fn an_unanswered_question_is_escalated_with_its_reason() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let answer = program.ask(&app, "Who won the cup in 1954?").await;
    let found = list(&program, &app, "").await;
    let pattern = json!({
        "escalations": [{
            "id": answer["escalationId"],
            "question": "Who won the cup in 1954?",
            "askedBy": "API",
            "confidence": answer["confidence"],
            "reason": answer["escalateReason"],
            "reasonCode": "low_confidence",
            "status": "open",
            "createdAt": "<time>",
            "resolvedAt": null,
            "email": null,
            "documentId": null,
        }],
        "total": 1,
    });
    is(&found, &pattern);
}

#[tokio::test]
async fn the_list_is_of_open_ones_unless_told_otherwise() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let mut ids = vec![];
    for question in ["Who won the cup in 1954?", "Who won it in 1958?", "Who won it in 1962?"] {
        ids.push(
            program.ask(&app, question).await["escalationId"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let resolve = json!({ "status": "resolved" });
    program
        .patch(&app, &format!("/v1/escalations/{}", ids[1]), resolve)
        .await
        .expect(200);
    let shown = |found: &Value| -> Vec<String> {
        let all = found["escalations"].as_array().unwrap().iter();
        all.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected, total) in [
        ("", vec![&ids[2], &ids[0]], 2),
        ("?status=open", vec![&ids[2], &ids[0]], 2),
        ("?status=resolved", vec![&ids[1]], 1),
        ("?status=all", vec![&ids[2], &ids[1], &ids[0]], 3),
        ("?status=all&limit=2", vec![&ids[2], &ids[1]], 3),
    ] {
        let found = list(&program, &app, query).await;
        assert_eq!(shown(&found).iter().collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(found["total"], total, "{query}");
    }
    let answer = program.get(&app, "/v1/escalations?status=closed").await;
    refused(&answer, 400, "status must be open, resolved or all.");
    let answer = program.get(&app, "/v1/escalations?limit=0").await;
    refused(&answer, 400, "limit must be a number of at least 1.");
}

#[tokio::test]
async fn one_is_resolved_by_a_document_and_may_be_opened_again() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let question = "Where is the visitors' garage?";
    let id = program.ask(&app, question).await["escalationId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/escalations/{id}");
    let document = program
        .upload_and_index(&app, "Parking", "The visitors' garage is behind the building.")
        .await;
    let closed = json!({ "status": "resolved", "documentId": document });
    let resolved = program.patch(&app, &path, closed).await.expect(200)["escalation"].clone();
    assert_eq!(
        (&resolved["status"], &resolved["documentId"]),
        (&json!("resolved"), &json!(document))
    );
    assert_eq!(program.ask(&app, question).await["shouldEscalate"], false);
    // Resolving it once more keeps the moment.
    app.clock.advance(5_000);
    let again = program
        .patch(&app, &path, json!({ "status": "resolved" }))
        .await
        .expect(200);
    assert_eq!(again["escalation"], resolved);
    let opened = program
        .patch(&app, &path, json!({ "status": "open" }))
        .await
        .expect(200);
    assert_eq!(opened["escalation"]["resolvedAt"], json!(null));
    // A document that is gone closes nothing any more; the escalation stays.
    program.delete(&app, &format!("/v1/kb/{document}")).await.expect(200);
    assert_eq!(
        list(&program, &app, "").await["escalations"][0]["documentId"],
        json!(null)
    );
}

#[tokio::test]
async fn a_change_that_will_not_do_is_refused() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let id = program.ask(&app, "Who won the cup?").await["escalationId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/escalations/{id}");
    for (body, status, text) in [
        (json!({ "status": "done" }), 400, "status must be resolved or open."),
        (json!({}), 400, "status is required."),
        (
            json!({ "status": "resolved", "documentId": "doc_0" }),
            404,
            "document not found.",
        ),
    ] {
        refused(&program.patch(&app, &path, body).await, status, text);
    }
    let nobody = program
        .patch(&app, "/v1/escalations/esc_0", json!({ "status": "open" }))
        .await;
    refused(&nobody, 404, "escalation not found.");
    assert_eq!(list(&program, &app, "").await["escalations"][0]["status"], "open");
}

#[tokio::test]
async fn what_a_visitor_of_a_page_raised_is_listed_here_too() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let agent = app.published_agent(&program.owner, json!({})).await;
    let key = app.widget_key(&program.owner).await;
    let request = json!({
        "session_id": "sess_xyz", "agent_id": agent, "email": "user@example.com", "message": "I need help with billing",
    });
    let raised = app
        .post("/api/v1/widget/escalate", request)
        .widget(&key)
        .send()
        .await
        .expect(201);
    let found = list(&program, &app, "").await["escalations"][0].clone();
    assert_eq!(found["id"], raised["escalation_id"]);
    assert_eq!(
        (
            &found["question"],
            &found["askedBy"],
            &found["reasonCode"],
            &found["confidence"]
        ),
        (
            &json!("I need help with billing"),
            &json!("user@example.com"),
            &json!("visitor"),
            &json!(0.0)
        )
    );
}

#[tokio::test]
async fn a_decision_for_the_owner_is_always_escalated() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let policy = "Please approve my leave requests go to Ann. Ann approves every leave request within two days.";
    program.upload_and_index(&app, "Leave requests", policy).await;
    for (question, code) in [
        ("Can you approve my leave request?", "approve"),
        ("Please sign the lease for the new office.", "sign"),
        ("Can you give us a discount of ten percent?", "discount"),
        ("Should we hire Sam as a designer?", "staff"),
    ] {
        let answer = program.ask(&app, question).await;
        assert_eq!(answer["shouldEscalate"], true, "{answer}");
        assert!(
            answer["escalateReason"].as_str().unwrap().starts_with("Requires "),
            "{answer}"
        );
        let newest = &list(&program, &app, "").await["escalations"][0];
        assert_eq!(
            (&newest["question"], &newest["reasonCode"]),
            (&json!(question), &json!(code))
        );
    }
    let known = program.ask(&app, "How are leave requests approved?").await;
    assert_eq!(known["shouldEscalate"], false, "{known}");
}

#[tokio::test]
async fn an_amount_above_the_owners_limit_is_for_the_owner() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let code = async |question: &str| {
        let id = program.ask(&app, question).await["escalationId"].clone();
        let found = list(&program, &app, "").await["escalations"].clone();
        let found = found.as_array().unwrap().iter().find(|it| it["id"] == id).cloned();
        found.map(|it| (it["reasonCode"].clone(), it["reason"].as_str().unwrap().to_owned()))
    };
    let spend = "Can we spend $12,000 on the offsite?";
    let above = code(spend).await.unwrap();
    assert_eq!(
        above,
        (json!("amount"), "Requires personal budget authority over 10,000".into())
    );
    assert_eq!(
        code("Can we spend $90 on the offsite?").await.unwrap().0,
        "low_confidence"
    );
    for (limit, expected) in [
        (json!(12_000), "low_confidence"),
        (json!(50.5), "amount"),
        (json!(null), "low_confidence"),
    ] {
        let settings = json!({ "approvalLimit": limit });
        program.put(&app, "/v1/settings", settings).await.expect(200);
        assert_eq!(code(spend).await.unwrap().0, expected, "{limit}");
    }
}

#[tokio::test]
async fn an_answer_and_its_escalation_are_kept_together_or_not_at_all() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.get(&app, "/v1/settings").await.expect(200);
    app.sql.fail_next("INSERT INTO escalations");
    let answer = program
        .post(&app, "/v1/twin", json!({ "message": "Who won the cup?" }))
        .await;
    assert_eq!(answer.status, 500, "{}", answer.text());
    assert_eq!(list(&program, &app, "?status=all").await["total"], 0);
    assert_eq!(
        app.sql.column("SELECT status FROM messages WHERE author = 'agent'"),
        ["failed"]
    );
}
