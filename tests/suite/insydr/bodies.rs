//! Bodies made to confuse: refused in the words of the dialect, never half understood.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use http::Method;
use serde_json::{Value, json};

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

#[tokio::test]
async fn a_list_is_no_object() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    for member in ["behavior_settings", "response_config", "widget"] {
        for list in [json!([]), json!(["dark"])] {
            let body = json!({ "name": "Bot", member: list });
            assert_eq!(owner.post(&app, "/agents", body.clone()).await.refusal(), named(member));
            let answer = owner.patch(&app, &format!("/agents/{agent}"), body).await;
            assert_eq!(answer.refusal(), named(member));
        }
    }
    let body = json!({ "agent_id": agent, "session_id": "s", "message": "What?", "metadata": ["https://example.com"] });
    let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
    assert_eq!(answer.refusal(), named("metadata"));
}

#[tokio::test]
async fn what_is_no_json_is_told_from_what_will_not_do() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let send = async |body: &str| -> Answer {
        let call = owner
            .call(&app, Method::POST, "/agents")
            .header("content-type", "application/json");
        call.body(body).send().await
    };
    let deep = format!(
        r#"{{"name":"B","conversation_rules":{}{}}}"#,
        r#"{"a":"#.repeat(10_000),
        "}".repeat(10_000)
    );
    for body in [
        "",
        "null",
        "7",
        "\"name\"",
        "{'name':'B'}",
        "{\"name\":\"B\",}",
        "{\"name\":\"B\"} x",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"B\",\"response_config\":{\"confidence_threshold\":NaN}}",
        "{\"name\":\"B\",\"response_config\":{\"confidence_threshold\":1e999}}",
        "{\"name\":\"B\",\"name\":\"C\"}",
        &deep,
    ] {
        let answer = send(body).await;
        let (status, code, _) = answer.refusal();
        let text: String = body.chars().take(60).collect();
        assert_eq!(status, 400, "{text}");
        let expected = if body.is_empty() {
            "VALIDATION_ERROR"
        } else {
            "BAD_REQUEST"
        };
        assert_eq!(code, expected, "{text}: {}", answer.text());
    }
    let big = "{\"name\":\"B\",\"response_config\":{\"max_response_length\":99999999999999999999}}";
    assert_eq!(send(big).await.refusal(), named("response_config.max_response_length"));
    assert_eq!(app.sql.column("SELECT id FROM agents").len(), 0);
}

#[tokio::test]
async fn free_members_come_back_as_they_were_given() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let rules: Value = json!({
        "__proto__": { "admin": true }, "constructor": null, "": "", "größe": [1.5, -7, 1e21],
        "deep": { "a": { "b": { "c": [[[]]] } } }, "script": "</script><script>alert(1)</script>"
    });
    let agent = owner
        .agent(&app, json!({ "name": "Bot", "conversation_rules": rules }))
        .await;
    let shown = owner.get(&app, &format!("/agents/{agent}")).await.expect(200);
    assert_eq!(shown["conversation_rules"], rules);
    let changed = owner.patch(&app, "", json!({ "settings": rules })).await.expect(200);
    // They are changed by member, and null takes one away.
    let mut settings = rules.clone();
    settings.as_object_mut().unwrap().remove("constructor");
    assert_eq!(changed["settings"], settings);
}
