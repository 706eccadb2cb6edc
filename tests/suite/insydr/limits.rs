//! What a plan allows: requests a minute and messages a month.
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, START, World};
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

async fn installed(world: &World) -> (Owner, String, String) {
    let owner = world.owner("ann@example.com").await;
    let agent = world.published_agent(&owner, json!({})).await;
    let key = world.widget_key(&owner).await;
    world.clock.advance(MINUTE);
    (owner, key, agent)
}

/// Asks so many questions, at a speed that the plan allows.
async fn ask_many(world: &World, key: &str, agent: &str, count: usize) {
    for number in 0..count {
        if number % 50 == 49 {
            world.clock.advance(MINUTE);
        }
        // More than one visitor at one place may ask.
        let (session, address) = (format!("s{}", number % 4), format!("192.0.2.{}", number % 4));
        let call = world.ask(key, agent, &session, "What?");
        let answer = call.header("cf-connecting-ip", &address).send().await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
    world.clock.advance(MINUTE);
}

async fn usage(world: &World, owner: &Owner) -> Value {
    owner.get(world, "").await.expect(200)["usage"].clone()
}

#[tokio::test]
async fn a_free_workspace_has_exactly_sixty_requests_a_minute() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let minute = START / MINUTE;
    for used in 1..=60 {
        let answer = owner.get(&world, "/agents").await;
        assert_eq!(answer.status, 200, "{used}");
        assert_eq!(standing(&answer), (60, 60 - used, (minute + 1) * 60));
    }
    for _ in 0..3 {
        let answer = owner.get(&world, "/agents").await;
        assert_eq!(answer.refusal(), refused(429, "RATE_LIMITED"));
        assert_eq!(standing(&answer), (60, 0, (minute + 1) * 60));
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((55..=60).contains(&wait), "{wait}");
    }
    let wait: i64 = owner
        .get(&world, "/agents")
        .await
        .header("retry-after")
        .unwrap()
        .parse()
        .unwrap();
    world.clock.advance(wait * SECOND);
    let answer = owner.get(&world, "/agents").await;
    assert_eq!((answer.status, standing(&answer)), (200, (60, 59, (minute + 2) * 60)));
}

#[tokio::test]
async fn members_share_one_limit_and_visitors_another() {
    let world = World::new();
    let (owner, key, agent) = installed(&world).await;
    let bob = world.join(&owner, "bob@example.com", "VIEWER").await;
    let config = format!("/api/v1/widget/config/{agent}");
    assert_eq!(standing(&owner.get(&world, "/agents").await).1, 59);
    assert_eq!(standing(&bob.get(&world, "/agents").await).1, 58);
    assert_eq!(standing(&world.get(&config).widget(&key).send().await).1, 59);
    let chat = world.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!((chat.status, standing(&chat).1), (200, 58));
    let word = json!({ "message_id": chat.frames()[0]["message_id"], "feedback_type": "THUMBS_UP" });
    let answer = world.post("/api/v1/widget/feedback", word).widget(&key).send().await;
    assert_eq!(standing(&answer).1, 57);
    assert_eq!(standing(&owner.get(&world, "/agents").await).1, 57);
}

#[tokio::test]
async fn one_who_is_out_of_requests_takes_none_from_others() {
    let world = World::new();
    let (ann, bob) = (
        world.owner("ann@example.com").await,
        world.owner("bob@example.com").await,
    );
    let second = world
        .post("/api/v1/workspaces", json!({ "name": "B" }))
        .bearer(&ann.token)
        .send()
        .await
        .expect(201);
    for _ in 0..61 {
        ann.get(&world, "/agents").await;
    }
    assert_eq!(ann.get(&world, "/agents").await.status, 429);
    assert_eq!(
        standing(&bob.get(&world, "/agents").await),
        (60, 59, (START / MINUTE + 1) * 60)
    );
    // Nor from another workspace of one's own.
    let second = Owner {
        workspace: second["id"].as_str().unwrap().to_owned(),
        ..ann.clone()
    };
    assert_eq!(second.get(&world, "/agents").await.status, 200);
    world.get("/api/v1/auth/me").bearer(&ann.token).send().await.expect(200);
}

#[tokio::test]
async fn of_many_requests_at_once_as_many_pass_as_are_left() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    for _ in 0..57 {
        owner.get(&world, "/agents").await;
    }
    let ask = || owner.get(&world, "/agents");
    let (a, b, c, d, e) = tokio::join!(ask(), ask(), ask(), ask(), ask());
    let passed = [a, b, c, d, e].iter().filter(|it| it.status == 200).count();
    assert_eq!(passed, 3);
}

#[tokio::test]
async fn every_answer_to_somebody_known_tells_the_limit() {
    let world = World::new();
    let (owner, key, agent) = installed(&world).await;
    world.set_plan(&owner, "ENTERPRISE").await;
    for route in edge_dialects::routes() {
        let path = route.path.replace("{workspace_id}", &owner.workspace);
        // Ids that do not exist, and bodies that will not do: 404, 400, 415.
        let path = path.replace("_id}", "_0").replace('{', "");
        for body in [None, Some(json!({})), Some(json!({ "name": 7, "message": 7 }))] {
            let call = world.call(route.method.clone(), &path);
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
                Access::Program(it) => call.keyed(it.kind, &owner.program_key(&world, it.kind).await),
                Access::Open | Access::Operator => continue,
            };
            let answer = call.send().await;
            assert_ne!(answer.status, 401, "{} {path}", route.method);
            standing(&answer);
        }
    }
    let unknown = world
        .get("/api/v1/workspaces/ws_0/agents")
        .bearer(&owner.token)
        .send()
        .await;
    assert_eq!(unknown.status, 404);
    standing(&unknown);
    for answer in [
        world.ask(&key, "agent_0", "s", "What?").send().await,
        world.ask(&key, &agent, "", "What?").send().await,
        world.ask(&key, &agent, "s", "").send().await,
        world.post("/api/v1/widget/chat", json!([])).widget(&key).send().await,
        world
            .post("/api/v1/widget/feedback", json!({ "message_id": "msg_0" }))
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
    let world = World::new();
    for answer in [
        world.get("/api/v1/auth/me").send().await,
        world.get("/api/v1/workspaces").bearer("x").send().await,
        world.ask("pk_live_x", "agent_0", "s", "What?").send().await,
    ] {
        assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (401, None));
    }
}

#[tokio::test]
async fn the_101st_message_of_a_free_month_is_refused() {
    let world = World::new();
    let (owner, key, agent) = installed(&world).await;
    is(
        &usage(&world, &owner).await,
        &json!({ "messages_used": 0, "messages_limit": 100 }),
    );
    ask_many(&world, &key, &agent, 100).await;
    for _ in 0..2 {
        let answer = world.ask(&key, &agent, "s", "What?").send().await;
        assert_eq!(answer.refusal(), refused(429, "MESSAGE_LIMIT_REACHED"));
        standing(&answer);
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        // The first of February is six days away.
        assert!((5 * 86_400..=6 * 86_400).contains(&wait), "{wait}");
    }
    is(
        &usage(&world, &owner).await,
        &json!({ "messages_used": 100, "messages_limit": 100 }),
    );
    assert_eq!(
        world.sql.column("SELECT id FROM messages").len(),
        200,
        "what is refused is not kept"
    );
    // Everything else goes on.
    let config = world
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await;
    assert_eq!(config.status, 200);
    assert_eq!(owner.test(&world, &agent, "What?").await["answered"], json!(false));
    world.clock.advance(6 * DAY);
    assert_eq!(world.ask(&key, &agent, "s", "What?").send().await.status, 200);
    // The session that lasted a day is over; the count is in a new one.
    let login = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let token = world.post("/api/v1/auth/login", login).send().await.expect(200)["access_token"].clone();
    let owner = Owner {
        token: token.as_str().unwrap().to_owned(),
        ..owner
    };
    is(
        &usage(&world, &owner).await,
        &json!({ "messages_used": 1, "messages_limit": 100 }),
    );
}

#[tokio::test]
async fn a_larger_plan_lifts_the_limit_at_once() {
    let world = World::new();
    let (owner, key, agent) = installed(&world).await;
    ask_many(&world, &key, &agent, 100).await;
    assert_eq!(world.ask(&key, &agent, "s", "What?").send().await.status, 429);
    world.set_plan(&owner, "STARTER").await;
    let answer = world.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!((answer.status, standing(&answer).0), (200, 120));
    is(
        &usage(&world, &owner).await,
        &json!({ "messages_used": 101, "messages_limit": 2_000 }),
    );
    // And a smaller one brings it back.
    world.set_plan(&owner, "FREE").await;
    let answer = world.ask(&key, &agent, "s", "What?").send().await;
    assert_eq!(answer.refusal(), refused(429, "MESSAGE_LIMIT_REACHED"));
    world.set_plan(&owner, "ENTERPRISE").await;
    assert_eq!(world.ask(&key, &agent, "s", "What?").send().await.status, 200);
    is(
        &usage(&world, &owner).await,
        &json!({ "messages_used": 102, "messages_limit": null }),
    );
}

#[tokio::test]
async fn what_is_refused_uses_no_message_up() {
    let world = World::new();
    let (owner, key, agent) = installed(&world).await;
    let draft = owner.agent(&world, json!({ "name": "Draft" })).await;
    for call in [
        world.ask(&key, &agent, "s", ""),
        world.ask(&key, &agent, "", "What?"),
        world.ask(&key, "agent_0", "s", "What?"),
        world.ask(&key, &draft, "s", "What?"),
        world.ask("pk_live_x", &agent, "s", "What?"),
    ] {
        assert!(call.send().await.status >= 400);
    }
    assert_eq!(usage(&world, &owner).await["messages_used"], json!(0));
    world.clock.advance(MINUTE);
    let config = format!("/api/v1/widget/config/{agent}");
    for _ in 0..30 {
        world.get(&config).widget(&key).send().await.expect(200);
    }
    for _ in 0..5 {
        let answer = world.ask(&key, &agent, "s", "What?").send().await;
        assert_eq!(answer.refusal(), refused(429, "RATE_LIMITED"));
    }
    world.clock.advance(MINUTE);
    assert_eq!(usage(&world, &owner).await["messages_used"], json!(0));
    assert_eq!(world.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn each_plan_has_its_figures() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    for (plan, requests, messages) in [
        ("FREE", 60, json!(100)),
        ("STARTER", 120, json!(2_000)),
        ("PROFESSIONAL", 300, json!(10_000)),
        ("ENTERPRISE", 1_000_000, json!(null)),
    ] {
        world.set_plan(&owner, plan).await;
        let answer = owner.get(&world, "").await;
        assert_eq!(standing(&answer).0, requests, "{plan}");
        has(
            &answer.expect(200),
            &json!({ "subscription_tier": plan, "usage": { "messages_limit": messages } }),
        );
    }
}

#[tokio::test]
async fn a_new_workspace_has_the_plan_of_the_installation() {
    let world = World::with_settings(&[("DEFAULT_PLAN", "PROFESSIONAL")]);
    let owner = world.owner("ann@example.com").await;
    let answer = owner.get(&world, "").await;
    assert_eq!(standing(&answer).0, 300);
    has(&answer.expect(200), &json!({ "subscription_tier": "PROFESSIONAL" }));
}
