//! Changes at the same time: what different people change stays, and who has an older draft is told.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::request::Answer;
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};

/// Sends three changes such that each has read before any of them writes, and returns what is there then.
async fn at_once(app: &TestApp, owner: &Owner, path: &str, statement: &str, changes: [Value; 3]) -> Value {
    let [first, second, third] = changes;
    let send = async |body: Value| {
        owner.patch(app, path, body).await.expect(200);
    };
    // The first waits before its write, the second during the first, and the third is done meanwhile.
    let inner = async {
        tokio::join!(send(second), app.sql.hold_next(statement, send(third)));
    };
    tokio::join!(send(first), app.sql.hold_next(statement, inner));
    owner.get(app, path).await.expect(200)
}

#[tokio::test]
async fn three_changes_of_a_workspace_at_once_all_stay() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let changes = [
        json!({ "name": "New name", "settings": { "a": 1 } }),
        json!({ "timezone": "Europe/Berlin", "settings": { "b": { "c": 2 } } }),
        json!({ "retention_days": 0, "logo_url": "https://example.com/a.png" }),
    ];
    let shown = at_once(&app, &owner, "", "UPDATE workspaces SET name", changes.clone()).await;
    changes.iter().for_each(|it| has(&shown, it));
}

#[tokio::test]
async fn settings_of_a_workspace_change_by_member() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let set = async |settings: Value| owner.patch(&app, "", json!({ "settings": settings })).await;
    set(json!({ "a": 1, "b": { "c": [1, null] } })).await.expect(200);
    let shown = set(json!({ "a": null, "b": { "d": true } })).await.expect(200);
    assert_eq!(shown["settings"], json!({ "b": { "c": [1, null], "d": true } }));
    // They do not grow beyond their limit by being changed often.
    set(json!({ "e": "x".repeat(10_000) })).await.expect(200);
    let refused = set(json!({ "f": "x".repeat(10_000) })).await;
    assert_eq!(
        refused.refusal(),
        (400, "VALIDATION_ERROR".into(), Some("settings".into()))
    );
    set(json!({ "e": null, "f": "x".repeat(10_000) })).await.expect(200);
}

#[tokio::test]
async fn three_changes_of_an_agent_at_once_all_stay() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let path = format!("/agents/{agent}");
    let changes = [
        json!({ "name": "Other bot", "widget": { "theme": "dark" } }),
        json!({ "behavior_settings": { "tone": "formal" }, "widget": { "avatar_url": "https://example.com/a.png" } }),
        json!({ "response_config": { "confidence_threshold": 0.25 }, "conversation_rules": { "a": null } }),
    ];
    let shown = at_once(&app, &owner, &path, "UPDATE agents SET name", changes.clone()).await;
    changes.iter().for_each(|it| has(&shown, it));
    assert_eq!(shown["revision"], 5, "made, filled and changed three times");
    // Of one member the last one holds, and rules are one member.
    owner
        .patch(&app, &path, json!({ "conversation_rules": { "b": 1 } }))
        .await
        .expect(200);
    assert_eq!(
        owner.get(&app, &path).await.expect(200)["conversation_rules"],
        json!({ "b": 1 })
    );
}

#[tokio::test]
async fn three_changes_of_a_website_at_once_all_stay() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({})).await;
    let path = format!("/documents/{source}");
    owner.post(&app, &format!("{path}/cancel"), json!({})).await.expect(200);
    let change = async |body: Value| {
        owner.patch(&app, &format!("{path}/crawl"), body).await.expect(200);
    };
    let inner = async {
        let last = change(json!({ "include_patterns": ["/docs/*"] }));
        tokio::join!(
            change(json!({ "refresh_frequency": "DAILY" })),
            app.sql.hold_next("UPDATE sources SET max_pages", last)
        );
    };
    tokio::join!(
        change(json!({ "max_pages": 7 })),
        app.sql.hold_next("UPDATE sources SET max_pages", inner)
    );
    let row = "SELECT max_pages || ' ' || refresh || ' ' || include_patterns || ' ' || (next_step_at - ended_at)
         FROM sources";
    assert_eq!(app.sql.column(row), ["7 DAILY [\"/docs/*\"] 86400000"]);
}

#[tokio::test]
async fn two_changes_of_a_collection_at_once_both_stay() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = owner.collection(&app, "Docs").await;
    let path = format!("/collections/{collection}");
    let change = async |body: Value| {
        owner.patch(&app, &path, body).await.expect(200);
    };
    tokio::join!(
        change(json!({ "name": "Manuals" })),
        app.sql.hold_next(
            "UPDATE collections SET name",
            change(json!({ "description": "For all" }))
        )
    );
    let row = "SELECT name || ': ' || description FROM collections WHERE is_default = 0";
    assert_eq!(app.sql.column(row), ["Manuals: For all"]);
}

#[tokio::test]
async fn two_changes_of_a_twin_at_once_both_stay() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = owner.program_key(&app, KeyKind::Twin).await;
    let change = async |body: Value| {
        let call = app.call(Method::PUT, "/v1/settings").bearer(&key).json(&body);
        call.send().await.expect(200);
    };
    change(json!({})).await;
    tokio::join!(
        change(json!({ "ownerName": "AK", "confidenceThreshold": 0.5 })),
        app.sql
            .hold_next("UPDATE deputies SET", change(json!({ "minutesSavedPerAnswer": 9 })))
    );
    let shown = app.get("/v1/settings").bearer(&key).send().await.expect(200);
    has(
        &shown,
        &json!({ "ownerName": "AK", "minutesSavedPerAnswer": 9, "confidenceThreshold": 0.5 }),
    );
}

async fn patch_if(app: &TestApp, who: &Owner, path: &str, tag: &str, body: Value) -> Answer {
    let call = who.call(app, Method::PATCH, path).header("if-match", tag);
    call.json(&body).send().await
}

#[tokio::test]
async fn the_editor_of_an_older_draft_is_told_who_changed_it() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, "bob@example.com", "MEMBER").await;
    let rename = json!({ "full_name": "Bob Builder" });
    let me = app.patch("/api/v1/auth/me", rename).bearer(&bob.token);
    let bobs = id(&me.send().await.expect(200));
    let agent = ann.agent(&app, json!({ "name": "Bot" })).await;
    let path = format!("/agents/{agent}");
    let seen = ann.get(&app, &path).await;
    let tag = seen.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", seen.expect(200)["revision"]));
    app.clock.advance(MINUTE);
    let changed = patch_if(&app, &bob, &path, &tag, json!({ "description": "Bob's" })).await;
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    has(
        &changed.expect(200),
        &json!({ "updated_by": { "kind": "person", "id": bobs, "name": "Bob Builder" } }),
    );
    // Told by a webhook only of what happens.
    ann.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let key = ann.program_key(&app, KeyKind::Twig).await;
    let hook = json!({ "url": HOOK, "events": ["agent.updated"] });
    app.post("/api/webhooks", hook).bearer(&key).send().await.expect(201);
    let before = app.everything();
    for stale in [tag.as_str(), "W/\"2\"", "\"nonsense\"", "\"1\", \"99\""] {
        let refused = patch_if(&app, &ann, &path, stale, json!({ "description": "Ann's" })).await;
        assert_eq!(refused.refusal(), (412, "PRECONDITION_FAILED".into(), None), "{stale}");
        let text = refused.text();
        assert!(
            text.contains("Bob Builder") && text.contains("2026-01-26T00:01:00Z"),
            "{text}"
        );
    }
    let publish = ann
        .call(&app, Method::POST, &format!("{path}/publish"))
        .header("if-match", &tag);
    assert_eq!(publish.json(&json!({})).send().await.refusal().0, 412);
    assert_eq!(app.everything(), before, "a refused change leaves nothing behind");
    // Without the condition different members come together, and of one the last holds.
    ann.patch(&app, &path, json!({ "greeting_message": "Hi" }))
        .await
        .expect(200);
    let shown = ann.get(&app, &path).await;
    has(
        &shown.expect(200),
        &json!({ "description": "Bob's", "greeting_message": "Hi" }),
    );
    let tag = shown.header("etag").unwrap();
    let list = format!("\"1\", {tag}");
    let changed = patch_if(&app, &ann, &path, &list, json!({ "description": "Ann's" })).await;
    let tag = changed.header("etag").unwrap();
    let publish = ann
        .call(&app, Method::POST, &format!("{path}/publish"))
        .header("if-match", tag);
    let published = publish.json(&json!({})).send().await;
    let revision = published.expect(200)["revision"].clone();
    assert_eq!(published.header("etag"), Some(format!("\"{revision}\"").as_str()));
    assert_eq!(ann.get(&app, &path).await.expect(200)["revision"], revision);
    patch_if(&app, &ann, &path, "*", json!({ "description": "Any" }))
        .await
        .expect(200);
}

#[tokio::test]
async fn every_way_to_change_an_agent_counts_its_revision_up() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let path = format!("/agents/{agent}");
    let mut last = owner.get(&app, &path).await.expect(200)["revision"].as_u64().unwrap();
    for way in ["publish", "archive", "unarchive", "versions/1.1/restore"] {
        owner.post(&app, &format!("{path}/{way}"), json!({})).await.expect(200);
        let now = owner.get(&app, &path).await.expect(200)["revision"].as_u64().unwrap();
        assert!(now > last, "{way}: {last} {now}");
        last = now;
    }
}

#[tokio::test]
async fn a_publish_takes_the_draft_as_it_is_then() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let path = format!("/agents/{agent}");
    let change = async {
        let body = json!({ "greeting_message": "Welcome!" });
        owner.patch(&app, &path, body).await.expect(200);
    };
    let publish = format!("{path}/publish");
    let publish = owner.post(&app, &publish, json!({}));
    let (published, ()) = tokio::join!(publish, app.sql.hold_next("INSERT INTO agent_versions", change));
    published.expect(200);
    let shown = owner.get(&app, &path).await.expect(200);
    assert_eq!(shown["has_unpublished_changes"], false);
    let version = owner.get(&app, &format!("{path}/versions/1.1")).await.expect(200);
    assert_eq!(version["greeting_message"], "Welcome!");
}
