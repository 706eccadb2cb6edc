//! Every route without credentials, with foreign ones, and with another tenant's ids.
use crate::harness::receiver::HOOK;
use crate::harness::{Owner, TestApp};
use edge_dialects::dialect::{Credential, KeyHeader};
use edge_dialects::registry::DIALECTS;
use edge_dialects::{Access, Route};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

/// A body that each route would take, so that what is refused is the caller and not the body.
fn body(route: &Route) -> Option<Value> {
    let body = match (route.method.clone(), route.path.rsplit('/').next().unwrap_or_default()) {
        (Method::POST, "workspaces" | "collections" | "agents" | "api-keys") => json!({ "name": "A name" }),
        (Method::POST, "test") => json!({ "message": "A question?" }),
        (Method::POST, "chat") => json!({ "agent_id": "agent_x", "session_id": "s", "message": "A question?" }),
        (Method::POST, "escalate") => json!({ "agent_id": "agent_x", "session_id": "s", "message": "Help!" }),
        (Method::POST, "reply" | "twin") => json!({ "message": "A message" }),
        (Method::POST, "kb") => json!({ "title": "A title", "content": "A text" }),
        (Method::PATCH, "{escalation_id}") if route.access == Access::Member => json!({ "status": "RESOLVED" }),
        (Method::PATCH, "{escalation_id}") => json!({ "status": "resolved" }),
        (Method::POST, "feedback") => json!({ "message_id": "msg_x", "feedback_type": "THUMBS_UP" }),
        (Method::POST, "webhooks") if is_of(route.access, KeyKind::Twig) => {
            json!({ "url": HOOK, "events": ["agent.updated"] })
        }
        (Method::POST, "webhooks") if is_of(route.access, KeyKind::Builder) => {
            json!({ "url": HOOK, "events": ["run.failed"] })
        }
        (Method::POST, "replay") => json!({ "since": "2026-01-01T00:00:00Z" }),
        (Method::PUT, "plan") => json!({ "plan": "FREE" }),
        (Method::PUT, "mail") => json!({ "is_stopped": true }),
        (Method::POST, "invitations") => json!({ "email": "bob@example.com", "role": "MEMBER" }),
        (Method::PUT, "{document_id}") if route.access == Access::Member => json!({ "text": "Another text" }),
        (Method::PATCH, "{document_id}") => json!({ "title": "Another title" }),
        (Method::PATCH, "{user_id}") => json!({ "role": "VIEWER" }),
        (Method::PATCH, "{question_id}") => json!({ "status": "RESOLVED" }),
        (Method::POST, "url") => json!({ "url": "https://example.com/", "collection_id": "col_0" }),
        (Method::DELETE, "me") => json!({ "password": "correct horse battery" }),
        (Method::PATCH, "me") => json!({ "full_name": "A name" }),
        (Method::POST | Method::PUT | Method::PATCH, _) => json!({}),
        _ => return None,
    };
    Some(body)
}

/// Tells whether programs with keys of a kind may call.
fn is_of(access: Access, kind: KeyKind) -> bool {
    matches!(access, Access::Program(program) if program.kind == kind)
}

fn routes(access: Access) -> Vec<Route> {
    edge_dialects::routes()
        .into_iter()
        .filter(|it| it.access == access)
        .collect()
}

fn fill(path: &str, ids: &[(&str, &str)]) -> String {
    let filled = ids.iter().fold(path.to_owned(), |path, (name, id)| {
        path.replace(&format!("{{{name}}}"), id)
    });
    // The first of each: an agent's is 1.1.
    let filled = match filled.split_once("/versions/1") {
        Some((agent, rest)) if agent.contains("/agents/") => format!("{agent}/versions/1.1{rest}"),
        _ => filled,
    };
    assert!(!filled.contains('{'), "{filled}: the test does not know this id");
    filled
}

const NOBODYS: [(&str, &str); 16] = [
    ("workspace_id", "ws_0000000000000000000000"),
    ("key_id", "key_0000000000000000000000"),
    ("agent_id", "agent_0000000000000000000000"),
    ("collection_id", "col_0000000000000000000000"),
    ("document_id", "doc_0000000000000000000000"),
    ("message_id", "msg_0000000000000000000000"),
    ("user_id", "user_0000000000000000000000"),
    ("invitation_id", "inv_0000000000000000000000"),
    ("conversation_id", "conv_0000000000000000000000"),
    ("session_id", "nobody"),
    ("question_id", "uq_0000000000000000000000"),
    ("version", "1"),
    ("escalation_id", "esc_0000000000000000000000"),
    ("webhook_id", "wh_0000000000000000000000"),
    ("delivery_id", "dlv_0000000000000000000000"),
    ("page", "x"),
];

async fn visit(app: &TestApp, route: &Route, path: &str, headers: &[(&str, &str)]) -> crate::harness::request::Answer {
    let mut call = app.call(route.method.clone(), path);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    let is_upload = route.method == Method::POST && route.path.ends_with("/documents");
    match body(route) {
        _ if is_upload => call.form(&[("collection_id", None, b"col_x"), ("file", Some("a.txt"), b"text")]),
        Some(body) => call.json(&body),
        None => call,
    }
    .send()
    .await
}

#[tokio::test]
async fn no_route_opens_without_its_credential() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    let token = format!("Bearer {}", owner.token);
    let forged = format!("{}x", token);
    let mut programs = vec![];
    for kind in KeyKind::ALL {
        let program = owner.program_key(&app, kind).await;
        programs.push((kind, "x-api-key", program.clone()));
        programs.push((kind, "authorization", format!("Bearer {program}")));
    }
    let programs_of = DIALECTS.iter().filter_map(|it| match it.credential {
        Credential::Key(key) => Some(Access::Program(key)),
        Credential::AccountToken => None,
    });
    for access in [Access::Account, Access::Member, Access::Widget, Access::Operator]
        .into_iter()
        .chain(programs_of)
    {
        let is_own = |kind| match access {
            Access::Widget => kind == KeyKind::Widget,
            access => is_of(access, kind),
        };
        let others = programs.iter().filter(|it| !is_own(it.0));
        let others: Vec<[(&str, &str); 1]> = others.map(|it| [(it.1, it.2.as_str())]).collect();
        for route in routes(access) {
            let path = fill(route.path, &NOBODYS);
            let foreign: &[&[(&str, &str)]] = match access {
                Access::Account | Access::Member => &[
                    &[],
                    &[("authorization", &forged)],
                    &[("x-api-key", &key)],
                    &[("authorization", "Basic YTpi")],
                ],
                Access::Widget => &[
                    &[],
                    &[("authorization", &token)],
                    &[("x-api-key", "pk_live_nonsense"), ("origin", "https://example.com")],
                ],
                Access::Program(_) => &[
                    &[],
                    &[("authorization", &token)],
                    &[("x-api-key", &key)],
                    &[("authorization", "Bearer twin_live_nonsense")],
                ],
                Access::Operator => &[&[], &[("authorization", &token)], &[("x-operator-token", "wrong")]],
                Access::Open => &[],
            };
            for headers in foreign.iter().copied().chain(others.iter().map(|it| it.as_slice())) {
                let answer = visit(&app, &route, &path, headers).await;
                assert_eq!(
                    answer.status,
                    401,
                    "{} {path} {headers:?}: {}",
                    route.method,
                    answer.text()
                );
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn another_tenants_workspace_is_as_if_it_were_not_there() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let token = format!("Bearer {}", bob.token);
    for route in routes(Access::Member) {
        let mut ids = NOBODYS;
        let nobodys = visit(&app, &route, &fill(route.path, &ids), &[("authorization", &token)]).await;
        ids[0].1 = &ann.workspace;
        let anns = visit(&app, &route, &fill(route.path, &ids), &[("authorization", &token)]).await;
        assert_eq!(
            (anns.status, anns.text()),
            (404, nobodys.text()),
            "{} {}",
            route.method,
            route.path
        );
    }
}

/// One of everything that a workspace holds.
async fn furnished(app: &TestApp, owner: &Owner) -> [(&'static str, String); 13] {
    let document = app
        .upload(owner, "a.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    app.drain(owner).await;
    let agent = app.published_agent(owner, json!({})).await;
    let key = app.widget_key(owner).await;
    app.ask(&key, &agent, "visitor-of-one", "What is the meaning of life?")
        .send()
        .await;
    let conversations = owner.get(app, "/conversations").await.expect(200);
    let unanswered = owner.get(app, "/analytics/unanswered").await.expect(200);
    let invitation = json!({ "email": "eve@example.com", "role": "VIEWER" });
    let invitation = owner.post(app, "/invitations", invitation).await.expect(201);
    let members = owner.get(app, "/members").await.expect(200);
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let answer = app
        .sql
        .column("SELECT id FROM messages WHERE author = 'agent'")
        .remove(0);
    let request = json!({ "agent_id": agent, "session_id": "s", "message": "Help!" });
    let raised = app
        .post("/api/v1/widget/escalate", request)
        .widget(&key)
        .send()
        .await
        .expect(201);
    let keys = app
        .get(&owner.path("/api-keys"))
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    let (webhook, _) = owner.webhook(app, HOOK, &["LEAD_CAPTURED"]).await;
    let delivery = owner.test_event(app, &webhook).await;
    [
        ("key_id", keys["api_keys"][0]["id"].as_str().unwrap().to_owned()),
        ("agent_id", agent),
        ("collection_id", app.default_collection(owner).await),
        ("document_id", document["id"].as_str().unwrap().to_owned()),
        ("message_id", answer),
        ("conversation_id", text(&conversations["conversations"][0]["id"])),
        ("session_id", "visitor-of-one".into()),
        ("question_id", text(&unanswered["unanswered"][0]["id"])),
        ("invitation_id", text(&invitation["id"])),
        ("user_id", text(&members["members"][0]["user_id"])),
        ("escalation_id", raised["escalation_id"].as_str().unwrap().to_owned()),
        ("webhook_id", webhook),
        ("delivery_id", delivery),
    ]
}

#[tokio::test]
async fn another_tenants_things_are_not_found_in_ones_own_workspace() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    // More requests than the free plan has in a minute.
    app.set_plan(&bob, "ENTERPRISE").await;
    let things = furnished(&app, &ann).await;
    let token = format!("Bearer {}", bob.token);
    for route in routes(Access::Member)
        .iter()
        .filter(|it| it.path.matches('{').count() > 1)
    {
        let mut ids = NOBODYS;
        ids[0].1 = &bob.workspace;
        let nobodys = visit(&app, route, &fill(route.path, &ids), &[("authorization", &token)]).await;
        for (name, id) in &mut ids[1..] {
            if let Some(thing) = things.iter().find(|it| it.0 == *name) {
                *id = &thing.1;
            }
        }
        let anns = visit(&app, route, &fill(route.path, &ids), &[("authorization", &token)]).await;
        assert_eq!(
            (anns.status, anns.text()),
            (404, nobodys.text()),
            "{} {}",
            route.method,
            route.path
        );
    }
    // And they are all still there.
    for (rest, plural) in [
        ("/documents", "documents"),
        ("/agents", "agents"),
        ("/collections", "collections"),
        ("/conversations", "conversations"),
        ("/invitations", "invitations"),
        ("/members", "members"),
        ("/analytics/unanswered", "unanswered"),
    ] {
        let list = app.get(&ann.path(rest)).bearer(&ann.token).send().await.expect(200);
        assert_eq!(list[plural].as_array().unwrap().len(), 1, "{list}");
    }
}

#[tokio::test]
async fn another_tenants_things_are_not_found_by_a_program() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let things = furnished(&app, &ann).await;
    let mut visited = 0;
    for program in DIALECTS.iter().filter_map(|it| match it.credential {
        Credential::Key(key) => Some(key),
        Credential::AccountToken => None,
    }) {
        let key = bob.program_key(&app, program.kind).await;
        let (header, key) = match program.header {
            KeyHeader::ApiKey => ("x-api-key", key),
            KeyHeader::Authorization => ("authorization", format!("Bearer {key}")),
        };
        for route in routes(Access::Program(program))
            .iter()
            .filter(|it| it.path.contains('{'))
        {
            let mut ids = NOBODYS;
            let nobodys = visit(&app, route, &fill(route.path, &ids), &[(header, &key)]).await;
            for (name, id) in &mut ids {
                if let Some(thing) = things.iter().find(|it| it.0 == *name) {
                    *id = &thing.1;
                }
            }
            let anns = visit(&app, route, &fill(route.path, &ids), &[(header, &key)]).await;
            assert_eq!(
                (anns.status, anns.text()),
                (404, nobodys.text()),
                "{} {}",
                route.method,
                route.path
            );
            visited += 1;
        }
    }
    assert!(visited >= 11);
    // Nothing of it is listed, nor was anything of it changed.
    let key = bob.program_key(&app, KeyKind::Twin).await;
    for (path, plural) in [("/v1/kb", "docs"), ("/v1/escalations?status=all", "escalations")] {
        let list = app.get(path).bearer(&key).send().await.expect(200);
        assert_eq!((&list[plural], &list["total"]), (&json!([]), &json!(0)));
    }
    for (rest, plural) in [("/documents", "documents"), ("/escalations?status=OPEN", "escalations")] {
        let list = ann.get(&app, rest).await.expect(200);
        assert_eq!(list[plural].as_array().unwrap().len(), 1, "{list}");
    }
}

#[tokio::test]
async fn another_tenants_ids_in_a_body_are_not_found() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let things = furnished(&app, &ann).await;
    let (agent, collection) = (&things[1].1, &things[2].1);
    let make = |id: &str| {
        app.post(&bob.path("/agents"), json!({ "name": "Spy", "collection_ids": [id] }))
            .bearer(&bob.token)
            .send()
    };
    assert_eq!(make(collection).await.refusal(), make("col_0").await.refusal());
    assert_eq!(make(collection).await.status, 404);
    let upload = |id: &'static [u8]| {
        app.call(Method::POST, &bob.path("/documents"))
            .bearer(&bob.token)
            .form(&[("collection_id", None, id), ("file", Some("a.txt"), b"text")])
            .send()
    };
    let leaked: &'static [u8] = collection.clone().into_bytes().leak();
    assert_eq!(
        (upload(leaked).await.status, upload(leaked).await.text()),
        (404, upload(b"col_0").await.text())
    );
    let key = app.widget_key(&bob).await;
    let chat = |agent: &str| {
        let body = json!({ "agent_id": agent, "session_id": "s", "message": "When are you open?" });
        app.post("/api/v1/widget/chat", body).widget(&key).send()
    };
    assert_eq!(
        (chat(agent).await.status, chat(agent).await.text()),
        (404, chat("agent_0").await.text())
    );
}

#[tokio::test]
async fn nothing_of_one_tenant_is_ever_answered_to_another() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    app.upload(
        &ann,
        "secret.md",
        "# The launch code\n\nThe launch code of the rocket is canary-4711.",
    )
    .await;
    app.upload(
        &bob,
        "hours.md",
        "# Opening hours\n\nThe shop is open from nine to five.",
    )
    .await;
    app.drain(&ann).await;
    app.drain(&bob).await;
    let agent = app
        .published_agent(&bob, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let key = app.widget_key(&bob).await;
    for question in [
        "What is the launch code of the rocket?",
        "canary-4711",
        "The launch code of the rocket is canary-4711.",
    ] {
        let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
        let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
}
