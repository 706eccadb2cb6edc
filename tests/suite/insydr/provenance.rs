//! Who made keys and webhooks, who sees them, and what goes with its maker.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::shape::{has, is};
use crate::harness::sqlite::migrations;
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use rusqlite::Connection;
use serde_json::{Value, json};

pub(super) const ATTACKER: &str = "https://attacker.example.com/collect?token=s3cret";

/// Makes a key and returns its id and its text.
pub(super) async fn key(app: &TestApp, who: &Owner, kind: &str) -> (String, String) {
    let body = json!({ "name": format!("{kind} key"), "kind": kind });
    let made = who.post(app, "/api-keys", body).await.expect(201);
    (id(&made), made["key"].as_str().unwrap().to_owned())
}

/// Makes a webhook through the Twig API and returns its id.
pub(super) async fn twig_webhook(app: &TestApp, key: &str, url: &str) -> String {
    let body = json!({ "url": url, "events": ["interaction.created"] });
    let call = app.post("/api/webhooks", body).bearer(key);
    id(&call.send().await.expect(201)["data"])
}

pub(super) async fn webhooks(app: &TestApp, who: &Owner) -> Value {
    who.get(app, "/webhooks").await.expect(200)
}

/// Has a visitor ask a question.
async fn visit(app: &TestApp, owner: &Owner) {
    let agent = app.published_agent(owner, json!({})).await;
    let key = app.widget_key(owner).await;
    let answer = app.ask(&key, &agent, "visitor", "When are you open?").send().await;
    assert_eq!(answer.status, 200);
}

pub(super) async fn user_id(app: &TestApp, who: &Owner) -> String {
    id(&app.get("/api/v1/auth/me").bearer(&who.token).send().await.expect(200))
}

#[tokio::test]
async fn owners_see_and_delete_the_webhooks_of_every_api() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (key_id, twig) = key(&app, &owner, "twig").await;
    let theirs = twig_webhook(&app, &twig, ATTACKER).await;
    let (ours, _) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let list = webhooks(&app, &owner).await;
    assert_eq!(list["total"], 2, "{list}");
    let person = json!({ "kind": "person", "id": user_id(&app, &owner).await, "name": "Ann Example" });
    has(
        &list["webhooks"],
        &json!([
            { "id": ours, "dialect": "insydr", "created_by": person, "event_types": ["LEAD_CAPTURED"] },
            {
                "id": theirs,
                "url": ATTACKER,
                "is_url_masked": false,
                "dialect": "twig",
                "created_by": { "kind": "api_key", "id": key_id, "name": "twig key" },
                "event_types": ["interaction.created"]
            },
        ]),
    );
    // Through its own API it sees its own alone.
    let seen = app.get("/api/webhooks").bearer(&twig).send().await.expect(200);
    assert_eq!(seen["data"].as_array().unwrap().len(), 1);
    let foreign = app.get(&format!("/api/webhooks/{ours}")).bearer(&twig).send().await;
    assert_eq!(foreign.status, 404);
    // Its events have other names there.
    let path = format!("/webhooks/{theirs}");
    let refused = owner
        .patch(&app, &path, json!({ "event_types": ["LEAD_CAPTURED"] }))
        .await;
    assert_eq!(refused.refusal(), (409, "CONFLICT".into(), None));
    let disabled = owner
        .patch(&app, &path, json!({ "is_active": false }))
        .await
        .expect(200);
    has(
        &disabled,
        &json!({ "is_active": false, "disabled_because": "asked", "url": ATTACKER }),
    );
    owner.delete(&app, &path).await.expect(200);
    assert_eq!(webhooks(&app, &owner).await["total"], 1);
}

#[tokio::test]
async fn a_key_revoked_with_its_webhooks_stops_deliveries() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (key_id, twig) = key(&app, &owner, "twig").await;
    let webhook = twig_webhook(&app, &twig, ATTACKER).await;
    let (ours, _) = owner.webhook(&app, HOOK, &["MESSAGE_ANSWERED"]).await;
    visit(&app, &owner).await;
    assert_eq!(
        app.sql
            .column("SELECT 1 FROM deliveries WHERE status = 'pending'")
            .len(),
        2
    );
    let revoked = owner.delete(&app, &format!("/api-keys/{key_id}")).await.expect(200);
    let gone = json!({ "id": webhook, "name": "Webhook", "url": ATTACKER, "dialect": "twig" });
    is(
        &revoked,
        &json!({ "message": "API key revoked", "webhooks_deleted": [gone], "webhooks_kept": [] }),
    );
    // What was on its way is not sent any more, and nothing new.
    visit(&app, &owner).await;
    assert_eq!(owner.deliver(&app, &webhook).await, None);
    assert_eq!(app.receiver.take().len(), 0);
    let left = webhooks(&app, &owner).await;
    assert_eq!((&left["total"], &left["webhooks"][0]["id"]), (&json!(1), &json!(ours)));
    owner.deliver(&app, &ours).await;
    assert_eq!(app.receiver.take().len(), 2, "others are told as before");
}

#[tokio::test]
async fn a_revoked_key_may_leave_its_webhooks_to_who_revokes_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (key_id, twig) = key(&app, &owner, "twig").await;
    let webhook = twig_webhook(&app, &twig, HOOK).await;
    let path = format!("/api-keys/{key_id}");
    let wrong = owner.delete(&app, &format!("{path}?keep=everything")).await;
    assert_eq!(wrong.refusal(), (400, "VALIDATION_ERROR".into(), Some("keep".into())));
    let revoked = owner.delete(&app, &format!("{path}?keep=webhooks")).await.expect(200);
    has(
        &revoked,
        &json!({ "webhooks_deleted": [], "webhooks_kept": [{ "id": webhook }] }),
    );
    let list = webhooks(&app, &owner).await;
    has(
        &list["webhooks"],
        &json!([{ "id": webhook, "is_active": true, "created_by": { "kind": "person", "name": "Ann Example" } }]),
    );
    // A key is revoked once, and what is made since stays its maker's.
    assert_eq!(owner.delete(&app, &path).await.status, 404);
    assert_eq!(webhooks(&app, &owner).await["total"], 1);
}

#[tokio::test]
async fn a_key_shows_who_made_it_what_it_made_and_may_do() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (key_id, twig) = key(&app, &owner, "twig").await;
    let body = json!({ "url": HOOK, "events": ["agent.updated"] });
    let call = app.post("/api/webhooks", body).bearer(&twig);
    let call = call.header("cf-connecting-ip", "203.0.113.77");
    let webhook = id(&call.send().await.expect(201)["data"]);
    let path = format!("/api-keys/{key_id}");
    let shown = owner.get(&app, &path).await.expect(200);
    let expected = json!({
        "id": key_id,
        "kind": "twig",
        "is_active": true,
        "created_by": { "kind": "person", "id": user_id(&app, &owner).await, "name": "Ann Example" },
        "last_used_at": "2026-01-26T00:00:00Z",
        "last_used_network": "203.0.113.0/24",
        "webhook_count": 1,
        "made": { "webhooks": [{ "id": webhook, "url": HOOK }] }
    });
    has(&shown, &expected);
    let may: Vec<_> = shown["may"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert!(
        may.contains(&"POST /api/webhooks") && !may.iter().any(|it| it.contains("/api/v1/")),
        "{may:?}"
    );
    let listed = owner.get(&app, "/api-keys").await.expect(200);
    has(
        &listed["api_keys"][0],
        &json!({ "created_by": expected["created_by"], "webhook_count": 1, "last_used_network": "203.0.113.0/24" }),
    );
    owner.delete(&app, &path).await.expect(200);
    let revoked = owner.get(&app, &path).await.expect(200);
    has(
        &revoked,
        &json!({ "is_active": false, "revoked_at": "2026-01-26T00:00:00Z", "may": [], "made": { "webhooks": [] } }),
    );
    // Networks of visitors are not stored.
    visit(&app, &owner).await;
    assert_eq!(
        app.sql
            .column("SELECT last_used_network FROM api_keys WHERE kind = 'widget'"),
        ["null"]
    );
}

#[tokio::test]
async fn a_webhook_that_a_key_moved_goes_with_that_key() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let (_, first) = key(&app, &owner, "builder").await;
    let (leaked_id, leaked) = key(&app, &owner, "builder").await;
    let path = format!("/v1/agents/{agent}/webhooks");
    let body = json!({ "url": HOOK, "events": ["run.failed"] });
    let made = app
        .post(&path, body)
        .header("x-api-key", &first)
        .send()
        .await
        .expect(201);
    let webhook = made["webhook_id"].as_str().unwrap().to_owned();
    let one = format!("{path}/{webhook}");
    let change = async |body: Value| {
        app.patch(&one, body)
            .header("x-api-key", &leaked)
            .send()
            .await
            .expect(200)
    };
    // Another word on it changes nothing of who made it; another address does.
    change(json!({ "status": "disabled", "url": HOOK })).await;
    let list = webhooks(&app, &owner).await;
    assert_ne!(list["webhooks"][0]["created_by"]["id"], json!(leaked_id));
    change(json!({ "url": ATTACKER })).await;
    let list = webhooks(&app, &owner).await;
    has(
        &list["webhooks"],
        &json!([{ "agent_id": agent, "created_by": { "id": leaked_id } }]),
    );
    let revoked = owner.delete(&app, &format!("/api-keys/{leaked_id}")).await.expect(200);
    has(
        &revoked,
        &json!({ "webhooks_deleted": [{ "id": webhook, "url": ATTACKER }] }),
    );
}

#[tokio::test]
async fn the_owner_is_mailed_when_a_key_or_a_webhook_is_added() {
    let app = TestApp::with_settings(&[("PUBLIC_URL", "https://edge.example.com")]);
    let ann = app.owner("ann@example.com").await;
    app.set_plan(&ann, "ENTERPRISE").await;
    let bob = app.join(&ann, "bob@example.com", "ADMIN").await;
    let mails = async || {
        let before = app.mailbox.all().len();
        app.drain(&ann).await;
        app.mailbox.all().split_off(before)
    };
    let (_, twig) = key(&app, &bob, "twig").await;
    let mail = mails().await.remove(0);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("ann@example.com", "An API key was added")
    );
    for part in [
        "My Company",
        "twig key",
        "Made by: Ann Example",
        "https://edge.example.com/dashboard/",
    ] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    assert!(!mail.text.contains(&twig));
    let webhook = twig_webhook(&app, &twig, ATTACKER).await;
    let mail = mails().await.remove(0);
    assert_eq!(mail.subject, "A webhook was added");
    assert!(
        mail.text.contains("Sent to: https://attacker.example.com\n"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("the API key \"twig key\"") && !mail.text.contains("s3cret"));
    // Another address is as good as another webhook; another name is not.
    let path = format!("/webhooks/{webhook}");
    ann.patch(&app, &path, json!({ "name": "Other" })).await.expect(200);
    assert_eq!(mails().await.len(), 0);
    ann.patch(&app, &path, json!({ "url": HOOK })).await.expect(200);
    assert_eq!(mails().await.len(), 1);
    // A key that is gone again is not told of, and mailboxes are not filled.
    let (gone, _) = key(&app, &ann, "twig").await;
    ann.delete(&app, &format!("/api-keys/{gone}")).await.expect(200);
    assert_eq!(mails().await.len(), 0);
    for _ in 0..20 {
        key(&app, &bob, "twig").await;
    }
    assert_eq!(mails().await.len(), 7);
}

#[tokio::test]
async fn a_viewer_sees_no_addresses_of_webhooks() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let secret = "https://hooks.slack.com/services/T0/B0/s3cret?key=1";
    let (key_id, twig) = key(&app, &ann, "twig").await;
    let theirs = twig_webhook(&app, &twig, secret).await;
    let (ours, _) = ann.webhook(&app, secret, &["LEAD_CAPTURED"]).await;
    let delivery = ann.test_event(&app, &ours).await;
    ann.deliver(&app, &ours).await;
    for (role, sees) in [("VIEWER", false), ("MEMBER", false), ("ADMIN", true)] {
        let who = app
            .join(&ann, &format!("{role}@example.com").to_lowercase(), role)
            .await;
        for path in [
            "/webhooks".to_owned(),
            format!("/webhooks/{ours}"),
            format!("/webhooks/{theirs}"),
            format!("/webhooks/{ours}/deliveries"),
            format!("/api-keys/{key_id}"),
        ] {
            let answer = who.get(&app, &path).await;
            answer.expect(200);
            let shows = answer.text().contains("/services/") || answer.text().contains("s3cret");
            assert_eq!(shows, sees && !path.ends_with("/deliveries"), "{role} {path}");
        }
        let shown = who.get(&app, &format!("/webhooks/{ours}")).await.expect(200);
        let url = if sees { secret } else { "https://hooks.slack.com" };
        assert_eq!((&shown["url"], &shown["is_url_masked"]), (&json!(url), &json!(!sees)));
        // The attempts of a delivery name the address and what it answered.
        let attempts = who.get(&app, &format!("/webhooks/{ours}/deliveries/{delivery}")).await;
        assert_eq!(attempts.status, if sees { 200 } else { 403 }, "{role}");
    }
}

#[test]
fn rows_of_the_last_release_name_no_maker() {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let (before, after): (Vec<_>, Vec<_>) = migrations().into_iter().partition(|it| it.0.as_str() < "0075");
    before.iter().for_each(|it| database.execute_batch(&it.1).unwrap());
    let rows = "
        INSERT INTO accounts (id, email, full_name, password_hash, created_at) VALUES ('user_1', 'a@b.c', 'Ann', '', 0);
        INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at)
            VALUES ('ws_1', 'A', 'a', 'UTC', 'FREE', 'user_1', 0);
        INSERT INTO api_keys (id, workspace_id, kind, name, hash, display, created_at)
            VALUES ('key_1', 'ws_1', 'twig', 'K', 'h', 'd', 0);
        INSERT INTO webhooks (id, workspace_id, form, name, url, events, sealed_headers, sealed_secret, created_at,
            updated_at) VALUES ('wh_1', 'ws_1', 'twig', 'W', 'https://a.b', '[]', '', '', 0, 0);
        INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, created_at, updated_at)
            VALUES ('agent_1', 'ws_1', 'A', 'SUPPORT', 'DRAFT', '{}', 0, 0);";
    database.execute_batch(rows).unwrap();
    after.iter().for_each(|it| database.execute_batch(&it.1).unwrap());
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        one("SELECT count(*) FROM api_keys WHERE created_by_account_id IS NULL"),
        1
    );
    assert_eq!(one("SELECT count(*) FROM webhooks WHERE created_by_key_id IS NULL"), 1);
    assert_eq!(one("SELECT revision FROM agents"), 1);
}

#[tokio::test]
async fn programs_are_named_by_the_kind_of_their_key() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for kind in KeyKind::ALL {
        let (key_id, _) = key(&app, &owner, kind.as_str()).await;
        let shown = owner.get(&app, &format!("/api-keys/{key_id}")).await.expect(200);
        let may = shown["may"].as_array().unwrap();
        assert!(!may.is_empty(), "{kind:?}");
        let is_widgets = may.iter().all(|it| it.as_str().unwrap().contains("/widget/"));
        assert_eq!(is_widgets, kind == KeyKind::Widget, "{may:?}");
    }
}
