//! Every role against everything a member may do.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::request::Call;
use crate::harness::{Owner, TestApp};
use edge_dialects::Access;
use http::Method;
use serde_json::{Value, json};

const ROLES: [&str; 4] = ["OWNER", "ADMIN", "MEMBER", "VIEWER"];
/// How many of the roles, from the first, may do it.
const OWNER: usize = 1;
const ADMINS: usize = 2;
const EDITORS: usize = 3;
const ALL: usize = 4;

/// Method, path below the workspace, body, who may. In this order, since some take away what others need.
fn table() -> Vec<(Method, &'static str, Option<Value>, usize)> {
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    let some = |body: Value| Some(body);
    vec![
        (get.clone(), "", None, ALL),
        (get.clone(), "/api-keys", None, ALL),
        (get.clone(), "/api-keys/{key_id}", None, ALL),
        (get.clone(), "/collections", None, ALL),
        (get.clone(), "/documents", None, ALL),
        (get.clone(), "/documents/{document_id}", None, ALL),
        (get.clone(), "/agents", None, ALL),
        (get.clone(), "/agents/{agent_id}", None, ALL),
        (get.clone(), "/messages/{message_id}/trace", None, ALL),
        (get.clone(), "/agents/{agent_id}/versions", None, ALL),
        (get.clone(), "/agents/{agent_id}/versions/{version}", None, ALL),
        (get.clone(), "/documents/{document_id}/versions", None, ALL),
        (get.clone(), "/documents/{document_id}/versions/{version}", None, ALL),
        (get.clone(), "/conversations", None, ALL),
        (get.clone(), "/conversations/{conversation_id}", None, ALL),
        (get.clone(), "/usage", None, ALL),
        (get.clone(), "/analytics/overview", None, ALL),
        (get.clone(), "/analytics/conversations", None, ALL),
        (get.clone(), "/analytics/questions", None, ALL),
        (get.clone(), "/analytics/unanswered", None, ALL),
        (get.clone(), "/members", None, ALL),
        (get.clone(), "/escalations", None, ALL),
        (get.clone(), "/escalations/{escalation_id}", None, ALL),
        (get.clone(), "/invitations", None, ADMINS),
        (
            patch.clone(),
            "/escalations/{escalation_id}",
            some(json!({ "status": "OPEN" })),
            EDITORS,
        ),
        (
            post.clone(),
            "/escalations/{escalation_id}/reply",
            some(json!({ "message": "Hi" })),
            EDITORS,
        ),
        (
            patch.clone(),
            "/analytics/unanswered/{question_id}",
            some(json!({ "status": "RESOLVED" })),
            EDITORS,
        ),
        (delete.clone(), "/conversations/{conversation_id}", None, EDITORS),
        (delete.clone(), "/visitors/{session_id}", None, EDITORS),
        (
            patch.clone(),
            "/documents/{document_id}",
            some(json!({ "title": "B" })),
            EDITORS,
        ),
        (
            Method::PUT,
            "/documents/{document_id}",
            some(json!({ "text": "# Opening hours\n\nWe are open from ten to six." })),
            EDITORS,
        ),
        (
            post.clone(),
            "/documents/{document_id}/versions/{version}/restore",
            some(json!({})),
            EDITORS,
        ),
        (
            post.clone(),
            "/agents/{agent_id}/versions/{version}/restore",
            some(json!({})),
            EDITORS,
        ),
        (post.clone(), "/agents/{agent_id}/duplicate", some(json!({})), EDITORS),
        (post.clone(), "/agents/{agent_id}/archive", some(json!({})), EDITORS),
        (post.clone(), "/agents/{agent_id}/unarchive", some(json!({})), EDITORS),
        (
            post.clone(),
            "/invitations",
            some(json!({ "email": "new@example.com", "role": "MEMBER" })),
            ADMINS,
        ),
        (delete.clone(), "/invitations/{invitation_id}", None, ADMINS),
        (
            patch.clone(),
            "/members/{user_id}",
            some(json!({ "role": "MEMBER" })),
            ADMINS,
        ),
        (delete.clone(), "/members/{user_id}", None, ADMINS),
        (post.clone(), "/collections", some(json!({ "name": "B" })), EDITORS),
        (
            patch.clone(),
            "/collections/{collection_id}",
            some(json!({ "name": "C" })),
            EDITORS,
        ),
        (delete.clone(), "/collections/{collection_id}", None, EDITORS),
        (post.clone(), "/documents", None, EDITORS),
        (
            post.clone(),
            "/documents/{document_id}/reprocess",
            some(json!({})),
            EDITORS,
        ),
        (get.clone(), "/documents/{source_id}/pages", None, ALL),
        (
            post.clone(),
            "/documents/url",
            some(json!({ "url": "https://example.com/a", "collection_id": "{collection_id}" })),
            EDITORS,
        ),
        (post.clone(), "/documents/{source_id}/cancel", some(json!({})), EDITORS),
        (
            patch.clone(),
            "/documents/{source_id}/crawl",
            some(json!({ "max_pages": 5 })),
            EDITORS,
        ),
        (delete.clone(), "/documents/{document_id}", None, EDITORS),
        (post.clone(), "/agents", some(json!({ "name": "B" })), EDITORS),
        (
            patch.clone(),
            "/agents/{agent_id}",
            some(json!({ "name": "C" })),
            EDITORS,
        ),
        (
            post.clone(),
            "/agents/{agent_id}/test",
            some(json!({ "message": "Hi?" })),
            EDITORS,
        ),
        (post.clone(), "/agents/{agent_id}/publish", some(json!({})), EDITORS),
        (get.clone(), "/webhooks", None, ALL),
        (get.clone(), "/webhooks/{webhook_id}", None, ALL),
        (get.clone(), "/webhooks/{webhook_id}/deliveries", None, ALL),
        (get, "/webhooks/{webhook_id}/deliveries/{delivery_id}", None, ADMINS),
        (
            post.clone(),
            "/webhooks",
            some(json!({ "name": "B", "url": HOOK, "event_types": ["LEAD_CAPTURED"] })),
            ADMINS,
        ),
        (
            patch.clone(),
            "/webhooks/{webhook_id}",
            some(json!({ "name": "C" })),
            ADMINS,
        ),
        (post.clone(), "/webhooks/{webhook_id}/test", some(json!({})), ADMINS),
        (
            post.clone(),
            "/webhooks/{webhook_id}/rotate-secret",
            some(json!({})),
            ADMINS,
        ),
        (
            post.clone(),
            "/webhooks/{webhook_id}/replay",
            some(json!({ "since": "2026-01-01T00:00:00Z" })),
            ADMINS,
        ),
        (
            post.clone(),
            "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
            some(json!({})),
            ADMINS,
        ),
        (delete.clone(), "/webhooks/{webhook_id}", None, ADMINS),
        (patch, "", some(json!({ "name": "B" })), ADMINS),
        (post, "/api-keys", some(json!({ "name": "B" })), ADMINS),
        (delete.clone(), "/api-keys/{key_id}", None, ADMINS),
        (delete, "", None, OWNER),
    ]
}

/// A workspace of an owner's with one of everything.
async fn furnished(app: &TestApp, number: usize) -> (Owner, Vec<(&'static str, String)>) {
    let owner = app.owner(&format!("owner{number}@example.com")).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let document = owner
        .upload_and_index(app, "a.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    let agent = app.published_agent(&owner, json!({})).await;
    let collection = owner.collection(app, "Another").await;
    let key = owner.post(app, "/api-keys", json!({ "name": "Key" })).await.expect(201);
    let secret = app.widget_key(&owner).await;
    app.ask(&secret, &agent, "s", "What is the meaning of life?")
        .send()
        .await;
    app.ask(&secret, &agent, "t", "What is the meaning of life?")
        .send()
        .await;
    let body = json!({ "email": "eve@example.com", "role": "VIEWER" });
    let invitation = owner.post(app, "/invitations", body).await.expect(201);
    let unanswered = owner.get(app, "/analytics/unanswered").await.expect(200);
    let conversations = owner.get(app, "/conversations?session_id=s").await.expect(200);
    let other = app.join(&owner, "other@example.com", "VIEWER").await;
    let me = app.get("/api/v1/auth/me").bearer(&other.token).send().await.expect(200);
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let answer = app
        .sql
        .column("SELECT id FROM messages WHERE author = 'agent'")
        .remove(0);
    let request = json!({ "agent_id": agent, "session_id": "s", "email": "user@example.com", "message": "Help!" });
    let raised = app
        .post("/api/v1/widget/escalate", request)
        .widget(&secret)
        .send()
        .await
        .expect(201);
    let (webhook, _) = owner.webhook(app, HOOK, &["LEAD_CAPTURED"]).await;
    let delivery = owner.test_event(app, &webhook).await;
    let source = owner.crawl(app, json!({})).await;
    let things = vec![
        ("{webhook_id}", webhook),
        ("{delivery_id}", delivery),
        ("{message_id}", answer),
        ("{question_id}", text(&unanswered["unanswered"][0]["id"])),
        ("{conversation_id}", text(&conversations["conversations"][0]["id"])),
        ("{session_id}", "t".into()),
        ("{invitation_id}", id(&invitation)),
        ("{user_id}", id(&me)),
        ("{escalation_id}", raised["escalation_id"].as_str().unwrap().to_owned()),
        ("{document_id}", document),
        ("{source_id}", source),
        ("{agent_id}", agent),
        ("{collection_id}", collection),
        ("{key_id}", id(&key)),
    ];
    (owner, things)
}

async fn call<'a>(app: &'a TestApp, who: &Owner, method: Method, path: &str, body: Option<&Value>) -> Call<'a> {
    let collection = app.default_collection(who).await;
    let call = who.call(app, method.clone(), path);
    match body {
        Some(body) if body.get("collection_id").is_some() && path.ends_with("/url") => {
            let mut body = body.clone();
            body["collection_id"] = json!(collection);
            call.json(&body)
        }
        Some(body) => call.json(body),
        None if method == Method::POST => call.form(&[
            ("collection_id", None, collection.as_bytes()),
            ("file", Some("b.txt"), b"Text of another file."),
        ]),
        None => call,
    }
}

#[tokio::test]
async fn every_role_may_do_its_part_and_nothing_else() {
    for (number, role) in ROLES.into_iter().enumerate() {
        let app = TestApp::new();
        let (owner, things) = furnished(&app, number).await;
        let who = match role {
            "OWNER" => owner.clone(),
            role => app.join(&owner, "joined@example.com", role).await,
        };
        for (method, path, body, most) in table() {
            let filled = things
                .iter()
                .fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
            let version = if path.starts_with("/agents/") { "1.1" } else { "1" };
            let filled = filled.replace("{version}", version);
            let call = call(&app, &who, method.clone(), &filled, body.as_ref()).await;
            let before = app.everything();
            let answer = call.send().await;
            if number < most {
                assert!(
                    (200..300).contains(&answer.status),
                    "{role} {method} {path}: {}",
                    answer.text()
                );
            } else {
                let refused = (403, "FORBIDDEN".into(), None);
                assert_eq!(answer.refusal(), refused, "{role} {method} {path}");
                assert_eq!(app.everything(), before, "{role} {method} {path} left something behind");
            }
        }
    }
}

#[test]
fn the_table_has_every_route_of_a_workspace() {
    const WORKSPACE: &str = "/api/v1/workspaces/{workspace_id}";
    let known = table();
    for route in edge_dialects::routes().iter().filter(|it| it.access == Access::Member) {
        let rest = route.path.strip_prefix(WORKSPACE).expect("below a workspace");
        // A website is a document there.
        let is_known = |it: &&str| it.replace("{source_id}", "{document_id}") == rest;
        let is_known = known.iter().any(|it| it.0 == route.method && is_known(&it.1));
        assert!(is_known, "who may {} {rest}?", route.method);
    }
}

#[tokio::test]
async fn who_is_no_member_any_more_finds_nothing() {
    let app = TestApp::new();
    let (owner, _) = furnished(&app, 0).await;
    let bob = app.join(&owner, "bob@example.com", "ADMIN").await;
    bob.get(&app, "").await.expect(200);
    app.sql.execute("DELETE FROM memberships WHERE role = 'ADMIN'", &[]);
    assert_eq!(bob.get(&app, "").await.refusal(), (404, "NOT_FOUND".into(), None));
}
