//! Lanes: whose requests are counted together, and what one of many can use of them.
use crate::harness::request::{Answer, Call};
use crate::harness::{Owner, TestApp};
use edge_core::limit::lane::Operation;
use edge_dialects::Access;
use edge_model::key::KeyKind;
use edge_model::time::MINUTE;
use http::Method;
use serde_json::json;

impl Call<'_> {
    fn from(self, address: &str) -> Self {
        self.header("cf-connecting-ip", address)
    }
}

struct Site<'a> {
    app: &'a TestApp,
    owner: Owner,
    key: String,
    agent: String,
}

impl<'a> Site<'a> {
    /// A workspace on the plan FREE, at the beginning of a minute.
    async fn new(app: &'a TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        let agent = app.published_agent(&owner, json!({})).await;
        let key = app.widget_key(&owner).await;
        app.clock.advance(MINUTE);
        Self { app, owner, key, agent }
    }

    fn config(&self, address: &str) -> Call<'a> {
        let path = format!("/api/v1/widget/config/{}", self.agent);
        self.app.get(&path).widget(&self.key).from(address)
    }

    /// Opens the chat once from each address, and counts how often that is answered.
    async fn opened(&self, addresses: impl Iterator<Item = String>) -> usize {
        let mut passed = 0;
        for address in addresses {
            let answer = self.config(&address).send().await;
            passed += usize::from(answer.status == 200);
            assert!(answer.status == 200 || is_refused(&answer), "{}", answer.text());
        }
        passed
    }
}

fn is_refused(answer: &Answer) -> bool {
    let wait = answer.header("retry-after").map(|it| it.parse::<u64>().unwrap());
    answer.status == 429 && wait.is_some_and(|it| (1..=60).contains(&it))
}

/// Returns limit and remaining.
#[track_caller]
fn standing(answer: &Answer) -> (u64, u64) {
    let number = |name: &str| answer.header(name).unwrap().parse().unwrap();
    (number("x-ratelimit-limit"), number("x-ratelimit-remaining"))
}

#[tokio::test]
async fn a_public_key_cannot_starve_its_owner_or_programs() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let program = site.owner.program_key(&app, KeyKind::Twig).await;
    let keys = site.owner.get(&app, "/api-keys").await.expect(200);
    let key = keys["api_keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["kind"] == "widget");
    let revoke = format!("/api-keys/{}", key.unwrap()["id"].as_str().unwrap());
    app.clock.advance(MINUTE);
    // Strangers from everywhere, as fast as they can.
    let passed = site.opened((0..200).map(|it| format!("192.0.2.{it}"))).await;
    assert_eq!(passed, 54, "one key has nine tenths of the lane");
    let unknown = app.get("/api/v1/widget/config/agent_0").widget(&site.key);
    assert_eq!(unknown.from("198.51.100.1").send().await.status, 404);
    let reading = site.owner.get(&app, "/agents").await;
    assert_eq!((reading.status, standing(&reading)), (200, (60, 59)));
    let call = app.get("/api/webhooks").bearer(&program).send().await;
    assert_eq!((call.status, standing(&call)), (200, (20, 19)));
    site.owner.delete(&app, &revoke).await.expect(200);
    assert_eq!(site.config("198.51.100.2").send().await.status, 401);
}

#[tokio::test]
async fn members_do_not_use_up_what_visitors_have() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    for _ in 0..60 {
        site.owner.get(&app, "/agents").await.expect(200);
    }
    assert!(is_refused(&site.owner.get(&app, "/agents").await));
    let answer = site.config("192.0.2.1").send().await;
    assert_eq!((answer.status, standing(&answer)), (200, (60, 59)));
    let answer = app.ask(&site.key, &site.agent, "s", "What?").send().await;
    assert_eq!((answer.status, standing(&answer)), (200, (60, 58)));
}

#[tokio::test]
async fn one_network_has_half_of_what_visitors_have() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    assert_eq!(site.opened((0..40).map(|_| "192.0.2.1".into())).await, 30);
    let refused = site.config("192.0.2.1").send().await;
    assert_eq!(
        (refused.refusal().1.as_str(), standing(&refused)),
        ("RATE_LIMITED", (60, 0))
    );
    let elsewhere = site.config("192.0.2.2").send().await;
    assert_eq!((elsewhere.status, standing(&elsewhere)), (200, (60, 29)));
    app.clock.advance(MINUTE);
    let mapped = ["192.0.2.1", "::ffff:192.0.2.1"];
    assert_eq!(site.opened((0..40).map(|it| mapped[it % 2].into())).await, 30);
}

#[tokio::test]
async fn all_addresses_of_an_ipv6_network_are_one_visitor() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let one_64 = (0..40).map(|it| format!("2001:db8:1:1::{it:x}"));
    assert_eq!(site.opened(one_64).await, 30);
    assert_eq!(site.config("2001:db8:1:2::1").send().await.status, 200);
    app.clock.advance(MINUTE);
    let one_48 = (0..60).map(|it| format!("2001:db8:1:{it:x}::1"));
    assert_eq!(site.opened(one_48).await, 45);
    assert_eq!(site.config("2001:db8:2::1").send().await.status, 200);
}

#[tokio::test]
async fn one_session_has_a_third_of_what_visitors_have() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let ask = |session: &'static str, number: u32| {
        let call = app.ask(&site.key, &site.agent, session, "What?");
        call.from(&format!("192.0.2.{number}")).send()
    };
    let mut passed = 0;
    for number in 0..30 {
        let answer = ask("s", number).await;
        passed += usize::from(answer.status == 200);
        assert!(answer.status == 200 || is_refused(&answer), "{}", answer.text());
    }
    assert_eq!(passed, 20);
    assert_eq!(ask("other", 1).await.status, 200);
}

#[tokio::test]
async fn one_key_leaves_a_tenth_to_the_other_keys() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let other = Site {
        key: app.widget_key(&site.owner).await,
        owner: site.owner.clone(),
        agent: site.agent.clone(),
        app: &app,
    };
    let everywhere = || (0..100).map(|it| format!("192.0.2.{it}"));
    assert_eq!(site.opened(everywhere()).await, 54);
    assert_eq!(other.opened(everywhere()).await, 6);
}

#[tokio::test]
async fn calls_that_are_refused_cost_a_workspace_nothing() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let revoked = app.widget_key(&site.owner).await;
    app.sql.execute(
        "UPDATE api_keys SET revoked_at = 1 WHERE created_at = (SELECT MAX(created_at) FROM api_keys)",
        &[],
    );
    app.clock.advance(MINUTE);
    let config = format!("/api/v1/widget/config/{}", site.agent);
    let elsewhere = |path: &str| {
        let call = app.get(path).header("x-api-key", &site.key);
        call.header("origin", "https://evil.example")
    };
    let word = json!({ "message_id": "msg_0", "feedback_type": "THUMBS_UP" });
    let request = json!({ "agent_id": "agent_0", "session_id": "s", "message": "Help!" });
    for round in 0..6 {
        for (call, status) in [
            (app.get("/api/v1/widget/config/agent_0").widget(&site.key), 404),
            (app.ask(&site.key, "agent_0", "s", "What?"), 404),
            (app.ask(&site.key, &site.agent, "s", ""), 400),
            (elsewhere(&config), 403),
            (app.get(&config).header("x-api-key", &site.key), 403),
            (app.get(&config).widget(&revoked), 401),
            (app.ask(&revoked, &site.agent, "s", "What?"), 401),
            (app.post("/api/v1/widget/feedback", word.clone()).widget(&site.key), 404),
            (
                app.post("/api/v1/widget/escalate", request.clone()).widget(&site.key),
                404,
            ),
            (app.get("/api/v1/widget/chat/msg_0/events").widget(&site.key), 404),
        ] {
            let answer = call.from("192.0.2.1").send().await;
            assert_eq!(answer.status, status, "{round}: {}", answer.text());
        }
    }
    // Their network has used up what strangers have in a minute, and only there.
    let refused = elsewhere(&config).from("192.0.2.1").send().await;
    assert!(is_refused(&refused), "{}", refused.text());
    assert_eq!(elsewhere(&config).from("192.0.2.2").send().await.status, 403);
    let good = site.config("192.0.2.1").send().await;
    assert_eq!((good.status, standing(&good)), (200, (60, 59)));
    let used = site.owner.get(&app, "").await.expect(200)["usage"]["messages_used"].clone();
    assert_eq!(used, json!(0));
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused_without_a_count() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let scopes = app.limiter.scopes().len();
    for _ in 0..100 {
        let call = app.ask("pk_live_x", &site.agent, "s", "What?");
        assert_eq!(call.from("192.0.2.1").send().await.status, 401);
    }
    assert_eq!(app.limiter.scopes().len(), scopes);
}

#[tokio::test]
async fn an_unlimited_plan_has_no_shares() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    app.set_plan(&site.owner, "ENTERPRISE").await;
    for left in (999_900..1_000_000).rev() {
        let answer = site.config("192.0.2.1").send().await;
        assert_eq!((answer.status, standing(&answer)), (200, (1_000_000, left)));
    }
}

#[tokio::test]
async fn what_ends_something_is_done_when_no_requests_are_left() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let (ann, bob) = (&site.owner, app.join(&site.owner, "bob@example.com", "VIEWER").await);
    let keys = ann.get(&app, "/api-keys").await.expect(200);
    let key = keys["api_keys"][0]["id"].as_str().unwrap();
    let members = ann.get(&app, "/members").await.expect(200);
    let members = members["members"].as_array().unwrap();
    let guest = members.iter().find(|it| it["role"] == "VIEWER").unwrap();
    app.clock.advance(MINUTE);
    // Bob uses up what members have, and Ann what her account has.
    for _ in 0..60 {
        bob.get(&app, "/agents").await.expect(200);
    }
    for _ in 0..300 {
        app.get("/api/v1/auth/me").bearer(&ann.token).send().await.expect(200);
    }
    assert!(is_refused(&ann.get(&app, "/agents").await));
    assert!(is_refused(&app.get("/api/v1/auth/me").bearer(&ann.token).send().await));
    let revoked = ann.delete(&app, &format!("/api-keys/{key}")).await;
    assert_eq!((revoked.status, standing(&revoked)), (200, (60, 59)));
    let guest = format!("/members/{}", guest["user_id"].as_str().unwrap());
    ann.delete(&app, &guest).await.expect(200);
    app.set_plan(ann, "FREE").await;
    for route in edge_dialects::routes() {
        let is_person = matches!(route.access, Access::Account | Access::Member);
        let ends_workspace = route.path.ends_with("/{workspace_id}");
        if route.operation != Operation::Control || !is_person || route.path.ends_with("/logout") || ends_workspace {
            continue;
        }
        let path = route.path.replace("{workspace_id}", &ann.workspace);
        let path = path.replace("_id}", "_0").replace('{', "");
        let call = app.call(route.method.clone(), &path).bearer(&ann.token);
        let answer = call.json(&json!({ "password": "not the password" })).send().await;
        assert_ne!(answer.status, 429, "{} {path}", route.method);
        assert_ne!(answer.status, 401, "{} {path}", route.method);
    }
    ann.delete(&app, "").await.expect(200);
    let logout = || app.post("/api/v1/auth/logout", json!({})).bearer(&ann.token);
    logout().header("idempotency-key", "k1").send().await.expect(200);
    assert_eq!(logout().send().await.status, 401);
}

#[tokio::test]
async fn deletions_beyond_their_own_figure_count_as_requests() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let delete = || site.owner.delete(&app, "/documents/doc_0");
    for left in (0..60).rev() {
        let answer = delete().await;
        assert_eq!((answer.status, standing(&answer)), (404, (60, left)));
    }
    let reading = site.owner.get(&app, "/agents").await;
    assert_eq!(standing(&reading), (60, 59), "they took nothing from the others");
    for left in (0..59).rev() {
        assert_eq!(standing(&delete().await), (60, left));
    }
    assert!(is_refused(&delete().await));
}

#[test]
fn every_deletion_by_a_person_is_a_control_operation() {
    for route in edge_dialects::routes() {
        let is_person = matches!(route.access, Access::Account | Access::Member);
        let is_control = route.operation == Operation::Control;
        if is_person && route.method == Method::DELETE {
            assert!(is_control, "{}", route.path);
        }
        // Reading and making things must not be able to pass for it.
        assert!(!is_control || route.method != Method::GET, "{}", route.path);
    }
}
