//! What a plan allows: requests a minute and messages a month.
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, START, TestApp};
use edge_dialects::Access;
use edge_model::time::{DAY, MINUTE, SECOND};
use http::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String, Option<String>) {
    (status, code.into(), None)
}

/// Returns limit, remaining and reset.
#[track_caller]
fn standing(answer: &Answer) -> (i64, i64, i64) {
    let number = |name: &str| {
        let text = answer
            .header(name)
            .unwrap_or_else(|| panic!("{name}: {} {}", answer.status, answer.text()));
        text.parse().unwrap()
    };
    (
        number("x-ratelimit-limit"),
        number("x-ratelimit-remaining"),
        number("x-ratelimit-reset"),
    )
}

async fn installed(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    app.clock.advance(MINUTE);
    (owner, key, agent)
}

/// Asks so many questions, at a speed that the plan allows.
async fn ask_many(app: &TestApp, key: &str, agent: &str, count: usize) {
    for number in 0..count {
        if number % 50 == 49 {
            app.clock.advance(MINUTE);
        }
        // More than one visitor at one place may ask.
        let (session, address) = (format!("s{}", number % 4), format!("192.0.2.{}", number % 4));
        let call = app.ask(key, agent, &session, "What?");
        let answer = call.header("cf-connecting-ip", &address).send().await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
    app.clock.advance(MINUTE);
}

async fn usage(app: &TestApp, owner: &Owner) -> Value {
    owner.get(app, "").await.expect(200)["usage"].clone()
}

#[tokio::test]
async fn a_free_workspace_has_exactly_sixty_requests_a_minute() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let minute = START / MINUTE;
    for used in 1..=60 {
        let answer = owner.get(&app, "/agents").await;
        assert_eq!(answer.status, 200, "{used}");
        assert_eq!(standing(&answer), (60, 60 - used, (minute + 1) * 60));
    }
    for _ in 0..3 {
        let answer = owner.get(&app, "/agents").await;
        assert_eq!(answer.refusal(), refused(429, "RATE_LIMITED"));
        assert_eq!(standing(&answer), (60, 0, (minute + 1) * 60));
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((55..=60).contains(&wait), "{wait}");
    }
    let wait: i64 = owner
        .get(&app, "/agents")
        .await
        .header("retry-after")
        .unwrap()
        .parse()
        .unwrap();
    app.clock.advance(wait * SECOND);
    let answer = owner.get(&app, "/agents").await;
    assert_eq!((answer.status, standing(&answer)), (200, (60, 59, (minute + 2) * 60)));
}

#[tokio::test]
async fn members_share_one_limit_and_visitors_another() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    let bob = app.join(&owner, "bob@example.com", "VIEWER").await;
    let config = format!("/api/v1/widget/config/{agent}");
    assert_eq!(standing(&owner.get(&app, "/agents").await).1, 59);
    assert_eq!(standing(&bob.get(&app, "/agents").await).1, 58);
    assert_eq!(standing(&app.get(&config).widget(&key).send().await).1, 59);
    let chat = app.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!((chat.status, standing(&chat).1), (200, 58));
    let word = json!({ "message_id": chat.frames()[0]["message_id"], "feedback_type": "THUMBS_UP" });
    let answer = app.post("/api/v1/widget/feedback", word).widget(&key).send().await;
    assert_eq!(standing(&answer).1, 57);
    assert_eq!(standing(&owner.get(&app, "/agents").await).1, 57);
}

#[tokio::test]
async fn one_who_is_out_of_requests_takes_none_from_others() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    let second = app
        .post("/api/v1/workspaces", json!({ "name": "B" }))
        .bearer(&ann.token)
        .send()
        .await
        .expect(201);
    for _ in 0..61 {
        ann.get(&app, "/agents").await;
    }
    assert_eq!(ann.get(&app, "/agents").await.status, 429);
    assert_eq!(
        standing(&bob.get(&app, "/agents").await),
        (60, 59, (START / MINUTE + 1) * 60)
    );
    // Nor from another workspace of one's own.
    let second = Owner {
        workspace: second["id"].as_str().unwrap().to_owned(),
        ..ann.clone()
    };
    assert_eq!(second.get(&app, "/agents").await.status, 200);
    app.get("/api/v1/auth/me").bearer(&ann.token).send().await.expect(200);
}

#[tokio::test]
async fn of_many_requests_at_once_as_many_pass_as_are_left() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for _ in 0..57 {
        owner.get(&app, "/agents").await;
    }
    let ask = || owner.get(&app, "/agents");
    let (a, b, c, d, e) = tokio::join!(ask(), ask(), ask(), ask(), ask());
    let passed = [a, b, c, d, e].iter().filter(|it| it.status == 200).count();
    assert_eq!(passed, 3);
}

#[tokio::test]
async fn every_answer_to_a_known_caller_tells_the_limit() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    for route in edge_dialects::routes() {
        let path = route.path.replace("{workspace_id}", &owner.workspace);
        // Ids that do not exist, and bodies that will not do: 404, 400, 415.
        let path = path.replace("_id}", "_0").replace('{', "");
        for body in [None, Some(json!({})), Some(json!({ "name": 7, "message": 7 }))] {
            let call = app.call(route.method.clone(), &path);
            let call = match body {
                Some(body) => call.json(&body),
                None => call,
            };
            let call = match route.access {
                // The workspace itself is deleted at the end of another test.
                Access::Member if route.method == Method::DELETE && path.ends_with(&owner.workspace) => continue,
                Access::Account if path.ends_with("logout") => continue,
                Access::Account | Access::Member => call.bearer(&owner.token),
                Access::Widget => call.widget(&key),
                Access::Program(it) => call.keyed(it.kind, &owner.program_key(&app, it.kind).await),
                Access::Open | Access::Operator => continue,
            };
            let answer = call.send().await;
            assert_ne!(answer.status, 401, "{} {path}", route.method);
            standing(&answer);
        }
    }
    let unknown = app
        .get("/api/v1/workspaces/ws_0/agents")
        .bearer(&owner.token)
        .send()
        .await;
    assert_eq!(unknown.status, 404);
    standing(&unknown);
    for answer in [
        app.ask(&key, "agent_0", "s", "What?").send().await,
        app.ask(&key, &agent, "", "What?").send().await,
        app.ask(&key, &agent, "s", "").send().await,
        app.post("/api/v1/widget/chat", json!([])).widget(&key).send().await,
        app.post("/api/v1/widget/feedback", json!({ "message_id": "msg_0" }))
            .widget(&key)
            .send()
            .await,
    ] {
        assert!((400..=404).contains(&answer.status));
        standing(&answer);
    }
}

#[tokio::test]
async fn who_is_not_known_is_told_no_limit() {
    let app = TestApp::new();
    for answer in [
        app.get("/api/v1/auth/me").send().await,
        app.get("/api/v1/workspaces").bearer("x").send().await,
        app.ask("pk_live_x", "agent_0", "s", "What?").send().await,
    ] {
        assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (401, None));
    }
}

#[tokio::test]
async fn the_101st_message_of_a_free_month_is_refused() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    is(
        &usage(&app, &owner).await,
        &json!({ "messages_used": 0, "messages_limit": 100 }),
    );
    ask_many(&app, &key, &agent, 100).await;
    for _ in 0..2 {
        let answer = app.ask(&key, &agent, "s", "What?").send().await;
        assert_eq!(answer.refusal(), refused(429, "MESSAGE_LIMIT_REACHED"));
        standing(&answer);
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        // The first of February is six days away.
        assert!((5 * 86_400..=6 * 86_400).contains(&wait), "{wait}");
    }
    is(
        &usage(&app, &owner).await,
        &json!({ "messages_used": 100, "messages_limit": 100 }),
    );
    assert_eq!(
        app.sql.column("SELECT id FROM messages").len(),
        200,
        "what is refused is not kept"
    );
    // Everything else goes on.
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await;
    assert_eq!(config.status, 200);
    assert_eq!(owner.test(&app, &agent, "What?").await["answered"], json!(false));
    app.clock.advance(6 * DAY);
    assert_eq!(app.ask(&key, &agent, "s", "What?").send().await.status, 200);
    // The session that lasted a day is over; the count is in a new one.
    let login = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let token = app.post("/api/v1/auth/login", login).send().await.expect(200)["access_token"].clone();
    let owner = Owner {
        token: token.as_str().unwrap().to_owned(),
        ..owner
    };
    is(
        &usage(&app, &owner).await,
        &json!({ "messages_used": 1, "messages_limit": 100 }),
    );
}

#[tokio::test]
async fn a_larger_plan_lifts_the_limit_at_once() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    ask_many(&app, &key, &agent, 100).await;
    assert_eq!(app.ask(&key, &agent, "s", "What?").send().await.status, 429);
    app.set_plan(&owner, "STARTER").await;
    let answer = app.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!((answer.status, standing(&answer).0), (200, 120));
    is(
        &usage(&app, &owner).await,
        &json!({ "messages_used": 101, "messages_limit": 2_000 }),
    );
    // And a smaller one brings it back.
    app.set_plan(&owner, "FREE").await;
    let answer = app.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!(answer.refusal(), refused(429, "MESSAGE_LIMIT_REACHED"));
    app.set_plan(&owner, "ENTERPRISE").await;
    assert_eq!(app.ask(&key, &agent, "s", "What?").send().await.status, 200);
    is(
        &usage(&app, &owner).await,
        &json!({ "messages_used": 102, "messages_limit": null }),
    );
}

#[tokio::test]
async fn what_is_refused_uses_no_message_up() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    let draft = owner.agent(&app, json!({ "name": "Draft" })).await;
    for call in [
        app.ask(&key, &agent, "s", ""),
        app.ask(&key, &agent, "", "What?"),
        app.ask(&key, "agent_0", "s", "What?"),
        app.ask(&key, &draft, "s", "What?"),
        app.ask("pk_live_x", &agent, "s", "What?"),
    ] {
        assert!(call.send().await.status >= 400);
    }
    assert_eq!(usage(&app, &owner).await["messages_used"], json!(0));
    app.clock.advance(MINUTE);
    let config = format!("/api/v1/widget/config/{agent}");
    for _ in 0..30 {
        app.get(&config).widget(&key).send().await.expect(200);
    }
    for _ in 0..5 {
        let answer = app.ask(&key, &agent, "s", "What?").send().await;
        assert_eq!(answer.refusal(), refused(429, "RATE_LIMITED"));
    }
    app.clock.advance(MINUTE);
    assert_eq!(usage(&app, &owner).await["messages_used"], json!(0));
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn each_plan_has_its_figures() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (plan, requests, messages) in [
        ("FREE", 60, json!(100)),
        ("STARTER", 120, json!(2_000)),
        ("PROFESSIONAL", 300, json!(10_000)),
        ("ENTERPRISE", 1_000_000, json!(null)),
    ] {
        app.set_plan(&owner, plan).await;
        let answer = owner.get(&app, "").await;
        assert_eq!(standing(&answer).0, requests, "{plan}");
        has(
            &answer.expect(200),
            &json!({ "subscription_tier": plan, "usage": { "messages_limit": messages } }),
        );
    }
}

#[tokio::test]
async fn a_new_workspace_has_the_plan_of_the_installation() {
    let app = TestApp::with_settings(&[("DEFAULT_PLAN", "PROFESSIONAL")]);
    let owner = app.owner("ann@example.com").await;
    let answer = owner.get(&app, "").await;
    assert_eq!(standing(&answer).0, 300);
    has(&answer.expect(200), &json!({ "subscription_tier": "PROFESSIONAL" }));
}
