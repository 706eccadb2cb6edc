//! A change of `AUTH_SECRET`: whatever the old one has made goes on, is made anew, and then needs it no longer.
use crate::harness::acts::id;
use crate::harness::receiver::{HOOK, Received};
use crate::harness::request::Answer;
use crate::harness::{AUTH_SECRET, OPERATOR_TOKEN, Owner, TestApp};
use edge_core::webhook::signature::{SigningSecret, standard};
use edge_model::time::{DAY, HOUR, TimeDelta};
use edge_model::{Timestamp, WorkspaceId};
use http::Method;
use serde_json::{Value, json};

const NEW: (&str, &str) = ("AUTH_SECRET", "fedcba9876543210fedcba9876543210");
const PREVIOUS: (&str, &str) = ("AUTH_SECRET_PREVIOUS", AUTH_SECRET);

/// Something of everything that a secret signs or seals.
struct Made {
    owner: Owner,
    webhook: String,
    secret: SigningSecret,
    agent: String,
    visitor_token: String,
    /// The body of an answer that shows a secret.
    key: String,
}

impl Made {
    async fn new(app: &TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        app.set_plan(&owner, "ENTERPRISE").await;
        let body = json!({
            "name": "Ours", "url": HOOK, "event_types": ["LEAD_CAPTURED"], "headers": { "x-tenant": "blue" },
        });
        let webhook = owner.post(app, "/webhooks", body).await.expect(201);
        let path = format!("/webhooks/{}/rotate-secret", id(&webhook));
        let rotated = owner.post(app, &path, json!({})).await.expect(200);
        let secret = SigningSecret::new(rotated["secret"].as_str().unwrap()).unwrap();
        let agent = app.published_agent(&owner, json!({})).await;
        let page = app.widget_key(&owner).await;
        let config = app.get(&format!("/api/v1/widget/config/{agent}")).widget(&page);
        let visitor_token = config.send().await.expect(200)["visitor_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut made = Self {
            owner,
            webhook: id(&webhook),
            secret,
            agent,
            visitor_token,
            key: String::new(),
        };
        made.key = made.key_again(app).await;
        made
    }

    async fn key_again(&self, app: &TestApp) -> String {
        let call = self.owner.call(app, Method::POST, "/api-keys");
        let made = call
            .json(&json!({ "name": "Back end", "kind": "twin" }))
            .key("k1")
            .send()
            .await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.text()
    }

    async fn deliver(&self, app: &TestApp) -> Vec<Received> {
        app.receiver.take();
        self.owner.test_event(app, &self.webhook).await;
        self.owner.deliver(app, &self.webhook).await;
        app.receiver.take()
    }

    /// Asserts that everything goes on.
    async fn goes_on(&self, app: &TestApp) {
        let received = self.deliver(app).await;
        let [one] = received.as_slice() else {
            panic!("{received:?}");
        };
        let at = Timestamp(one.header("webhook-timestamp").parse::<i64>().unwrap() * 1_000);
        let expected = standard(
            std::slice::from_ref(&self.secret),
            one.header("webhook-id"),
            at,
            &one.body,
        )
        .unwrap();
        assert!(
            one.header("webhook-signature").contains(&expected),
            "the customer's secret signs still"
        );
        assert_eq!(one.header("x-tenant"), "blue");
        assert_eq!(self.key_again(app).await, self.key);
    }
}

async fn standing(app: &TestApp) -> Value {
    let call = app.get("/api/v1/operator/auth-keys");
    call.header("x-operator-token", OPERATOR_TOKEN).send().await.expect(200)
}

/// Sweeps, and does what the sweep has ordered.
async fn reseal(app: &TestApp) {
    edge_core::workers::sweep(&app.inner).await.unwrap();
    edge_core::workers::drain(&app.inner, &WorkspaceId::new("reseal"), TimeDelta::minutes(1))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_changed_secret_disturbs_no_one_while_the_old_one_is_kept() {
    let app = TestApp::new();
    let made = Made::new(&app).await;
    let app = app.restarted(&[NEW, PREVIOUS]);
    made.goes_on(&app).await;
    let body = json!({ "agent_id": made.agent, "session_id": "s", "message": "When are you open?" });
    let asked = app.post("/api/v1/widget/chat", body).bearer(&made.visitor_token);
    assert_eq!(asked.send().await.status, 200);
    // What is new is made with the new secret: it needs no other.
    let token = made.owner.again(&app, "ann@example.com").await.token;
    let alone = app.restarted(&[NEW]);
    assert_eq!(alone.get("/api/v1/auth/me").bearer(&token).send().await.status, 200);
    assert_eq!(
        alone
            .get("/api/v1/auth/me")
            .bearer(&made.owner.token)
            .send()
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_list_goes_on_while_the_old_secret_is_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    for name in ["One", "Two"] {
        owner.agent(&app, json!({ "name": name })).await;
    }
    let first = owner.get(&app, "/agents?limit=1").await.expect(200);
    let rest = format!("/agents?cursor={}", first["next_cursor"].as_str().unwrap());
    let app = app.restarted(&[NEW, PREVIOUS]);
    let page = owner.get(&app, &rest).await.expect(200);
    assert_eq!(page["agents"].as_array().unwrap().len(), 1);
    let again = owner.again(&app, "ann@example.com").await;
    let alone = app.restarted(&[NEW]);
    assert_eq!(again.get(&alone, &rest).await.status, 400);
}

#[tokio::test]
async fn once_everything_is_sealed_anew_the_old_secret_may_go() {
    let app = TestApp::new();
    let mut made = Made::new(&app).await;
    for number in 0..120 {
        let call = made.owner.call(&app, Method::POST, "/collections");
        call.json(&json!({ "name": "Facts" }))
            .key(&format!("c{number}"))
            .send()
            .await
            .expect(201);
    }
    let app = app.restarted(&[NEW, PREVIOUS]);
    let before = standing(&app).await;
    assert_eq!(before["previous_may_go"], false);
    assert!(before["keys"][1]["sealed"].as_u64().unwrap() > 120, "{before}");
    app.sql.begin_counting();
    reseal(&app).await;
    assert!(app.sql.longest_trip() <= 60, "in bounded pieces");
    let after = standing(&app).await;
    assert_eq!(
        (&after["keys"][1]["sealed"], &after["unmarked"], &after["lost"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(after["keys"][0]["sealed"], before["keys"][1]["sealed"]);
    // Tokens of the old secret are about for a day.
    assert_eq!(after["previous_may_go"], false);
    assert!(after["tokens_until"].is_string());
    // Run twice, nothing changes; and nothing is ordered any more.
    reseal(&app).await;
    assert_eq!(
        app.sql
            .column("SELECT id FROM jobs WHERE workspace_id = 'reseal'")
            .len(),
        0
    );
    made.goes_on(&app).await;
    let app = app.restarted(&[NEW]);
    made.owner = made.owner.again(&app, "ann@example.com").await;
    assert_eq!(made.deliver(&app).await.len(), 1);
    assert_eq!(standing(&app).await["previous_may_go"], true);
}

#[tokio::test]
async fn the_operator_is_told_when_the_old_secret_may_go() {
    let app = TestApp::new();
    let made = Made::new(&app).await;
    let app = app.restarted(&[NEW, PREVIOUS]);
    assert_eq!(standing(&app).await["tokens_until"], Value::Null);
    reseal(&app).await;
    app.clock.advance(DAY);
    assert_eq!(standing(&app).await["previous_may_go"], false);
    app.clock.advance(HOUR);
    assert_eq!(standing(&app).await["previous_may_go"], true);
    // An isolate of the old secret that was late: its rows are found, and count.
    let late = app.restarted(&[]);
    let owner = made.owner.again(&late, "ann@example.com").await;
    owner.webhook(&late, HOOK, &["LEAD_CAPTURED"]).await;
    assert_eq!(standing(&app).await["previous_may_go"], false);
    reseal(&app).await;
    assert_eq!(standing(&app).await["previous_may_go"], true);
}

#[tokio::test]
async fn without_the_old_secret_the_failure_is_clear() {
    let app = TestApp::new();
    let made = Made::new(&app).await;
    let app = app.restarted(&[NEW]);
    assert_eq!(made.owner.get(&app, "").await.refusal().1, "UNAUTHORIZED");
    let owner = made.owner.again(&app, "ann@example.com").await;
    let delivery = owner.test_event(&app, &made.webhook).await;
    owner.deliver(&app, &made.webhook).await;
    assert_eq!(app.receiver.take().len(), 0);
    let shown = owner.delivery(&app, &made.webhook, &delivery).await;
    let error = shown["attempts"][0]["error"].as_str().unwrap();
    assert!(error.contains("does not open"), "{error}");
    assert!(standing(&app).await["lost"].as_u64().unwrap() >= 3);
}

#[tokio::test]
async fn a_repeated_request_is_not_redone_without_its_secret() {
    let app = TestApp::new();
    app.sign_up("ann@example.com").await;
    let first = forgot(&app).await;
    assert_eq!(first.status, 200);
    let mails = app.mailbox.all().len();
    let changed = app.restarted(&[NEW]);
    let again = forgot(&changed).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (410, Some("true")),
        "{}",
        again.text()
    );
    // Cut off before the change, it can be neither taken up nor done anew.
    changed.forget_answers();
    changed.sql.execute("UPDATE idempotency_keys SET held_until = 0", &[]);
    assert_eq!(forgot(&changed).await.status, 410);
    assert_eq!(changed.mailbox.all().len(), mails);
}

async fn forgot(app: &TestApp) -> Answer {
    let body = json!({ "email": "ann@example.com" });
    app.post("/api/v1/auth/forgot-password", body).key("k1").send().await
}

#[tokio::test]
async fn a_request_cut_off_before_the_change_is_taken_up_after_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot" });
    let first = owner
        .call(&app, Method::POST, "/agents")
        .json(&body)
        .key("k1")
        .send()
        .await
        .expect(201);
    app.forget_answers();
    app.sql.execute("UPDATE idempotency_keys SET held_until = 0", &[]);
    let app = app.restarted(&[NEW, PREVIOUS]);
    reseal(&app).await;
    let again = owner
        .call(&app, Method::POST, "/agents")
        .json(&body)
        .key("k1")
        .send()
        .await
        .expect(201);
    assert_eq!(id(&again), id(&first));
    assert_eq!(app.sql.column("SELECT id FROM agents").len(), 1);
}

#[tokio::test]
async fn a_code_ordered_before_the_change_is_mailed_after_it() {
    let app = TestApp::new();
    app.holds_mails.store(true, std::sync::atomic::Ordering::Relaxed);
    let body = json!({ "email": "bob@example.com", "password": "correct horse battery", "full_name": "Bob" });
    let sign_up = app.post("/api/v1/auth/signup", body).send().await.expect(201);
    let app = app.restarted(&[NEW, PREVIOUS]);
    app.send_mails().await;
    let code = app.mailbox.code_for("bob@example.com");
    let body = json!({ "email": "bob@example.com", "signup_id": sign_up["signup_id"], "otp_code": code });
    app.post("/api/v1/auth/verify-otp", body).send().await.expect(200);
}

#[tokio::test]
async fn a_code_mailed_before_the_change_is_entered_after_it() {
    let app = TestApp::new();
    let body = json!({ "email": "bob@example.com", "password": "correct horse battery", "full_name": "Bob" });
    let sign_up = app.post("/api/v1/auth/signup", body).send().await.expect(201);
    let code = app.mailbox.code_for("bob@example.com");
    let body = json!({ "email": "bob@example.com", "signup_id": sign_up["signup_id"], "otp_code": code });
    let alone = app.restarted(&[NEW]);
    assert_eq!(
        alone.post("/api/v1/auth/verify-otp", body.clone()).send().await.status,
        400
    );
    let app = app.restarted(&[NEW, PREVIOUS]);
    app.post("/api/v1/auth/verify-otp", body).send().await.expect(200);
}
