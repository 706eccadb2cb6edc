//! What plans allow of rows: agents, collections, keys, open escalations, workspaces; and what gives way by itself.
use crate::harness::{Owner, TestApp};
use crate::twin::Program as Twin;
use edge_model::key::KeyKind;
use edge_model::time::{DAY, HOUR};
use http::Method;
use serde_json::{Value, json};

/// Lowers what the free plan allows of a resource, so that a test reaches it.
fn allow(app: &TestApp, resource: &str, amount: i64) {
    let sql = "UPDATE plan_quotas SET amount = ?2 WHERE plan = 'FREE' AND resource = ?1";
    assert_eq!(app.sql.execute(sql, &[&resource, &amount]), 1, "{resource}");
}

async fn used(app: &TestApp, owner: &Owner, resource: &str) -> Value {
    owner.get(app, "/usage").await.expect(200)[resource]["used"].clone()
}

fn limit() -> (u16, String, Option<String>) {
    (403, "PLAN_LIMIT_REACHED".into(), None)
}

fn rows(app: &TestApp, table: &str) -> String {
    app.sql.column(&format!("SELECT count(*) FROM {table}")).remove(0)
}

/// Escalates a question as a visitor and returns the status.
async fn escalate(app: &TestApp, key: &str, agent: &str) -> u16 {
    let body = json!({ "session_id": "sess_1", "agent_id": agent, "message": "I need help" });
    let call = app.post("/api/v1/widget/escalate", body).widget(key);
    call.send().await.status
}

#[tokio::test]
async fn usage_shows_every_kind_of_rows_with_its_limit() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.agent(&app, json!({ "name": "Bot" })).await;
    owner.program_key(&app, KeyKind::Twig).await;
    let found = owner.get(&app, "/usage").await.expect(200);
    assert_eq!(found["agents"], json!({ "used": 1, "limit": 50 }));
    assert_eq!(found["collections"], json!({ "used": 1, "limit": 100 }));
    assert_eq!(found["api_keys"], json!({ "used": 1, "limit": 100 }));
    assert_eq!(found["open_escalations"], json!({ "used": 0, "limit": 2_000 }));
}

#[tokio::test]
async fn an_agent_beyond_the_plan_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "agents", 1);
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let more = owner.post(&app, "/agents", json!({ "name": "Bot 2" })).await;
    assert_eq!(more.refusal(), limit());
    let copy = owner.post(&app, &format!("/agents/{agent}/duplicate"), json!({})).await;
    assert_eq!(copy.refusal(), limit());
    assert_eq!(rows(&app, "agents"), "1");
    // The deputy of the Twin API is an agent, too.
    let twin = owner.program_key(&app, KeyKind::Twin).await;
    let answer = app.get("/v1/settings").bearer(&twin).send().await;
    assert_eq!(answer.status, 402, "{}", answer.text());
}

#[tokio::test]
async fn a_collection_beyond_the_plan_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "collections", 2);
    let add = || owner.post(&app, "/collections", json!({ "name": "More" }));
    let first = add().await.expect(201);
    assert_eq!(add().await.refusal(), limit());
    let path = format!("/collections/{}", first["id"].as_str().unwrap());
    owner.delete(&app, &path).await.expect(200);
    assert_eq!(add().await.status, 201);
}

#[tokio::test]
async fn a_revoked_key_makes_room_for_another() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "api_keys", 1);
    let add = || owner.post(&app, "/api-keys", json!({ "name": "Back end", "kind": "twig" }));
    let key = add().await.expect(201);
    assert_eq!(add().await.refusal(), limit());
    let path = format!("/api-keys/{}", key["id"].as_str().unwrap());
    owner.delete(&app, &path).await.expect(200);
    assert_eq!(used(&app, &owner, "api_keys").await, 0);
    assert_eq!(add().await.status, 201);
    assert_eq!(used(&app, &owner, "api_keys").await, 1);
}

#[tokio::test]
async fn of_revoked_keys_the_newest_thousand_are_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.sql.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1005)
         INSERT INTO api_keys (id, workspace_id, kind, name, hash, display, revoked_at, created_at)
         SELECT 'key_' || n, ?1, 'twig', 'Old', 'h' || n, 'twig_', n, n FROM numbers",
        &[&owner.workspace],
    );
    owner.program_key(&app, KeyKind::Twig).await;
    let id = app
        .sql
        .column("SELECT id FROM api_keys WHERE revoked_at IS NULL")
        .remove(0);
    owner.delete(&app, &format!("/api-keys/{id}")).await.expect(200);
    assert_eq!(rows(&app, "api_keys"), "1000");
    assert_eq!(app.sql.column("SELECT min(revoked_at) FROM api_keys"), ["7"]);
}

#[tokio::test]
async fn an_escalation_beyond_the_plan_waits_for_others_to_end() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    allow(&app, "open_escalations", 2);
    assert_eq!(escalate(&app, &key, &agent).await, 201);
    assert_eq!(escalate(&app, &key, &agent).await, 201);
    assert_eq!(escalate(&app, &key, &agent).await, 403);
    let open = app.sql.column("SELECT id FROM escalations ORDER BY id");
    let resolve = json!({ "status": "RESOLVED" });
    let path = format!("/escalations/{}", open[0]);
    owner.patch(&app, &path, resolve).await.expect(200);
    assert_eq!(used(&app, &owner, "open_escalations").await, 1);
    assert_eq!(escalate(&app, &key, &agent).await, 201);
    let again = owner.patch(&app, &path, json!({ "status": "OPEN" })).await;
    assert_eq!(again.refusal(), limit());
}

#[tokio::test]
async fn an_answer_is_given_where_no_escalation_has_room() {
    let app = TestApp::new();
    let program = Twin::new(&app).await;
    allow(&app, "open_escalations", 1);
    let first = program.ask(&app, "Who won the cup in 1954?").await;
    assert!(first["escalationId"].is_string(), "{first}");
    let second = program.ask(&app, "Who won the cup in 1958?").await;
    assert!(second["escalationId"].is_null(), "{second}");
    assert_eq!(rows(&app, "escalations"), "1");
    let kept = "messages WHERE author = 'agent' AND status = 'complete'";
    assert_eq!(rows(&app, kept), "2", "both answers are kept");
}

#[tokio::test]
async fn as_many_resolved_escalations_are_kept_as_may_be_open() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    allow(&app, "open_escalations", 3);
    for number in 0..5 {
        assert_eq!(escalate(&app, &key, &agent).await, 201, "{number}");
        let id = app
            .sql
            .column("SELECT id FROM escalations WHERE status = 'open'")
            .remove(0);
        app.clock.advance(1_000);
        let resolve = json!({ "status": "RESOLVED" });
        owner
            .patch(&app, &format!("/escalations/{id}"), resolve)
            .await
            .expect(200);
    }
    assert_eq!(rows(&app, "escalations"), "3");
}

#[tokio::test]
async fn an_escalation_that_is_left_open_is_closed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    assert_eq!(escalate(&app, &key, &agent).await, 201);
    assert_eq!(escalate(&app, &key, &agent).await, 201);
    let ids = app.sql.column("SELECT id FROM escalations ORDER BY id");
    app.clock.advance(100 * DAY);
    let owner = owner.again(&app, "ann@example.com").await;
    let me = app.get("/api/v1/auth/me").bearer(&owner.token).send().await.expect(200);
    let assign = json!({ "assignee_id": me["id"] });
    owner
        .patch(&app, &format!("/escalations/{}", ids[1]), assign)
        .await
        .expect(200);
    app.clock.advance(80 * DAY - HOUR);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(rows(&app, "escalations WHERE status = 'open'"), "2");
    app.clock.advance(2 * HOUR);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    let open = app.sql.column("SELECT id FROM escalations WHERE status = 'open'");
    assert_eq!(open, [ids[1].clone()], "somebody has seen to the other one since");
    let used = app
        .sql
        .column("SELECT used FROM usage WHERE resource = 'open_escalations'");
    assert_eq!(used, ["1"]);
}

#[tokio::test]
async fn an_account_owns_as_many_workspaces_as_its_plans_allow() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "workspaces", 2);
    let add = || {
        let call = app.post("/api/v1/workspaces", json!({ "name": "More" }));
        call.bearer(&owner.token).send()
    };
    assert_eq!(add().await.status, 201);
    assert_eq!(add().await.refusal(), limit());
    assert_eq!(rows(&app, "workspaces"), "2", "nothing is left of what was refused");
    app.set_plan(&owner, "STARTER").await;
    assert_eq!(add().await.status, 201, "the largest plan counts");
}

#[tokio::test]
async fn no_account_is_made_an_owner_of_more_than_that() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    allow(&app, "workspaces", 1);
    app.sql.execute(
        "INSERT INTO memberships (workspace_id, account_id, role, created_at)
             SELECT ?1, id, 'MEMBER', 0 FROM accounts WHERE email = 'bob@example.com'",
        &[&owner.workspace],
    );
    let id = app
        .sql
        .column("SELECT id FROM accounts WHERE email = 'bob@example.com'")
        .remove(0);
    let path = format!("/members/{id}");
    let promote = || owner.patch(&app, &path, json!({ "role": "OWNER" }));
    assert_eq!(promote().await.refusal(), limit());
    bob.call(&app, Method::DELETE, "").send().await.expect(200);
    promote().await.expect(200);
}

#[tokio::test]
async fn of_an_agents_versions_the_newest_fifty_are_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = app.published_agent(&owner, json!({})).await;
    for number in 2..=52 {
        let publish = owner.post(&app, &format!("/agents/{agent}/publish"), json!({})).await;
        assert_eq!(publish.status, 200, "{number}");
    }
    let kept = app.sql.column("SELECT version FROM agent_versions ORDER BY version");
    assert_eq!((kept.len(), kept[0].as_str(), kept[49].as_str()), (50, "3", "52"));
}
