//! Agents: made, listed, shown, changed.
use crate::harness::acts::id;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

/// The document's own request.
fn sample() -> Value {
    json!({
        "name": "Support Bot",
        "description": "Customer support assistant",
        "agent_type": "SUPPORT",
        "behavior_settings": {
            "tone": "friendly",
            "response_style": "conversational",
            "language_mode": "auto"
        },
        "response_config": {
            "max_response_length": 500,
            "confidence_threshold": 0.7,
            "show_sources": true
        },
        "greeting_message": "Hi! How can I help you today?",
        "fallback_message": "I don't have info on that. Would you like to talk to a human?"
    })
}

async fn show(app: &TestApp, owner: &Owner, agent: &str) -> Value {
    owner.get(app, &format!("/agents/{agent}")).await.expect(200)
}

#[tokio::test]
async fn making_one_answers_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let answer = owner.post(&app, "/agents", sample()).await.expect(201);
    let documented = json!({
        "id": "<agent_>",
        "name": "Support Bot",
        "status": "DRAFT",
        "agent_type": "SUPPORT",
        "version": "1.0",
        "created_at": "2026-01-26T00:00:00Z"
    });
    is(&answer, &documented);
    has(&show(&app, &owner, &id(&answer)).await, &sample());
}

#[tokio::test]
async fn the_list_is_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, sample()).await;
    let key = app.widget_key(&owner).await;
    for session in ["a", "b", "b"] {
        assert_eq!(app.ask(&key, &agent, session, "Hello?").send().await.status, 200);
    }
    let answer = owner.get(&app, "/agents").await.expect(200);
    let documented = json!({
        "agents": [{
            "id": agent,
            "name": "Support Bot",
            "status": "PUBLISHED",
            "agent_type": "SUPPORT",
            "conversation_count": 2,
            "created_at": "2026-01-26T00:00:00Z"
        }],
        "total": 1
    });
    has(&answer, &documented);
    is(&answer["agents"], &documented["agents"]);
}

#[tokio::test]
async fn one_is_shown_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = owner.collection(&app, "Product Docs").await;
    owner
        .send_file(&app, &collection, "a.txt", b"A text.")
        .await
        .expect(202);
    let mut body = sample();
    body["collection_ids"] = json!([collection]);
    body["conversation_rules"] = json!({ "max_turns": 20 });
    let agent = app.published_agent(&owner, body).await;
    let key = app.widget_key(&owner).await;
    for thumb in ["THUMBS_UP", "THUMBS_DOWN", "THUMBS_UP"] {
        let frames = app.ask(&key, &agent, "s", "Hello?").send().await.frames();
        let word = json!({ "message_id": frames[0]["message_id"], "feedback_type": thumb });
        app.post("/api/v1/widget/feedback", word)
            .widget(&key)
            .send()
            .await
            .expect(201);
    }
    let answer = show(&app, &owner, &agent).await;
    let documented = json!({
        "id": agent,
        "name": "Support Bot",
        "description": "Customer support assistant",
        "status": "PUBLISHED",
        "agent_type": "SUPPORT",
        "version": "1.1",
        "behavior_settings": sample()["behavior_settings"],
        "response_config": sample()["response_config"],
        "conversation_rules": { "max_turns": 20 },
        "greeting_message": "Hi! How can I help you today?",
        "fallback_message": "I don't have info on that. Would you like to talk to a human?",
        "knowledge_collections": [{ "id": collection, "name": "Product Docs", "document_count": 1 }],
        "stats": { "total_conversations": 1, "total_messages": 6, "avg_satisfaction": 11.0 / 3.0 },
        "published_at": "2026-01-26T00:00:00Z",
        "created_at": "2026-01-26T00:00:00Z"
    });
    has(&answer, &documented);
    has(&answer["response_config"], &json!({ "generator": "default" }));
    for nested in ["behavior_settings", "knowledge_collections", "stats"] {
        is(&answer[nested], &documented[nested]);
    }
}

#[tokio::test]
async fn a_name_is_enough() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "  Bot " })).await;
    let shown = show(&app, &owner, &agent).await;
    let defaults = json!({
        "name": "Bot",
        "description": "",
        "status": "DRAFT",
        "agent_type": "SUPPORT",
        "version": "1.0",
        "behavior_settings": { "tone": "friendly", "response_style": "conversational", "language_mode": "auto" },
        "response_config": { "max_response_length": "<count>", "confidence_threshold": "<share>", "show_sources": true },
        "conversation_rules": {},
        "greeting_message": "<text>",
        "fallback_message": "<text>",
        "knowledge_collections": [{ "id": app.default_collection(&owner).await, "document_count": 0 }],
        "stats": { "total_conversations": 0, "total_messages": 0, "avg_satisfaction": null },
        "published_at": null
    });
    has(&shown, &defaults);
}

#[tokio::test]
async fn the_list_is_filtered_by_status_and_type() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let sales = owner.agent(&app, json!({ "name": "A", "agent_type": "SALES" })).await;
    let support = owner.agent(&app, json!({ "name": "B" })).await;
    let published = app.published_agent(&owner, json!({ "agent_type": "SALES" })).await;
    for (query, expected) in [
        ("", vec![&published, &support, &sales]),
        ("?status=DRAFT", vec![&support, &sales]),
        ("?status=PUBLISHED", vec![&published]),
        ("?status=ARCHIVED", vec![]),
        ("?type=SALES", vec![&published, &sales]),
        ("?type=SUPPORT", vec![&support]),
        ("?type=NOTHING", vec![]),
        ("?status=DRAFT&type=SALES", vec![&sales]),
    ] {
        let list = owner.get(&app, &format!("/agents{query}")).await.expect(200);
        let expected: Vec<Value> = expected.iter().map(|it| json!({ "id": it })).collect();
        has(&list, &json!({ "total": expected.len(), "agents": expected }));
    }
    for wrong in ["draft", "GONE", ""] {
        let answer = owner.get(&app, &format!("/agents?status={wrong}")).await;
        assert_eq!(answer.refusal(), named("status"), "{wrong}");
    }
}

/// Every member that a change may have, each with a value that is not its default.
fn changes() -> Vec<Value> {
    vec![
        json!({ "name": "Other Bot" }),
        json!({ "description": "Another" }),
        json!({ "agent_type": "SALES" }),
        json!({ "behavior_settings": { "tone": "formal" } }),
        json!({ "behavior_settings": { "response_style": "concise" } }),
        json!({ "behavior_settings": { "language_mode": "de" } }),
        json!({ "response_config": { "max_response_length": 50 } }),
        json!({ "response_config": { "confidence_threshold": 0.25 } }),
        json!({ "response_config": { "show_sources": false } }),
        json!({ "conversation_rules": { "a": [1] } }),
        json!({ "greeting_message": "Welcome!" }),
        json!({ "fallback_message": "Sorry!" }),
        json!({ "widget": { "theme": "dark" } }),
        json!({ "widget": { "primary_color": "#e91919" } }),
        json!({ "widget": { "border_radius": 0 } }),
        json!({ "widget": { "position": "bottom-left" } }),
        json!({ "widget": { "greeting_enabled": false } }),
        json!({ "widget": { "greeting_delay": 0 } }),
        json!({ "widget": { "suggested_questions": ["What are your pricing plans?"] } }),
        json!({ "widget": { "show_powered_by": false } }),
        json!({ "widget": { "avatar_url": "https://example.com/a.png" } }),
    ]
}

/// Puts the members of one value over those of another.
fn merge(onto: &mut Value, change: &Value) {
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Object(_) if name != "conversation_rules" => merge(&mut onto[name], value),
            value => onto[name] = value.clone(),
        }
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_keeps_the_rest() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = owner.agent(&app, sample()).await;
    let mut expected = show(&app, &owner, &agent).await;
    for change in changes() {
        let changed = owner
            .patch(&app, &format!("/agents/{agent}"), change.clone())
            .await
            .expect(200);
        merge(&mut expected, &change);
        for member in ["updated_at", "revision"] {
            expected[member] = changed[member].clone();
        }
        assert_eq!(changed, expected, "{change}");
        assert_eq!(show(&app, &owner, &agent).await, changed, "{change}");
    }
    // And all of them at once, when it is made.
    let mut body = sample();
    for part in ["widget", "behavior_settings", "response_config"] {
        body[part] = json!({});
    }
    changes().iter().for_each(|it| merge(&mut body, it));
    let made = owner.agent(&app, body.clone()).await;
    has(&show(&app, &owner, &made).await, &body);
}

#[tokio::test]
async fn missing_null_and_read_only_fields_change_nothing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, sample()).await;
    let before = show(&app, &owner, &agent).await;
    for body in [
        json!({}),
        json!({ "name": null, "behavior_settings": null, "response_config": { "show_sources": null }, "widget": {} }),
        json!({ "id": "agent_1", "status": "ARCHIVED", "version": "9.9", "published_at": null, "created_at": "x" }),
        json!({ "stats": { "avg_satisfaction": 5 }, "workspace_id": "ws_1", "has_unpublished_changes": true }),
        sample(),
    ] {
        let mut after = owner
            .patch(&app, &format!("/agents/{agent}"), body.clone())
            .await
            .expect(200);
        for member in ["updated_at", "revision"] {
            after[member] = before[member].clone();
        }
        assert_eq!(after, before, "{body}");
    }
    let made = json!({ "name": "B", "status": "PUBLISHED", "version": "7.0", "id": "agent_1" });
    let made = owner.post(&app, "/agents", made).await.expect(201);
    has(&made, &json!({ "id": "<agent_>", "status": "DRAFT", "version": "1.0" }));
}

#[tokio::test]
async fn every_bad_value_is_named_by_its_full_path() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = owner.agent(&app, sample()).await;
    let before = show(&app, &owner, &agent).await;
    let wrong: Vec<(&str, Vec<Value>)> = vec![
        ("name", vec![json!(""), json!("x".repeat(201)), json!(1)]),
        ("description", vec![json!("x".repeat(2_001)), json!(["a"])]),
        (
            "agent_type",
            vec![json!("support"), json!(""), json!("A B"), json!("X".repeat(33))],
        ),
        ("behavior_settings", vec![json!("friendly"), json!(1)]),
        ("behavior_settings.tone", vec![json!("angry"), json!(""), json!(1)]),
        ("behavior_settings.response_style", vec![json!("poetic"), json!(false)]),
        (
            "behavior_settings.language_mode",
            vec![json!("english"), json!("EN"), json!("")],
        ),
        (
            "response_config.max_response_length",
            vec![json!(49), json!(4_001), json!(-1), json!(1.5), json!("500")],
        ),
        (
            "response_config.confidence_threshold",
            vec![json!(-0.1), json!(1.01), json!("0.7")],
        ),
        ("response_config.show_sources", vec![json!("yes"), json!(1)]),
        (
            "conversation_rules",
            vec![json!([]), json!({ "a": "x".repeat(16_384) })],
        ),
        ("greeting_message", vec![json!("x".repeat(1_001)), json!(1)]),
        ("fallback_message", vec![json!("x".repeat(1_001)), json!("a\u{7}")]),
        ("collection_ids", vec![json!("col_1"), json!(vec!["col_1"; 101])]),
        ("widget", vec![json!(1), json!("dark")]),
        ("widget.theme", vec![json!("blue"), json!(1)]),
        (
            "widget.primary_color",
            vec![json!("red"), json!("#fff"), json!("#12345g"), json!("2f5bea")],
        ),
        ("widget.border_radius", vec![json!(33), json!(-1)]),
        ("widget.position", vec![json!("top"), json!("")]),
        ("widget.greeting_enabled", vec![json!("true")]),
        ("widget.greeting_delay", vec![json!(60_001), json!(-1)]),
        (
            "widget.suggested_questions",
            vec![json!(vec!["q"; 7]), json!(["q".repeat(201)]), json!("q")],
        ),
        ("widget.show_powered_by", vec![json!(0)]),
        (
            "widget.avatar_url",
            vec![
                json!("avatar.png"),
                json!("http://127.0.0.1/a.png"),
                json!("javascript:alert(1)"),
            ],
        ),
    ];
    for (path, values) in wrong {
        for value in values {
            let body = match path.split_once('.') {
                Some((outer, inner)) => json!({ outer: { inner: value } }),
                None => json!({ path: value }),
            };
            let text: String = body.to_string().chars().take(80).collect();
            let answer = owner.patch(&app, &format!("/agents/{agent}"), body.clone()).await;
            assert_eq!(answer.refusal(), named(path), "{text}");
            let mut full = sample();
            full.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            assert_eq!(owner.post(&app, "/agents", full).await.refusal(), named(path), "{text}");
        }
    }
    assert_eq!(owner.post(&app, "/agents", json!({})).await.refusal(), named("name"));
    assert_eq!(show(&app, &owner, &agent).await, before);
}

#[tokio::test]
async fn an_avatar_is_taken_away_by_an_empty_address() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let url = json!({ "widget": { "avatar_url": "https://example.com/a.png" } });
    let agent = app.published_agent(&owner, url.clone()).await;
    has(&show(&app, &owner, &agent).await, &url);
    let none = json!({ "widget": { "avatar_url": "" } });
    owner.patch(&app, &format!("/agents/{agent}"), none).await.expect(200);
    let shown = show(&app, &owner, &agent).await;
    assert!(shown["widget"]["avatar_url"].is_null(), "{shown}");
}

#[tokio::test]
async fn an_unknown_agent_or_collection_is_not_found() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, sample()).await;
    let refused = (404, "NOT_FOUND".into(), None);
    assert_eq!(owner.get(&app, "/agents/agent_0").await.refusal(), refused);
    assert_eq!(owner.patch(&app, "/agents/agent_0", json!({})).await.refusal(), refused);
    assert_eq!(
        owner.post(&app, "/agents/agent_0/publish", json!({})).await.refusal(),
        refused
    );
    assert_eq!(
        owner
            .post(&app, "/agents/agent_0/test", json!({ "message": "Hi?" }))
            .await
            .refusal(),
        refused
    );
    let body = json!({ "collection_ids": [app.default_collection(&owner).await, "col_0"] });
    assert_eq!(
        owner.patch(&app, &format!("/agents/{agent}"), body).await.refusal(),
        refused
    );
}
