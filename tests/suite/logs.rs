//! What is logged: never a value that a caller sent.
use crate::harness::TestApp;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

/// Stands for a password that a client sends as a number.
const NUMBER: u64 = 1_234_567_890_123;
const WORD: &str = "hunter2-is-a-password";

#[tokio::test]
async fn a_value_of_the_wrong_type_is_neither_logged_nor_said() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let page = app.widget_key(&owner).await;
    let twin = owner.program_key(&app, KeyKind::Twin).await;
    let twig = owner.program_key(&app, KeyKind::Twig).await;
    let builder = owner.program_key(&app, KeyKind::Builder).await;
    let auth = |path: &str, body: Value| app.post(&format!("/api/v1/auth/{path}"), body);
    let calls = [
        auth("login", json!({ "email": "a@b.example", "password": NUMBER })),
        auth("login", json!({ "email": { "it": WORD }, "password": "x" })),
        auth(
            "signup",
            json!({ "email": "a@b.example", "password": NUMBER, "full_name": "A" }),
        ),
        auth(
            "reset-password",
            json!({ "email": "a@b.example", "otp_code": NUMBER, "password": "x" }),
        ),
        auth("login", json!(WORD)),
        owner
            .call(&app, Method::PATCH, "")
            .json(&json!({ "retention_days": WORD })),
        owner
            .call(&app, Method::POST, "/agents")
            .json(&json!({ "name": "Bot", "response_config": { "confidence_threshold": WORD } })),
        app.post(
            "/api/v1/widget/chat",
            json!({ "agent_id": agent, "session_id": "s", "message": NUMBER }),
        )
        .widget(&page),
        app.post("/v1/twin", json!({ "message": NUMBER }))
            .keyed(KeyKind::Twin, &twin),
        app.post("/v1/kb", json!({ "title": "t", "content": [WORD] }))
            .keyed(KeyKind::Twin, &twin),
        app.post(
            "/api/webhooks",
            json!({ "url": "https://a.example", "events": [], "secret": NUMBER }),
        )
        .keyed(KeyKind::Twig, &twig),
        app.post(
            &format!("/v1/agents/{agent}/webhooks"),
            json!({ "url": NUMBER, "events": WORD }),
        )
        .keyed(KeyKind::Builder, &builder),
    ];
    app.log.lock().unwrap().clear();
    for (number, call) in calls.into_iter().enumerate() {
        let answer = call.send().await;
        assert!((400..500).contains(&answer.status), "{number}: {}", answer.text());
        for text in [answer.text(), app.log.lock().unwrap().pop().unwrap()] {
            assert!(
                !text.contains(&NUMBER.to_string()) && !text.contains(WORD),
                "{number}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn what_a_refusal_says_of_others_texts_is_not_logged() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let patch = owner.call(&app, Method::PATCH, &format!("/agents/{agent}"));
    let calls = [
        app.get(&format!("/api/v1/widget/config/{agent}"))
            .header("x-api-key", &key)
            .header("origin", "https://hunter2-is-a-password.example"),
        owner
            .call(&app, Method::POST, "/api-keys")
            .json(&json!({ "name": "K", "allowed_domains": ["hunter2-is-a-password!"] })),
        app.call(Method::POST, "/api/v1/auth/login")
            .header("content-type", "text/hunter2-is-a-password"),
        // The name of who changed it last is in the answer.
        patch.json(&json!({ "name": "B" })).header("if-match", "\"999\""),
    ];
    app.log.lock().unwrap().clear();
    for (number, call) in calls.into_iter().enumerate() {
        let answer = call.send().await;
        assert!((400..500).contains(&answer.status), "{number}: {}", answer.text());
        let entry = app.log.lock().unwrap().pop().unwrap();
        assert!(
            !entry.contains(WORD) && !entry.contains("Ann Example"),
            "{number}: {entry}"
        );
        assert!(
            entry.contains("error.kind") && entry.contains("error.at"),
            "{number}: {entry}"
        );
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named_with_what_is_expected() {
    let app = TestApp::new();
    let body = json!({ "email": "a@b.example", "password": NUMBER });
    let answer = app.post("/api/v1/auth/login", body).send().await;
    assert_eq!(
        answer.refusal(),
        (400, "VALIDATION_ERROR".into(), Some("password".into()))
    );
    assert!(answer.text().contains("expected a string"), "{}", answer.text());
    let entry = app.log.lock().unwrap().pop().unwrap();
    assert!(
        entry.contains("password") && entry.contains("expected a string"),
        "{entry}"
    );
}
