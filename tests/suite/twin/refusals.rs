//! Refusals in this dialect: `{"error": "…"}`, whatever went wrong and wherever.
use super::{Program, refused};
use crate::harness::TestApp;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_message_a_context_and_a_name_are_measured_in_characters() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let ask = |body| program.post(&app, "/v1/twin", body);
    assert_eq!(ask(json!({ "message": "é".repeat(2_000) })).await.status, 200);
    let long = ask(json!({ "message": "é".repeat(2_001) })).await;
    refused(&long, 400, "Message too long (max 2000 chars).");
    let context = |context: String| ask(json!({ "message": "Is anybody there?", "context": context }));
    assert_eq!(context("日".repeat(4_000)).await.status, 200);
    refused(
        &context("日".repeat(4_001)).await,
        400,
        "Context too long (max 4000 chars).",
    );
    let name = |name: String| ask(json!({ "message": "Is anybody there?", "askedBy": name }));
    assert_eq!(name("ñ".repeat(200)).await.status, 200);
    refused(&name("ñ".repeat(201)).await, 400, "AskedBy too long (max 200 chars).");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_fault() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for body in [json!({}), json!({ "message": null }), json!({ "message": "  " })] {
        let answer = program.post(&app, "/v1/twin", body).await;
        refused(&answer, 400, "message is required.");
    }
    let send = |media_type: &str, body: &str| {
        let call = program.call(&app, Method::POST, "/v1/twin");
        call.header("content-type", media_type).body(body).send()
    };
    refused(
        &send("application/json", "[]").await,
        400,
        "the body must be an object.",
    );
    let text = send("text/plain", "{}").await;
    refused(&text, 415, "the content type must be application/json, is text/plain.");
    for (body, part) in [
        ("{", "not valid JSON"),
        (r#"{"message": 1}"#, "message has the wrong type"),
    ] {
        let answer = send("application/json", body).await;
        let error = answer.expect(400)["error"].as_str().unwrap().to_owned();
        assert!(error.contains(part) && error.ends_with('.'), "{error}");
    }
    assert_eq!(send("application/json", &" ".repeat(1_048_577)).await.status, 413);
}

#[tokio::test]
async fn a_key_that_will_not_do_is_refused_alike() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let others = ["widget", "twig", "builder"];
    let mut keys = vec![
        "twin_live_sk_a8f2c4e1...".to_owned(),
        "twin_live_".into(),
        format!("{}x", program.key),
    ];
    for kind in others {
        let body = json!({ "name": "Other", "kind": kind });
        let key = program.owner.post(&app, "/api-keys", body).await.expect(201);
        keys.push(key["key"].as_str().unwrap().to_owned());
    }
    for key in keys {
        let answer = app.get("/v1/stats").bearer(&key).send().await;
        refused(&answer, 401, "the API key is not valid.");
    }
    let answer = app.get("/v1/stats").send().await;
    refused(&answer, 401, "the Authorization header is missing.");
    // The key of another dialect opens nothing there either.
    let insydr = app.get("/api/v1/auth/me").bearer(&program.key).send().await;
    assert_eq!(insydr.refusal().0, 401);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_then_on() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    assert_eq!(program.get(&app, "/v1/stats").await.status, 200);
    let keys = program.owner.get(&app, "/api-keys").await.expect(200);
    let id = keys["api_keys"][0]["id"].as_str().unwrap();
    assert!(keys["api_keys"][0]["last_used_at"].is_string(), "{keys}");
    program.owner.delete(&app, &format!("/api-keys/{id}")).await.expect(200);
    refused(&program.get(&app, "/v1/stats").await, 401, "the API key is not valid.");
}

#[tokio::test]
async fn wrong_methods_and_paths_are_refused_in_this_dialect() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let answer = program.get(&app, "/v1/twin").await;
    refused(&answer, 405, "GET is not allowed here.");
    assert_eq!(answer.header("allow"), Some("POST"));
    refused(&program.get(&app, "/v1/kb/a/b").await, 404, "page not found.");
    refused(&program.get(&app, "/v1/nothing").await, 404, "page not found.");
}
