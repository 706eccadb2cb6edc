//! Webhooks of back ends: made with the caller's secret, listed, deleted, refused in the dialect's words.
use crate::harness::TestApp;
use crate::harness::program::Program;
use crate::harness::receiver::HOOK;
use crate::harness::shape::{has, is, like};
use crate::samples::sample;
use edge_core::webhook::signature::{SigningSecret, standard};
use edge_model::Timestamp;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/webhooks";

async fn make(app: &TestApp, program: &Program, body: Value) -> Value {
    program.post(app, PATH, body).await.expect(201)["data"].clone()
}

/// Asserts status, code and field of a refusal.
#[track_caller]
pub(super) fn refused(answer: &crate::harness::request::Answer, status: u16, code: &str, field: Option<&str>) {
    let details = field.map_or_else(|| json!({}), |it| json!({ "field": it }));
    let error = json!({ "code": code, "message": "<text>", "details": details });
    is(&answer.expect(status), &json!({ "error": error, "status": "error" }));
}

#[tokio::test]
async fn a_webhook_with_the_callers_secret_is_kept_as_documented() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let sample = sample("POST /api/webhooks");
    let made = program.post(&app, PATH, sample.request.unwrap()).await;
    assert!(made.header("x-ratelimit-limit").is_some() && made.header("x-request-id").is_some());
    let made = made.expect(201);
    let webhook = json!({
        "id": "<wh_>",
        "url": "https://your-server.com/webhook",
        "events": ["interaction.created", "agent.updated"],
        "active": true,
        "createdAt": "<time>",
    });
    is(&made, &json!({ "data": webhook, "status": "success" }));
    like(&made, &sample.answer.unwrap());
    let made = &made["data"];
    let list = program.get(&app, PATH).await.expect(200);
    assert_eq!(list, json!({ "data": [made], "status": "success" }));
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(&program.get(&app, &path).await.expect(200)["data"], made);
    let deleted = program.delete(&app, &path).await.expect(200);
    let gone = json!({ "id": made["id"], "deleted": true });
    assert_eq!(deleted, json!({ "data": gone, "status": "success" }));
    for answer in [program.get(&app, &path).await, program.delete(&app, &path).await] {
        refused(&answer, 404, "not_found", None);
    }
}

#[tokio::test]
async fn a_secret_that_was_not_given_is_made_and_shown_once() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let made = make(&app, &program, json!({ "url": HOOK, "events": ["agent.deleted"] })).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
    let listed = program.get(&app, PATH).await;
    assert!(!listed.text().contains("secret"), "{}", listed.text());
}

#[tokio::test]
async fn what_will_not_do_is_refused_by_its_field() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    app.set_plan(&program.owner, "ENTERPRISE").await;
    let usual = json!({ "url": HOOK, "events": ["agent.updated"], "secret": "your-webhook-secret" });
    for (field, value) in [
        ("url", json!("hooks.example.com")),
        ("url", json!("http://127.1/")),
        ("url", json!(7)),
        ("events", json!([])),
        ("events", json!(["agent.updated", "run.started"])),
        ("events", json!(["webhook.test"])),
        ("events", json!("agent.updated")),
        ("secret", json!("short")),
    ] {
        let mut body = usual.clone();
        body[field] = value;
        refused(
            &program.post(&app, PATH, body).await,
            400,
            "invalid_request",
            Some(field),
        );
    }
    let without = json!({ "events": ["agent.updated"] });
    refused(
        &program.post(&app, PATH, without).await,
        400,
        "invalid_request",
        Some("url"),
    );
    assert_eq!(program.get(&app, PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn every_refusal_is_in_the_dialect() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let send = |media_type: &str, body: Vec<u8>| {
        let call = program.call(&app, Method::POST, PATH);
        call.header("content-type", media_type).body(body).send()
    };
    let json = "application/json";
    refused(&send(json, b"{".to_vec()).await, 400, "invalid_request", None);
    refused(&send("text/plain", b"{}".to_vec()).await, 415, "invalid_request", None);
    refused(&send(json, vec![b' '; 1_048_577]).await, 413, "invalid_request", None);
    let put = program.call(&app, Method::PUT, PATH).send().await;
    refused(&put, 405, "invalid_request", None);
    assert_eq!(put.header("allow"), Some("POST,GET,HEAD"));
    refused(&app.get(PATH).send().await, 401, "unauthorized", None);
    refused(&program.get(&app, "/api/nothing").await, 404, "not_found", None);
    refused(&program.get(&app, "/api/v1/nothing").await, 404, "not_found", None);
    app.sql.fail_next("SELECT * FROM webhooks");
    refused(&program.get(&app, PATH).await, 500, "internal_error", None);
}

#[tokio::test]
async fn a_program_does_not_see_the_webhooks_of_other_apis() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let (theirs, _) = program.owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    refused(
        &program.get(&app, &format!("{PATH}/{theirs}")).await,
        404,
        "not_found",
        None,
    );
    refused(
        &program.delete(&app, &format!("{PATH}/{theirs}")).await,
        404,
        "not_found",
        None,
    );
    assert_eq!(program.get(&app, PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn every_event_that_happens_is_told_in_the_dialects_words() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let owner = &program.owner;
    app.set_plan(owner, "ENTERPRISE").await;
    let events = [
        "interaction.created",
        "interaction.feedback",
        "agent.created",
        "agent.updated",
        "escalation.created",
    ];
    let secret = "your-webhook-secret";
    let body = json!({ "url": HOOK, "events": events, "secret": secret });
    let webhook = make(&app, &program, body).await;
    let webhook = webhook["id"].as_str().unwrap();
    let delivered = async || {
        owner.deliver(&app, webhook).await;
        app.receiver.take()
    };
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let names = |received: &[crate::harness::receiver::Received]| -> Vec<String> {
        let names = received.iter().map(|it| it.header("x-twig-event").to_owned());
        names.collect()
    };
    let created = delivered().await;
    assert_eq!(names(&created), ["agent.created"]);
    let body = &created[0];
    is(
        &body.json(),
        &json!({
            "id": body.header("webhook-id"),
            "event": "agent.created",
            "timestamp": "<time>",
            "data": { "agentId": agent, "name": "Bot" },
        }),
    );
    let key = SigningSecret::new(secret).unwrap();
    assert_eq!(body.header("x-twig-signature"), key.sign_body(&body.body).unwrap());
    let at = Timestamp(body.header("webhook-timestamp").parse::<i64>().unwrap() * 1_000);
    let signature = standard(&[key], body.header("webhook-id"), at, &body.body).unwrap();
    assert_eq!(body.header("webhook-signature"), signature);
    let path = format!("/agents/{agent}");
    owner
        .patch(&app, &path, json!({ "description": "Helps" }))
        .await
        .expect(200);
    assert_eq!(names(&delivered().await), ["agent.updated"]);
    owner
        .post(&app, &format!("{path}/publish"), json!({}))
        .await
        .expect(200);
    assert_eq!(names(&delivered().await), ["agent.updated"]);
    owner
        .post(&app, &format!("{path}/duplicate"), json!({}))
        .await
        .expect(201);
    assert_eq!(names(&delivered().await), ["agent.created"]);
    let page = app.widget_key(owner).await;
    let frames = app
        .ask(&page, &agent, "session-1", "Is anybody there?")
        .send()
        .await
        .frames();
    let answered = delivered().await;
    assert_eq!(names(&answered), ["interaction.created"]);
    let data = json!({ "prompt": "Is anybody there?", "sessionId": "session-1", "response": "<text>" });
    has(&answered[0].json(), &json!({ "data": data }));
    let body = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP" });
    let feedback = app.post("/api/v1/widget/feedback", body).widget(&page);
    feedback.send().await.expect(201);
    let liked = delivered().await;
    has(
        &liked[0].json(),
        &json!({ "event": "interaction.feedback", "data": { "rating": 5 } }),
    );
    let body = json!({ "agent_id": agent, "session_id": "session-1", "message": "Help!" });
    let request = app.post("/api/v1/widget/escalate", body).widget(&page);
    request.send().await.expect(201);
    assert_eq!(names(&delivered().await), ["escalation.created"]);
    owner
        .post(&app, &format!("{path}/archive"), json!({}))
        .await
        .expect(200);
    assert_eq!(names(&delivered().await), ["agent.updated"]);
}

#[tokio::test]
async fn what_a_deputy_answers_is_told_like_any_other_answer() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let owner = &program.owner;
    let events = ["interaction.created", "escalation.created"];
    let webhook = make(&app, &program, json!({ "url": HOOK, "events": events })).await;
    let (insydr, _) = owner
        .webhook(&app, "https://hooks.example.com/b", &["MESSAGE_ANSWERED"])
        .await;
    let twin = owner.program_key(&app, KeyKind::Twin).await;
    let ask = |message: &str| app.post("/v1/twin", json!({ "message": message })).bearer(&twin).send();
    let answer = ask("Can you approve the $15k contract with Acme?").await.expect(200);
    owner.deliver(&app, webhook["id"].as_str().unwrap()).await;
    let mut delivered = app.receiver.take();
    delivered.sort_by_key(|it| it.header("x-twig-event").to_owned());
    assert_eq!(delivered.len(), 2);
    let data = json!({
        "interactionId": "<msg_>",
        "prompt": "Can you approve the $15k contract with Acme?",
        "response": answer["response"],
        "confidence": answer["confidence"],
        "sources": [],
    });
    has(
        &delivered[1].json(),
        &json!({ "event": "interaction.created", "data": data }),
    );
    assert_eq!(delivered[0].header("x-twig-event"), "escalation.created");
    owner.deliver(&app, &insydr).await;
    let delivered = app.receiver.take();
    let data = json!({ "message": "Can you approve the $15k contract with Acme?", "answered": false });
    has(
        &delivered[0].json(),
        &json!({ "event": "MESSAGE_ANSWERED", "data": data }),
    );
    // With zero retention there are no webhook events, for their receivers would keep the content.
    owner.patch(&app, "", json!({ "retention_days": 0 })).await.expect(200);
    ask("Is anybody there?").await.expect(200);
    owner.deliver(&app, &insydr).await;
    assert!(app.receiver.take().is_empty());
}
