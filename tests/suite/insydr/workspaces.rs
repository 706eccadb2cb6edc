//! Workspaces: made, shown, changed.
use crate::harness::acts::id;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

async fn create(app: &TestApp, token: &str, body: Value) -> crate::harness::request::Answer {
    app.post("/api/v1/workspaces", body).bearer(token).send().await
}

#[tokio::test]
async fn making_one_answers_as_documented() {
    let app = TestApp::new();
    let token = app.sign_up("ann@example.com").await;
    let body = json!({
        "name": "My Company",
        "timezone": "Asia/Kolkata",
        "settings": { "notifications_enabled": true }
    });
    let answer = create(&app, &token, body).await.expect(201);
    let me = app.get("/api/v1/auth/me").bearer(&token).send().await.expect(200);
    let documented = json!({
        "id": "<ws_>",
        "name": "My Company",
        "slug": answer["slug"],
        "owner_id": id(&me),
        "subscription_tier": "FREE",
        "created_at": "2026-01-26T00:00:00Z"
    });
    is(&answer, &documented);
    let path = format!("/api/v1/workspaces/{}", id(&answer));
    let shown = app.get(&path).bearer(&token).send().await.expect(200);
    has(
        &shown,
        &json!({ "timezone": "Asia/Kolkata", "settings": { "notifications_enabled": true } }),
    );
    assert_eq!(shown["settings"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_is_enough() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let shown = owner.get(&app, "").await.expect(200);
    has(&shown, &json!({ "timezone": "UTC", "logo_url": null }));
    assert_eq!(shown["settings"], json!({}));
    // With somewhere to put documents.
    let collections = owner.get(&app, "/collections").await.expect(200);
    has(
        &collections,
        &json!({ "collections": [{ "is_default": true }], "total": 1 }),
    );
}

/// A workspace with an agent, a document, and a question that was answered.
async fn busy(app: &TestApp) -> Owner {
    let owner = app.owner("ann@example.com").await;
    owner
        .upload_and_index(app, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    assert_eq!(
        app.ask(&key, &agent, "s", "When are you open?").send().await.status,
        200
    );
    owner
}

#[tokio::test]
async fn the_list_is_as_documented() {
    let app = TestApp::new();
    let owner = busy(&app).await;
    let answer = app
        .get("/api/v1/workspaces")
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    let documented = json!({
        "workspaces": [{
            "id": owner.workspace,
            "name": "My Company",
            "slug": "<text>",
            "role": "OWNER",
            "agent_count": 1,
            "document_count": 1
        }],
        "total": 1
    });
    has(&answer, &documented);
    is(&answer["workspaces"], &documented["workspaces"]);
}

#[tokio::test]
async fn one_is_shown_as_documented() {
    let app = TestApp::new();
    let owner = busy(&app).await;
    let change = json!({ "logo_url": "https://example.com/logo.png", "timezone": "Asia/Kolkata" });
    owner.patch(&app, "", change).await.expect(200);
    let answer = owner.get(&app, "").await.expect(200);
    let documented = json!({
        "id": owner.workspace,
        "name": "My Company",
        "slug": "<text>",
        "logo_url": "https://example.com/logo.png",
        "timezone": "Asia/Kolkata",
        "subscription_tier": "FREE",
        "settings": {},
        "stats": {
            "total_agents": 1,
            "total_documents": 1,
            "total_conversations": 1,
            "total_messages": 2
        },
        "created_at": "2026-01-26T00:00:00Z"
    });
    has(&answer, &documented);
    is(&answer["stats"], &documented["stats"]);
    // Extensions.
    has(
        &answer,
        &json!({ "role": "OWNER", "usage": { "messages_used": 1, "messages_limit": 100 } }),
    );
}

#[tokio::test]
async fn a_change_answers_with_the_whole_workspace() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({
        "name": "Updated Name",
        "logo_url": "https://example.com/logo.png",
        "settings": { "notifications_enabled": false, "nested": { "list": [1, null, "ü"] } }
    });
    let slug = owner.get(&app, "").await.expect(200)["slug"].clone();
    let changed = owner.patch(&app, "", body.clone()).await.expect(200);
    has(&changed, &body);
    // An address once given out stays good.
    has(&changed, &json!({ "slug": slug, "timezone": "UTC" }));
    assert_eq!(owner.get(&app, "").await.expect(200), changed);
}

#[tokio::test]
async fn what_a_change_does_not_name_stays() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let all = json!({
        "name": "Updated Name",
        "logo_url": "https://example.com/logo.png",
        "timezone": "Europe/Berlin",
        "settings": { "a": 1 }
    });
    let before = owner.patch(&app, "", all.clone()).await.expect(200);
    let nothing = [
        json!({}),
        json!({ "name": null, "timezone": null, "settings": null }),
        json!({ "id": "ws_1", "slug": "other", "owner_id": "user_1", "subscription_tier": "ENTERPRISE" }),
        json!({ "plan": "ENTERPRISE", "role": "VIEWER", "created_at": "2000-01-01T00:00:00Z", "stats": {} }),
    ];
    for body in nothing {
        let after = owner.patch(&app, "", body.clone()).await.expect(200);
        assert_eq!(after, before, "{body}");
    }
    for (field, value) in all.as_object().unwrap() {
        let mut body = json!({});
        body[field] = value.clone();
        assert_eq!(owner.patch(&app, "", body).await.expect(200), before, "{field}");
    }
    // An empty body is an empty change.
    let empty = owner.call(&app, http::Method::PATCH, "").send().await.expect(200);
    assert_eq!(empty, before);
}

#[tokio::test]
async fn a_logo_is_set_kept_and_taken_away() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let logo = async |body: Value| owner.patch(&app, "", body).await.expect(200)["logo_url"].clone();
    assert_eq!(logo(json!({})).await, json!(null));
    assert_eq!(
        logo(json!({ "logo_url": "https://example.com/a.png" })).await,
        json!("https://example.com/a.png")
    );
    assert_eq!(logo(json!({ "name": "B" })).await, json!("https://example.com/a.png"));
    assert_eq!(logo(json!({ "logo_url": null })).await, json!(null));
    assert_eq!(owner.get(&app, "").await.expect(200)["logo_url"], json!(null));
}

#[tokio::test]
async fn a_logo_is_a_public_address() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for url in [
        "",
        "logo.png",
        "ftp://example.com/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "http://localhost/a.png",
        "http://127.0.0.1/a.png",
        "http://2130706433/a.png",
        "http://0x7f.1/a.png",
        "http://10.0.0.1/a.png",
        "http://192.168.1.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.png",
        "http://[::ffff:10.0.0.1]/a.png",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "https://user:secret@example.com/a.png",
    ] {
        let answer = owner.patch(&app, "", json!({ "logo_url": url })).await;
        assert_eq!(answer.refusal(), named("logo_url"), "{url}");
    }
    let answer = owner.patch(&app, "", json!({ "logo_url": 7 })).await;
    assert_eq!(answer.refusal(), named("logo_url"));
    assert_eq!(owner.get(&app, "").await.expect(200)["logo_url"], json!(null));
}

#[tokio::test]
async fn what_will_not_do_is_named_when_making_and_when_changing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let room = 16_384 - r#"{"a":""}"#.len();
    let wrong = [
        ("name", json!("")),
        ("name", json!("  \n ")),
        ("name", json!("x".repeat(201))),
        ("name", json!(7)),
        ("timezone", json!("")),
        ("timezone", json!("Mars Base")),
        ("timezone", json!("<b>")),
        ("timezone", json!("x".repeat(65))),
        ("timezone", json!(1)),
        ("settings", json!([])),
        ("settings", json!("{}")),
        ("settings", json!({ "a": "x".repeat(room + 1) })),
    ];
    for (field, value) in wrong {
        let mut body = json!({ "name": "B" });
        body[field] = value.clone();
        let text: String = value.to_string().chars().take(60).collect();
        assert_eq!(
            create(&app, &owner.token, body.clone()).await.refusal(),
            named(field),
            "{text}"
        );
        assert_eq!(owner.patch(&app, "", body).await.refusal(), named(field), "{text}");
    }
    assert_eq!(create(&app, &owner.token, json!({})).await.refusal(), named("name"));
    assert_eq!(owner.get(&app, "").await.expect(200)["name"], json!("My Company"));
    let most = json!({ "name": "ü".repeat(200), "settings": { "a": "x".repeat(room) } });
    owner.patch(&app, "", most).await.expect(200);
}

#[tokio::test]
async fn no_member_sets_the_plan_of_a_workspace() {
    let app = TestApp::new();
    let token = app.sign_up("ann@example.com").await;
    let body = json!({
        "name": "B", "id": "ws_mine", "slug": "mine", "owner_id": "user_1", "plan": "ENTERPRISE",
        "subscription_tier": "ENTERPRISE", "created_at": "2000-01-01T00:00:00Z"
    });
    let answer = create(&app, &token, body).await.expect(201);
    let made = json!({
        "id": "<ws_>", "slug": "<text>", "owner_id": "<user_>", "subscription_tier": "FREE",
        "created_at": "2026-01-26T00:00:00Z"
    });
    has(&answer, &made);
}

#[tokio::test]
async fn a_slug_does_not_tell_whether_a_name_is_taken() {
    let app = TestApp::new();
    let mut slugs = vec![];
    for email in ["ann@example.com", "bob@example.com", "cleo@example.com"] {
        let token = app.sign_up(email).await;
        for _ in 0..2 {
            let answer = create(&app, &token, json!({ "name": "My Company" })).await.expect(201);
            slugs.push(answer["slug"].as_str().unwrap().to_owned());
        }
    }
    // The first who comes gets no other kind of slug than the sixth.
    let is_like = |it: &String| it.strip_prefix("my-company-").is_some_and(|end| end.len() == 8);
    assert!(slugs.iter().all(is_like), "{slugs:?}");
    let is_slug = |slug: &String| {
        slug.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    assert!(slugs.iter().all(is_slug), "{slugs:?}");
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 6);
    let token = app.sign_up("dora@example.com").await;
    let unnameable = create(&app, &token, json!({ "name": "日本" })).await.expect(201);
    assert!(
        unnameable["slug"].as_str().is_some_and(|it| !it.is_empty()),
        "{unnameable}"
    );
}

#[tokio::test]
async fn one_sees_ones_own_and_those_one_has_joined() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let list = async |token: &str| app.get("/api/v1/workspaces").bearer(token).send().await.expect(200);
    has(
        &list(&bob.token).await,
        &json!({ "workspaces": [{ "id": bob.workspace, "role": "OWNER" }], "total": 1 }),
    );
    let cleo = app.join(&ann, "cleo@example.com", "VIEWER").await;
    has(
        &list(&cleo.token).await,
        &json!({ "workspaces": [{ "id": ann.workspace, "role": "VIEWER" }], "total": 1 }),
    );
    has(&cleo.get(&app, "").await.expect(200), &json!({ "role": "VIEWER" }));
    let nobody = app.sign_up("dora@example.com").await;
    has(&list(&nobody).await, &json!({ "workspaces": [], "total": 0 }));
}

#[tokio::test]
async fn what_is_added_to_a_workspace_that_has_just_gone_is_not_found() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let delete = async {
        owner.delete(&app, "").await.expect(200);
    };
    let (answer, ()) = tokio::join!(
        owner.post(&app, "/collections", json!({ "name": "Late" })),
        app.sql.hold_next("INSERT INTO collections", delete)
    );
    assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None));
}
