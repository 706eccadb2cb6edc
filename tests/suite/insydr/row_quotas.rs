//! What plans allow of rows: agents, collections, keys, open escalations, workspaces; and what gives way by itself.
use crate::harness::{Owner, World};
use crate::twin::Program as Twin;
use edge_model::key::KeyKind;
use edge_model::time::{DAY, HOUR};
use http::Method;
use serde_json::{Value, json};

/// Lowers what the free plan allows of a resource, so that a test reaches it.
fn allow(world: &World, resource: &str, amount: i64) {
    let sql = "UPDATE plan_quotas SET amount = ?2 WHERE plan = 'FREE' AND resource = ?1";
    assert_eq!(world.sql.execute(sql, &[&resource, &amount]), 1, "{resource}");
}

async fn used(world: &World, owner: &Owner, resource: &str) -> Value {
    owner.get(world, "/usage").await.expect(200)[resource]["used"].clone()
}

fn limit() -> (u16, String, Option<String>) {
    (403, "PLAN_LIMIT_REACHED".into(), None)
}

fn rows(world: &World, table: &str) -> String {
    world.sql.column(&format!("SELECT count(*) FROM {table}")).remove(0)
}

/// Escalates a question as a visitor and returns the status.
async fn plead(world: &World, key: &str, agent: &str) -> u16 {
    let body = json!({ "session_id": "sess_1", "agent_id": agent, "message": "I need help" });
    let call = world.post("/api/v1/widget/escalate", body).widget(key);
    call.send().await.status
}

#[tokio::test]
async fn usage_shows_every_kind_of_rows_with_its_limit() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    owner.agent(&world, json!({ "name": "Bot" })).await;
    owner.program_key(&world, KeyKind::Twig).await;
    let found = owner.get(&world, "/usage").await.expect(200);
    assert_eq!(found["agents"], json!({ "used": 1, "limit": 50 }));
    assert_eq!(found["collections"], json!({ "used": 1, "limit": 100 }));
    assert_eq!(found["api_keys"], json!({ "used": 1, "limit": 100 }));
    assert_eq!(found["open_escalations"], json!({ "used": 0, "limit": 2_000 }));
}

#[tokio::test]
async fn an_agent_beyond_the_plan_is_refused() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow(&world, "agents", 1);
    let agent = owner.agent(&world, json!({ "name": "Bot" })).await;
    let more = owner.post(&world, "/agents", json!({ "name": "Bot 2" })).await;
    assert_eq!(more.refusal(), limit());
    let copy = owner
        .post(&world, &format!("/agents/{agent}/duplicate"), json!({}))
        .await;
    assert_eq!(copy.refusal(), limit());
    assert_eq!(rows(&world, "agents"), "1");
    // The deputy of the Twin API is an agent, too.
    let twin = owner.program_key(&world, KeyKind::Twin).await;
    let answer = world.get("/v1/settings").bearer(&twin).send().await;
    assert_eq!(answer.status, 402, "{}", answer.text());
}

#[tokio::test]
async fn a_collection_beyond_the_plan_is_refused() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow(&world, "collections", 2);
    let add = || owner.post(&world, "/collections", json!({ "name": "More" }));
    let first = add().await.expect(201);
    assert_eq!(add().await.refusal(), limit());
    let path = format!("/collections/{}", first["id"].as_str().unwrap());
    owner.delete(&world, &path).await.expect(200);
    assert_eq!(add().await.status, 201);
}

#[tokio::test]
async fn a_revoked_key_makes_room_for_another() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow(&world, "api_keys", 1);
    let add = || owner.post(&world, "/api-keys", json!({ "name": "Back end", "kind": "twig" }));
    let key = add().await.expect(201);
    assert_eq!(add().await.refusal(), limit());
    let path = format!("/api-keys/{}", key["id"].as_str().unwrap());
    owner.delete(&world, &path).await.expect(200);
    assert_eq!(used(&world, &owner, "api_keys").await, 0);
    assert_eq!(add().await.status, 201);
    assert_eq!(used(&world, &owner, "api_keys").await, 1);
}

#[tokio::test]
async fn of_revoked_keys_the_newest_thousand_are_kept() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    world.sql.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1005)
         INSERT INTO api_keys (id, workspace_id, kind, name, hash, display, revoked_at, created_at)
         SELECT 'key_' || n, ?1, 'twig', 'Old', 'h' || n, 'twig_', n, n FROM numbers",
        &[&owner.workspace],
    );
    owner.program_key(&world, KeyKind::Twig).await;
    let id = world
        .sql
        .column("SELECT id FROM api_keys WHERE revoked_at IS NULL")
        .remove(0);
    owner.delete(&world, &format!("/api-keys/{id}")).await.expect(200);
    assert_eq!(rows(&world, "api_keys"), "1000");
    assert_eq!(world.sql.column("SELECT min(revoked_at) FROM api_keys"), ["7"]);
}

#[tokio::test]
async fn an_escalation_beyond_the_plan_waits_for_others_to_end() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let agent = world.published_agent(&owner, json!({})).await;
    let key = world.widget_key(&owner).await;
    allow(&world, "open_escalations", 2);
    assert_eq!(plead(&world, &key, &agent).await, 201);
    assert_eq!(plead(&world, &key, &agent).await, 201);
    assert_eq!(plead(&world, &key, &agent).await, 403);
    let open = world.sql.column("SELECT id FROM escalations ORDER BY id");
    let resolve = json!({ "status": "RESOLVED" });
    let path = format!("/escalations/{}", open[0]);
    owner.patch(&world, &path, resolve).await.expect(200);
    assert_eq!(used(&world, &owner, "open_escalations").await, 1);
    assert_eq!(plead(&world, &key, &agent).await, 201);
    let again = owner.patch(&world, &path, json!({ "status": "OPEN" })).await;
    assert_eq!(again.refusal(), limit());
}

#[tokio::test]
async fn an_answer_is_given_where_no_escalation_has_room() {
    let world = World::new();
    let program = Twin::new(&world).await;
    allow(&world, "open_escalations", 1);
    let first = program.ask(&world, "Who won the cup in 1954?").await;
    assert!(first["escalationId"].is_string(), "{first}");
    let second = program.ask(&world, "Who won the cup in 1958?").await;
    assert!(second["escalationId"].is_null(), "{second}");
    assert_eq!(rows(&world, "escalations"), "1");
    let kept = "messages WHERE author = 'agent' AND status = 'complete'";
    assert_eq!(rows(&world, kept), "2", "both answers are kept");
}

#[tokio::test]
async fn as_many_resolved_escalations_are_kept_as_may_be_open() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let agent = world.published_agent(&owner, json!({})).await;
    let key = world.widget_key(&owner).await;
    allow(&world, "open_escalations", 3);
    for number in 0..5 {
        assert_eq!(plead(&world, &key, &agent).await, 201, "{number}");
        let id = world
            .sql
            .column("SELECT id FROM escalations WHERE status = 'open'")
            .remove(0);
        world.clock.advance(1_000);
        let resolve = json!({ "status": "RESOLVED" });
        owner
            .patch(&world, &format!("/escalations/{id}"), resolve)
            .await
            .expect(200);
    }
    assert_eq!(rows(&world, "escalations"), "3");
}

#[tokio::test]
async fn an_escalation_that_nobody_sees_to_is_closed() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let agent = world.published_agent(&owner, json!({})).await;
    let key = world.widget_key(&owner).await;
    assert_eq!(plead(&world, &key, &agent).await, 201);
    assert_eq!(plead(&world, &key, &agent).await, 201);
    let ids = world.sql.column("SELECT id FROM escalations ORDER BY id");
    world.clock.advance(100 * DAY);
    let owner = owner.again(&world, "ann@example.com").await;
    let me = world
        .get("/api/v1/auth/me")
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    let assign = json!({ "assignee_id": me["id"] });
    owner
        .patch(&world, &format!("/escalations/{}", ids[1]), assign)
        .await
        .expect(200);
    world.clock.advance(80 * DAY - HOUR);
    edge_core::retention::tidy(&world.app).await.unwrap();
    assert_eq!(rows(&world, "escalations WHERE status = 'open'"), "2");
    world.clock.advance(2 * HOUR);
    edge_core::retention::tidy(&world.app).await.unwrap();
    let open = world.sql.column("SELECT id FROM escalations WHERE status = 'open'");
    assert_eq!(open, [ids[1].clone()], "somebody has seen to the other one since");
    let used = world
        .sql
        .column("SELECT used FROM usage WHERE resource = 'open_escalations'");
    assert_eq!(used, ["1"]);
}

#[tokio::test]
async fn an_account_owns_as_many_workspaces_as_its_plans_allow() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow(&world, "workspaces", 2);
    let add = || {
        let call = world.post("/api/v1/workspaces", json!({ "name": "More" }));
        call.bearer(&owner.token).send()
    };
    assert_eq!(add().await.status, 201);
    assert_eq!(add().await.refusal(), limit());
    assert_eq!(rows(&world, "workspaces"), "2", "nothing is left of what was refused");
    world.set_plan(&owner, "STARTER").await;
    assert_eq!(add().await.status, 201, "the largest plan counts");
}

#[tokio::test]
async fn nobody_is_made_an_owner_of_more_than_that() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let bob = world.owner("bob@example.com").await;
    allow(&world, "workspaces", 1);
    world.sql.execute(
        "INSERT INTO memberships (workspace_id, account_id, role, created_at)
             SELECT ?1, id, 'MEMBER', 0 FROM accounts WHERE email = 'bob@example.com'",
        &[&owner.workspace],
    );
    let id = world
        .sql
        .column("SELECT id FROM accounts WHERE email = 'bob@example.com'")
        .remove(0);
    let path = format!("/members/{id}");
    let promote = || owner.patch(&world, &path, json!({ "role": "OWNER" }));
    assert_eq!(promote().await.refusal(), limit());
    bob.call(&world, Method::DELETE, "").send().await.expect(200);
    promote().await.expect(200);
}

#[tokio::test]
async fn of_an_agents_versions_the_newest_fifty_are_kept() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    world.set_plan(&owner, "ENTERPRISE").await;
    let agent = world.published_agent(&owner, json!({})).await;
    for number in 2..=52 {
        let publish = owner.post(&world, &format!("/agents/{agent}/publish"), json!({})).await;
        assert_eq!(publish.status, 200, "{number}");
    }
    let kept = world.sql.column("SELECT version FROM agent_versions ORDER BY version");
    assert_eq!((kept.len(), kept[0].as_str(), kept[49].as_str()), (50, "3", "52"));
}
