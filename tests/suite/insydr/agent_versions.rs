//! Agents put aside, copied, and restored to what they were.
use crate::harness::acts::id;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

async fn act(app: &TestApp, owner: &Owner, agent: &str, what: &str) -> Value {
    let answer = owner.post(app, &format!("/agents/{agent}/{what}"), json!({})).await;
    answer.expect(200)
}

async fn publish(app: &TestApp, owner: &Owner, agent: &str, greeting: &str) {
    let change = json!({ "greeting_message": greeting });
    owner.patch(app, &format!("/agents/{agent}"), change).await.expect(200);
    act(app, owner, agent, "publish").await;
}

fn not_found() -> (u16, String, Option<String>) {
    (404, "NOT_FOUND".into(), None)
}

#[tokio::test]
async fn an_archived_agent_answers_again_only_once_published() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let status = async || app.ask(&key, &agent, "s", "What?").send().await.status;
    assert_eq!(status().await, 200);
    let archived = act(&app, &owner, &agent, "archive").await;
    has(
        &archived,
        &json!({ "id": agent, "status": "ARCHIVED", "version": "1.1" }),
    );
    assert_eq!(status().await, 404);
    has(
        &act(&app, &owner, &agent, "archive").await,
        &json!({ "status": "ARCHIVED" }),
    );
    let back = act(&app, &owner, &agent, "unarchive").await;
    has(&back, &json!({ "status": "DRAFT", "has_unpublished_changes": true }));
    assert_eq!(status().await, 404);
    act(&app, &owner, &agent, "publish").await;
    assert_eq!(status().await, 200);
    let same = act(&app, &owner, &agent, "unarchive").await;
    has(
        &same,
        &json!({ "status": "PUBLISHED", "version": "1.2", "has_unpublished_changes": false }),
    );
}

#[tokio::test]
async fn a_copy_has_the_drafts_settings_and_a_life_of_its_own() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app
        .published_agent(&owner, json!({ "greeting_message": "Hello!" }))
        .await;
    let path = format!("/agents/{agent}/duplicate");
    let copy = owner.post(&app, &path, json!({})).await.expect(201);
    let expected = json!({
        "id": "<agent_>", "name": "Support Bot (copy)", "status": "DRAFT", "agent_type": "SUPPORT", "version": "1.0",
        "created_at": "<time>"
    });
    is(&copy, &expected);
    let shown = owner.get(&app, &format!("/agents/{}", id(&copy))).await.expect(200);
    has(
        &shown,
        &json!({ "greeting_message": "Hello!", "name": "Support Bot (copy)", "published_at": null }),
    );
    assert_eq!(shown["knowledge_collections"].as_array().unwrap().len(), 1);
    publish(&app, &owner, &id(&copy), "Changed").await;
    let original = owner.get(&app, &format!("/agents/{agent}")).await.expect(200);
    assert_eq!(original["greeting_message"], "Hello!");
    let named = owner.post(&app, &path, json!({ "name": "Sales" })).await.expect(201);
    assert_eq!(named["name"], "Sales");
    let wrong = owner.post(&app, &path, json!({ "name": " " })).await;
    assert_eq!(wrong.refusal(), (400, "VALIDATION_ERROR".into(), Some("name".into())));
}

#[tokio::test]
async fn the_copy_of_a_long_name_fits() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "ü".repeat(200) })).await;
    let copy = owner.post(&app, &format!("/agents/{agent}/duplicate"), json!({})).await;
    let name = copy.expect(201)["name"].as_str().unwrap().to_owned();
    assert_eq!(name, format!("{} (copy)", "ü".repeat(193)));
}

#[tokio::test]
async fn agent_versions_are_listed_newest_first_with_settings() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app
        .published_agent(&owner, json!({ "greeting_message": "First" }))
        .await;
    publish(&app, &owner, &agent, "Second").await;
    let version = |name: &str, is_published: bool| json!({ "version": name, "published_at": "<time>", "is_published": is_published });
    let list = owner.get(&app, &format!("/agents/{agent}/versions")).await.expect(200);
    is(
        &list,
        &json!({ "versions": [version("1.2", true), version("1.1", false)], "total": 2 }),
    );
    let first = owner
        .get(&app, &format!("/agents/{agent}/versions/1.1"))
        .await
        .expect(200);
    has(&first, &version("1.1", false));
    has(
        &first,
        &json!({ "greeting_message": "First", "behavior_settings": { "tone": "friendly" }, "widget": { "theme": "light" } }),
    );
    for wrong in ["1.3", "1.0", "2.1", "1", "1.01x", "-1", "1.+1", "latest"] {
        let answer = owner.get(&app, &format!("/agents/{agent}/versions/{wrong}")).await;
        assert_eq!(answer.refusal(), not_found(), "{wrong}");
    }
    let fresh = owner.agent(&app, json!({ "name": "Fresh" })).await;
    let none = owner.get(&app, &format!("/agents/{fresh}/versions")).await.expect(200);
    assert_eq!(none, json!({ "versions": [], "total": 0 }));
}

#[tokio::test]
async fn a_restored_version_is_a_draft_until_it_is_published() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let gone = owner.collection(&app, "Gone").await;
    let settings = json!({ "greeting_message": "First", "name": "One", "collection_ids": [gone] });
    let agent = app.published_agent(&owner, settings).await;
    owner
        .patch(
            &app,
            &format!("/agents/{agent}"),
            json!({ "name": "Two", "collection_ids": [] }),
        )
        .await
        .expect(200);
    publish(&app, &owner, &agent, "Second").await;
    owner.delete(&app, &format!("/collections/{gone}")).await.expect(200);
    let restored = act(&app, &owner, &agent, "versions/1.1/restore").await;
    let expected =
        json!({ "name": "One", "greeting_message": "First", "version": "1.2", "has_unpublished_changes": true });
    has(&restored, &expected);
    assert_eq!(restored["knowledge_collections"], json!([]), "what is gone stays gone");
    let key = app.widget_key(&owner).await;
    let config = format!("/api/v1/widget/config/{agent}");
    let seen = async || app.get(&config).widget(&key).send().await.expect(200)["behavior"]["greeting_message"].clone();
    assert_eq!(seen().await, "Second");
    act(&app, &owner, &agent, "publish").await;
    assert_eq!(seen().await, "First");
    let current = act(&app, &owner, &agent, "versions/1.3/restore").await;
    assert_eq!(current["has_unpublished_changes"], json!(false));
    let missing = owner
        .post(&app, &format!("/agents/{agent}/versions/1.9/restore"), json!({}))
        .await;
    assert_eq!(missing.refusal(), not_found());
}
