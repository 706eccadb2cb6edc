//! Drafts and what is published of them.
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use edge_model::time::MINUTE;
use serde_json::{Value, json};

async fn publish(app: &TestApp, owner: &Owner, agent: &str) -> Value {
    owner
        .post(app, &format!("/agents/{agent}/publish"), json!({}))
        .await
        .expect(200)
}

async fn change(app: &TestApp, owner: &Owner, agent: &str, body: Value) -> Value {
    owner.patch(app, &format!("/agents/{agent}"), body).await.expect(200)
}

async fn show(app: &TestApp, owner: &Owner, agent: &str) -> Value {
    owner.get(app, &format!("/agents/{agent}")).await.expect(200)
}

async fn config(app: &TestApp, agent: &str, key: &str) -> Value {
    let path = format!("/api/v1/widget/config/{agent}");
    app.get(&path).widget(key).send().await.expect(200)
}

#[tokio::test]
async fn publishing_answers_as_documented_and_counts_up() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Support Bot" })).await;
    let documented = json!({
        "message": "Agent published successfully",
        "version": "1.1",
        "published_at": "2026-01-26T00:00:00Z"
    });
    has(&publish(&app, &owner, &agent).await, &documented);
    let shown = json!({ "status": "PUBLISHED", "version": "1.1", "published_at": "2026-01-26T00:00:00Z" });
    has(&show(&app, &owner, &agent).await, &shown);
    app.clock.advance(MINUTE);
    let second = publish(&app, &owner, &agent).await;
    has(
        &second,
        &json!({ "message": "<text>", "version": "1.2", "published_at": "2026-01-26T00:01:00Z" }),
    );
    has(
        &show(&app, &owner, &agent).await,
        &json!({ "version": "1.2", "created_at": "2026-01-26T00:00:00Z" }),
    );
}

#[tokio::test]
async fn two_who_publish_at_once_make_two_versions() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Support Bot" })).await;
    let (a, b) = tokio::join!(publish(&app, &owner, &agent), publish(&app, &owner, &agent));
    let mut versions = [a["version"].clone(), b["version"].clone()];
    versions.sort_by_key(ToString::to_string);
    assert_eq!(versions, [json!("1.1"), json!("1.2")]);
    assert_eq!(
        app.sql.column("SELECT version FROM agent_versions ORDER BY version"),
        ["1", "2"]
    );
}

#[tokio::test]
async fn a_draft_answers_tests_and_the_published_one_visitors() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    let old = json!({
        "name": "Old Bot",
        "greeting_message": "Old greeting",
        "fallback_message": "Old fallback.",
        "widget": { "primary_color": "#111111", "suggested_questions": ["Old?"] }
    });
    let agent = app.published_agent(&owner, old).await;
    let new = json!({
        "name": "New Bot",
        "greeting_message": "New greeting",
        "fallback_message": "New fallback.",
        "widget": { "primary_color": "#222222", "suggested_questions": [] }
    });
    let changed = change(&app, &owner, &agent, new).await;
    has(
        &changed,
        &json!({ "name": "New Bot", "version": "1.1", "status": "PUBLISHED" }),
    );
    let seen = |name: &str, color: &str, greeting: &str, questions: Value| {
        json!({
            "agent_name": name,
            "appearance": { "primary_color": color },
            "behavior": { "greeting_message": greeting, "suggested_questions": questions }
        })
    };
    let ask = async || app.ask(&key, &agent, "s", "What?").send().await.streamed();
    has(
        &config(&app, &agent, &key).await,
        &seen("Old Bot", "#111111", "Old greeting", json!(["Old?"])),
    );
    assert_eq!(ask().await, "Old fallback.");
    assert_eq!(
        owner.test(&app, &agent, "What?").await["response"],
        json!("New fallback.")
    );
    publish(&app, &owner, &agent).await;
    has(
        &config(&app, &agent, &key).await,
        &seen("New Bot", "#222222", "New greeting", json!([])),
    );
    assert_eq!(ask().await, "New fallback.");
}

#[tokio::test]
async fn whether_there_is_something_to_publish_is_told() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Support Bot" })).await;
    let is_changed = async || show(&app, &owner, &agent).await["has_unpublished_changes"].clone();
    assert_eq!(is_changed().await, json!(true), "nothing is published yet");
    publish(&app, &owner, &agent).await;
    assert_eq!(is_changed().await, json!(false));
    for same in [
        json!({}),
        json!({ "name": "Support Bot" }),
        json!({ "response_config": { "show_sources": true } }),
    ] {
        let answer = change(&app, &owner, &agent, same.clone()).await;
        assert_eq!(answer["has_unpublished_changes"], json!(false), "{same}");
        assert_eq!(is_changed().await, json!(false), "{same}");
    }
    let answer = change(&app, &owner, &agent, json!({ "greeting_message": "Hello!" })).await;
    assert_eq!(answer["has_unpublished_changes"], json!(true));
    assert_eq!(is_changed().await, json!(true));
    // A change that changes nothing does not take that back.
    change(&app, &owner, &agent, json!({})).await;
    assert_eq!(is_changed().await, json!(true));
    publish(&app, &owner, &agent).await;
    assert_eq!(is_changed().await, json!(false));
}

#[tokio::test]
async fn what_was_published_is_never_changed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app
        .published_agent(&owner, json!({ "greeting_message": "First" }))
        .await;
    let first = app.sql.column("SELECT config FROM agent_versions WHERE version = 1");
    change(&app, &owner, &agent, json!({ "greeting_message": "Second" })).await;
    publish(&app, &owner, &agent).await;
    assert_eq!(
        app.sql.column("SELECT config FROM agent_versions WHERE version = 1"),
        first
    );
    assert_eq!(app.sql.column("SELECT count(*) FROM agent_versions"), ["2"]);
}

#[tokio::test]
async fn an_archived_agent_is_not_published() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    app.sql.execute("UPDATE agents SET status = 'ARCHIVED'", &[]);
    let answer = owner.post(&app, &format!("/agents/{agent}/publish"), json!({})).await;
    assert_eq!(answer.refusal(), (409, "CONFLICT".into(), None));
    let answer = app.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None));
    let list = owner.get(&app, "/agents?status=ARCHIVED").await.expect(200);
    has(&list, &json!({ "agents": [{ "id": agent }], "total": 1 }));
}
