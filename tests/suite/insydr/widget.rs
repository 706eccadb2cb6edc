//! What the widget shows, and the stream of an answer.
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

const PLANS: &str =
    "# Pricing plans\n\nWe offer three plans: Free, Starter and Pro. The Pro plan costs 49 dollars a month.\n";

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

fn not_found() -> (u16, String, Option<String>) {
    (404, "NOT_FOUND".into(), None)
}

/// An owner, a key of theirs, and a published agent that knows the plans.
async fn owner_with_documents(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(app, "Pricing Page.md", PLANS).await;
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let key = app.widget_key(&owner).await;
    (owner, key, agent)
}

fn types(frames: &[Value]) -> Vec<&str> {
    let mut types: Vec<&str> = frames.iter().map(|it| it["type"].as_str().unwrap()).collect();
    types.dedup();
    types
}

#[tokio::test]
async fn the_configuration_is_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let settings = json!({
        "greeting_message": "Hi! How can I help?",
        "widget": {
            "theme": "light",
            "primary_color": "#e91919",
            "border_radius": 12,
            "position": "bottom-right",
            "greeting_enabled": true,
            "greeting_delay": 3000,
            "suggested_questions": ["What are your pricing plans?", "How do I get started?"],
            "show_powered_by": true,
            "avatar_url": "https://example.com/avatar.png"
        }
    });
    let agent = app.published_agent(&owner, settings).await;
    let key = app.widget_key(&owner).await;
    let answer = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await;
    let documented = json!({
        "agent_id": agent,
        "agent_name": "Support Bot",
        "appearance": {
            "theme": "light",
            "primary_color": "#e91919",
            "border_radius": 12,
            "position": "bottom-right"
        },
        "behavior": {
            "greeting_enabled": true,
            "greeting_delay": 3000,
            "greeting_message": "Hi! How can I help?",
            "suggested_questions": ["What are your pricing plans?", "How do I get started?"]
        },
        "branding": {
            "show_powered_by": true,
            "avatar_url": "https://example.com/avatar.png"
        },
        // Extensions.
        "visitor_token": "<token>",
        "visitor_token_expires_at": "2026-01-26T00:15:00Z"
    });
    is(&answer.expect(200), &documented);
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn the_configuration_says_nothing_of_the_inside() {
    let app = TestApp::new();
    let (owner, key, agent) = owner_with_documents(&app).await;
    let text = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .text();
    for inside in [&owner.workspace, "col_", "fallback", "threshold", "conversation_rules"] {
        assert!(!text.contains(inside), "{inside}: {text}");
    }
}

#[tokio::test]
async fn an_answer_streams_as_documented() {
    let app = TestApp::new();
    let (owner, key, agent) = owner_with_documents(&app).await;
    let body = json!({
        "agent_id": agent,
        "session_id": "sess_xyz",
        "message": "What are your pricing plans?",
        "metadata": { "page_url": "https://yoursite.com/pricing", "user_agent": "Mozilla/5.0..." }
    });
    let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-cache, no-transform"));
    let frames = answer.frames();
    assert_eq!(types(&frames), ["start", "token", "sources", "done"]);
    let count = |name: &str| frames.iter().filter(|it| it["type"] == json!(name)).count();
    assert_eq!((count("start"), count("sources"), count("done")), (1, 1, 1));
    assert!(count("token") > 5, "word by word");
    is(&frames[0], &json!({ "type": "start", "message_id": "<msg_>" }));
    for token in frames.iter().filter(|it| it["type"] == json!("token")) {
        is(token, &json!({ "type": "token", "content": "<text>" }));
    }
    let source = json!({
        "document_id": owner.get(&app, "/documents").await.expect(200)["documents"][0]["id"],
        "title": "Pricing Page.md",
        "chunk_preview": "<text>",
        "relevance_score": "<share>"
    });
    has(
        &frames[frames.len() - 2],
        &json!({ "type": "sources", "sources": [source] }),
    );
    is(
        &frames[frames.len() - 1],
        &json!({ "type": "done", "confidence": "<share>", "answered": true }),
    );
    assert!(
        answer.streamed().contains("three plans: Free, Starter and Pro"),
        "{}",
        answer.streamed()
    );
    let metadata = app
        .sql
        .column("SELECT page_url || ' ' || user_agent FROM conversations");
    assert_eq!(metadata, ["https://yoursite.com/pricing Mozilla/5.0..."]);
}

#[tokio::test]
async fn every_event_is_an_id_and_a_line_of_data() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let answer = app.ask(&key, &agent, "s", "What are your pricing plans?").send().await;
    let message = answer.frames()[0]["message_id"].as_str().unwrap().to_owned();
    let text = answer.text();
    assert!(text.ends_with("\n\n") && !text.contains('\r'));
    let events: Vec<&str> = text
        .trim_end()
        .split("\n\n")
        .filter(|it| !it.starts_with(':'))
        .collect();
    assert_eq!(events.len(), answer.frames().len());
    // An id says how much was told by then.
    let mut told = 0;
    for (event, frame) in events.iter().zip(answer.frames()) {
        let (id, data) = event.split_once('\n').unwrap();
        told += frame["content"].as_str().map_or(0, str::len);
        let place = match frame["type"].as_str().unwrap() {
            "sources" => "sources".to_owned(),
            "done" => "done".to_owned(),
            _ => told.to_string(),
        };
        assert_eq!(id, format!("id: {message}:{place}"));
        assert!(data.starts_with("data: {\"type\":") && !data.contains('\n'), "{event}");
    }
}

#[tokio::test]
async fn what_is_streamed_is_what_is_kept() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let answer = app.ask(&key, &agent, "s", "What are your pricing plans?").send().await;
    let frames = answer.frames();
    let kept = |column: &str| {
        app.sql
            .column(&format!("SELECT {column} FROM messages ORDER BY created_at"))
    };
    assert_eq!(kept("author"), ["visitor", "agent"]);
    assert_eq!(kept("status"), ["complete", "complete"]);
    assert_eq!(
        kept("text"),
        ["What are your pricing plans?".to_owned(), answer.streamed()]
    );
    assert_eq!(kept("id")[1], frames[0]["message_id"].as_str().unwrap());
    assert_eq!(kept("is_answered")[1], "1");
    let citations: Value = serde_json::from_str(&kept("citations")[1]).unwrap();
    let sources = &frames[frames.len() - 2]["sources"];
    assert_eq!(citations.as_array().unwrap().len(), sources.as_array().unwrap().len());
    assert_eq!(citations[0]["document_id"], sources[0]["document_id"]);
    let confidence: f64 = kept("confidence")[1].parse().unwrap();
    let told = frames[frames.len() - 1]["confidence"].as_f64().unwrap();
    assert!((confidence - told).abs() < 1e-9, "{confidence} {told}");
    let trace: Value = serde_json::from_str(&kept("trace")[1]).unwrap();
    has(
        &trace,
        &json!({ "agent_version": "1.1", "standalone_question": "What are your pricing plans?" }),
    );
}

#[tokio::test]
async fn what_is_not_known_is_answered_with_the_fallback() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "Pricing Page.md", PLANS).await;
    let fallback = "I don't have info on that.\n\nWould you like to talk to a human?";
    let agent = app
        .published_agent(&owner, json!({ "fallback_message": fallback }))
        .await;
    let key = app.widget_key(&owner).await;
    let answer = app
        .ask(&key, &agent, "s", "Who won the chess championship in 1972?")
        .send()
        .await;
    let frames = answer.frames();
    assert_eq!(types(&frames), ["start", "token", "sources", "done"]);
    assert_eq!(answer.streamed(), fallback);
    is(&frames[frames.len() - 2], &json!({ "type": "sources", "sources": [] }));
    is(
        &frames[frames.len() - 1],
        &json!({ "type": "done", "confidence": "<share>", "answered": false }),
    );
    assert_eq!(
        app.sql
            .column("SELECT is_answered FROM messages WHERE author = 'agent'"),
        ["0"]
    );
}

#[tokio::test]
async fn a_question_that_will_not_do_is_named() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let good = json!({ "agent_id": agent, "session_id": "s", "message": "What?" });
    for (field, value) in [
        ("message", json!("")),
        ("message", json!(" \n\t ")),
        ("message", json!("x".repeat(10_001))),
        ("message", json!("ü".repeat(10_001))),
        ("message", json!("a\u{0}b")),
        ("message", json!(null)),
        ("message", json!(["What?"])),
        ("session_id", json!("")),
        ("session_id", json!(" ")),
        ("session_id", json!("x".repeat(129))),
        ("session_id", json!(7)),
        ("agent_id", json!(null)),
        ("agent_id", json!(7)),
        ("metadata", json!("Mozilla")),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
        let text: String = value.to_string().chars().take(40).collect();
        assert_eq!(answer.refusal(), named(field), "{field}: {text}");
    }
    for field in ["agent_id", "session_id", "message"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(field);
        let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
        assert_eq!(answer.refusal(), named(field));
    }
    let mut body = good.clone();
    body["metadata"] = json!({ "page_url": 7 });
    let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
    assert_eq!(answer.refusal(), named("metadata.page_url"));
    let huge = app.ask(&key, &agent, "s", &"x".repeat(1024 * 1024)).send().await;
    assert_eq!(huge.refusal().0, 413);
    let large = app.ask(&key, &agent, "s", &"x".repeat(1_000_000)).send().await;
    assert_eq!(large.refusal(), named("message"));
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn the_longest_question_and_session_are_taken() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let longest = "ü".repeat(10_000);
    let answer = app.ask(&key, &agent, &"s".repeat(128), &longest).send().await;
    assert_eq!(types(&answer.frames()).last(), Some(&"done"), "{}", answer.text());
    assert_eq!(
        app.sql.column("SELECT text FROM messages WHERE author = 'visitor'"),
        [longest]
    );
}

#[tokio::test]
async fn what_a_browser_says_of_itself_is_cut_and_not_refused() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let body = json!({
        "agent_id": agent, "session_id": "s", "message": "What?",
        "metadata": { "page_url": "ü".repeat(5_000), "user_agent": null, "language": "de" }
    });
    let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(app.sql.column("SELECT length(page_url) FROM conversations"), ["1000"]);
    let body = json!({ "agent_id": agent, "session_id": "t", "message": "What?", "metadata": null });
    assert_eq!(
        app.post("/api/v1/widget/chat", body).widget(&key).send().await.status,
        200
    );
}

#[tokio::test]
async fn an_agent_that_is_not_published_or_not_there_is_not_found() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    let bob = app.owner("bob@example.com").await;
    let bobs = app.published_agent(&bob, json!({})).await;
    let draft = owner.agent(&app, json!({ "name": "Draft" })).await;
    let mut texts = vec![];
    for agent in [draft.as_str(), "agent_0", "", &bobs] {
        if !agent.is_empty() {
            let answer = app
                .get(&format!("/api/v1/widget/config/{agent}"))
                .widget(&key)
                .send()
                .await;
            assert_eq!(answer.refusal(), not_found(), "{agent}");
        }
        let answer = app.ask(&key, agent, "s", "What?").send().await;
        assert_eq!(answer.refusal(), not_found(), "{agent}");
        texts.push(answer.text());
    }
    assert!(texts.iter().all(|it| *it == texts[0]), "{texts:?}");
    assert_eq!(app.sql.column("SELECT id FROM conversations").len(), 0);
}
