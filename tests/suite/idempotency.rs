//! `Idempotency-Key`: done once, answered as often as asked.
use crate::harness::acts::id;
use crate::harness::request::{Answer, Call};
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use edge_model::time::{DAY, MINUTE};
use http::Method;
use serde_json::{Value, json};

impl TestApp {
    /// Loses what is known of requests that were done, as a crash does that comes before it is written down.
    pub(crate) fn forget_answers(&self) {
        let lost =
            "UPDATE idempotency_keys SET done_at = NULL, reference = NULL, sealed_answer = NULL, fingerprint = NULL";
        self.sql.execute(lost, &[]);
    }
}

impl Call<'_> {
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
}

async fn make(app: &TestApp, owner: &Owner, key: &str, body: &Value) -> Answer {
    owner
        .call(app, Method::POST, "/agents")
        .json(body)
        .key(key)
        .send()
        .await
}

fn agents(app: &TestApp) -> usize {
    app.sql.column("SELECT id FROM agents").len()
}

#[tokio::test]
async fn the_same_request_again_is_answered_alike_and_done_once() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot" });
    let first = make(&app, &owner, "k1", &body).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    app.clock.advance(DAY - MINUTE);
    let again = make(&app, &owner, "k1", &body).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(again.status, 201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert!(again.header("x-ratelimit-remaining").is_some());
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(agents(&app), 1);
}

#[tokio::test]
async fn after_a_day_the_key_is_free_and_its_row_is_swept_away() {
    let app = TestApp::new();
    app.sign_up("ann@example.com").await;
    // A sign-in does not last for longer than a day; this needs none.
    let path = "/api/v1/auth/forgot-password";
    let body = json!({ "email": "ann@example.com" });
    let send = || app.post(path, body.clone()).key("k1").send();
    send().await.expect(200);
    app.clock.advance(DAY + MINUTE);
    assert_eq!(send().await.header("idempotent-replayed"), None);
    assert_eq!(send().await.header("idempotent-replayed"), Some("true"));
    app.clock.advance(DAY + MINUTE);
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert_eq!(app.sql.column("SELECT id FROM idempotency_keys").len(), 0);
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    make(&app, &owner, "k1", &json!({ "name": "Bot" })).await.expect(201);
    let refused = make(&app, &owner, "k1", &json!({ "name": "Other" })).await;
    let field = Some("Idempotency-Key".to_owned());
    assert_eq!(refused.refusal(), (422, "UNPROCESSABLE_CONTENT".into(), field));
    assert_eq!(agents(&app), 1);
}

#[tokio::test]
async fn another_body_of_a_visitor_is_refused_and_counted() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let page = app.widget_key(&owner).await;
    let ask = |question: &'static str| app.ask(&page, &agent, "s", question).key("k1").send();
    let left = |answer: &Answer| answer.header("x-ratelimit-remaining").unwrap().parse::<u64>().unwrap();
    let first = ask("Are you open?").await;
    assert_eq!(first.status, 200);
    let refused = ask("What does it cost?").await;
    assert_eq!((refused.status, left(&refused) < left(&first)), (422, true));
    app.sql.execute("UPDATE api_keys SET revoked_at = 1", &[]);
    for question in ["What does it cost?", "Are you open?"] {
        assert_eq!(ask(question).await.status, 401);
    }
}

#[tokio::test]
async fn keys_of_other_callers_and_other_paths_are_other_keys() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let body = json!({ "name": "Bot" });
    let first = make(&app, &ann, "k1", &body).await.expect(201);
    let second = make(&app, &bob, "k1", &body).await.expect(201);
    assert_ne!(id(&first), id(&second));
    let collection = ann
        .call(&app, Method::POST, "/collections")
        .json(&body)
        .key("k1")
        .send()
        .await;
    assert_eq!(collection.header("idempotent-replayed"), None);
    collection.expect(201);
    assert_eq!(agents(&app), 2);
}

#[tokio::test]
async fn one_of_many_equal_requests_at_once_is_done() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot" });
    let calls = (0..50).map(|_| make(&app, &owner, "k1", &body));
    let answers = futures_util::future::join_all(calls).await;
    let made = answers.iter().filter(|it| it.status == 201);
    let fresh = made
        .clone()
        .filter(|it| it.header("idempotent-replayed").is_none())
        .count();
    assert_eq!((fresh, agents(&app)), (1, 1));
    for waiting in answers.iter().filter(|it| it.status != 201) {
        assert_eq!(waiting.refusal(), (409, "CONFLICT".into(), None));
        assert_eq!(waiting.header("retry-after"), Some("1"));
    }
    assert!(made.count() < 50, "some came while the first one ran");
    let late = make(&app, &owner, "k1", &body).await;
    assert_eq!(late.header("idempotent-replayed"), Some("true"));
}

#[tokio::test]
async fn what_was_refused_or_failed_may_be_sent_again_under_its_key() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    assert_eq!(make(&app, &owner, "k1", &json!({ "name": "" })).await.status, 400);
    app.sql.fail_next("INSERT INTO agents");
    let body = json!({ "name": "Bot" });
    assert_eq!(make(&app, &owner, "k1", &body).await.status, 500);
    make(&app, &owner, "k1", &body).await.expect(201);
    assert_eq!(agents(&app), 1);
}

#[tokio::test]
async fn a_request_that_a_crash_cut_off_holds_its_key_for_two_minutes() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot" });
    make(&app, &owner, "k1", &body).await.expect(201);
    app.forget_answers();
    assert_eq!(make(&app, &owner, "k1", &body).await.status, 409);
    app.clock.advance(2 * MINUTE + 1_000);
    assert_eq!(make(&app, &owner, "k1", &body).await.status, 201);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for key in ["", &"k".repeat(256)] {
        let refused = make(&app, &owner, key, &json!({ "name": "Bot" })).await.refusal();
        let field = Some("Idempotency-Key".to_owned());
        assert_eq!(refused, (400, "VALIDATION_ERROR".into(), field), "{key}");
    }
    make(&app, &owner, &"k".repeat(255), &json!({ "name": "Bot" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn who_is_let_in_no_more_is_answered_nothing_that_was_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let bob = app.join(&owner, "bob@example.com", "ADMIN").await;
    let body = json!({ "name": "Bot" });
    make(&app, &bob, "k1", &body).await.expect(201);
    app.sql.execute("DELETE FROM memberships WHERE role = 'ADMIN'", &[]);
    assert_eq!(
        make(&app, &bob, "k1", &body).await.refusal(),
        (404, "NOT_FOUND".into(), None)
    );
    app.sql.execute("DELETE FROM sessions", &[]);
    assert_eq!(make(&app, &bob, "k1", &body).await.status, 401);
}

#[tokio::test]
async fn a_stranger_with_a_key_costs_no_write() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    // Well formed, with the right checksum, and of no workspace.
    let unknown = |kind| edge_core::secret::api_key(&*app.inner.random, kind).unwrap();
    let revoked = owner.program_key(&app, KeyKind::Twin).await;
    app.sql
        .execute("UPDATE api_keys SET revoked_at = 1 WHERE kind = 'twin'", &[]);
    let ask = json!({ "message": "When are you open?" });
    let hook = json!({ "url": "https://hooks.example.com/a", "events": ["run.failed"] });
    let elsewhere = Owner {
        token: app.sign_up("eve@example.com").await,
        ..owner.clone()
    };
    app.sql.execute(
        "DELETE FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email LIKE 'eve%')",
        &[],
    );
    let calls = [
        app.ask(&unknown(KeyKind::Widget), &agent, "s", "When are you open?"),
        app.post("/v1/twin", ask.clone())
            .keyed(KeyKind::Twin, &unknown(KeyKind::Twin)),
        app.post("/v1/twin", ask.clone()).keyed(KeyKind::Twin, &revoked),
        app.post("/api/webhooks", hook.clone())
            .keyed(KeyKind::Twig, &unknown(KeyKind::Twig)),
        app.post(&format!("/v1/agents/{agent}/webhooks"), hook)
            .keyed(KeyKind::Builder, &unknown(KeyKind::Builder)),
        elsewhere
            .call(&app, Method::POST, "/agents")
            .json(&json!({ "name": "Bot" })),
        app.post(&owner.path("/agents"), json!({ "name": "Bot" }))
            .bearer("e30.e30.e30"),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        app.sql.begin_counting();
        assert_eq!(call.key("k1").send().await.status, 401, "{number}");
        assert_eq!(app.sql.writes(), Vec::<&str>::new(), "{number}");
    }
}

#[tokio::test]
async fn what_was_done_is_not_done_again_after_a_refusal() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    // It is done, but a fault keeps that from being noted.
    app.sql.fail_next("UPDATE idempotency_keys SET fingerprint");
    make(&app, &owner, "k1", &json!({ "name": "Bot" })).await;
    app.clock.advance(3 * MINUTE);
    while owner.get(&app, "/agents").await.status == 200 {}
    let refused = make(&app, &owner, "k1", &json!({ "name": "Bot" })).await;
    assert_eq!(refused.status, 429);
    app.clock.advance(MINUTE);
    make(&app, &owner, "k1", &json!({ "name": "Bot" })).await.expect(201);
    assert_eq!(app.sql.column("SELECT count(*) FROM agents"), ["1"]);
}

#[tokio::test]
async fn of_a_strangers_keys_a_thousand_an_hour_are_looked_at() {
    let app = TestApp::new();
    let call = |number: u32, from: &str| {
        // It is refused by its handler at once, after the key was written down and taken back.
        let call = app.post("/api/v1/auth/verify-otp", json!({ "email": "nobody" }));
        call.key(&format!("k{number}")).header("cf-connecting-ip", from)
    };
    for number in 0..1_000 {
        let answer = call(number, "2001:db8:1:2::1").send().await;
        assert!([400, 422].contains(&answer.status), "{}", answer.text());
    }
    app.sql.begin_counting();
    let refused = call(1_000, "2001:db8:1:2::2").send().await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert_eq!(app.sql.writes(), Vec::<&str>::new());
    assert_ne!(call(1_000, "2001:db8:9:9::1").send().await.status, 429);
}

#[tokio::test]
async fn replays_count_as_requests() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot" });
    let mut last = 1_000;
    for _ in 0..3 {
        let answer = make(&app, &owner, "k1", &body).await;
        let left: u64 = answer.header("x-ratelimit-remaining").unwrap().parse().unwrap();
        assert!(left < last, "{left}");
        last = left;
    }
}

#[tokio::test]
async fn an_upload_is_recognized_under_a_new_boundary() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let form = |boundary: &str, text: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"collection_id\"\r\n\r\n{collection}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n{text}\r\n--{boundary}--\r\n"
        )
    };
    let send = |boundary: &'static str, text: &'static str| {
        owner
            .call(&app, Method::POST, "/documents")
            .header("content-type", &format!("multipart/form-data; boundary={boundary}"))
            .body(form(boundary, text))
            .key("k1")
            .send()
    };
    let first = send("AAAA", "We are open from nine to five.").await;
    first.expect(202);
    let again = send("BBBBBBBB", "We are open from nine to five.").await;
    assert_eq!(
        (again.header("idempotent-replayed"), &again.body),
        (Some("true"), &first.body)
    );
    assert_eq!(send("AAAA", "We are closed.").await.status, 422);
}

#[tokio::test]
async fn an_abandoned_stream_is_kept_whole_and_streamed_again() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner
        .upload_and_index(&app, "pro.md", "# Pro plan\n\nThe Pro plan costs 49 dollars a month.")
        .await;
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let key = app.widget_key(&owner).await;
    let ask = || app.ask(&key, &agent, "s", "What does the Pro plan cost?").key("k1");
    drop(ask().leaving().open().await);
    let mut again = ask().send().await;
    for _ in 0..500 {
        if again.status == 200 {
            break;
        }
        assert_eq!(again.status, 409, "{}", again.text());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        again = ask().send().await;
    }
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert!(again.streamed().contains("49 dollars"), "{}", again.text());
    assert_eq!(again.frames().last().unwrap()["type"], "done");
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 2);
    // Used from elsewhere, the key of a page opens nothing that was kept.
    let body = json!({ "agent_id": agent, "session_id": "s", "message": "What does the Pro plan cost?" });
    let elsewhere = app
        .post("/api/v1/widget/chat", body)
        .header("x-api-key", &key)
        .header("origin", "https://evil.example");
    assert_eq!(elsewhere.key("k1").send().await.refusal().1, "ORIGIN_NOT_ALLOWED");
}

#[tokio::test]
async fn secrets_in_answers_are_in_no_row() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let make = || {
        let body = json!({ "name": "Site", "allowed_domains": ["example.com"] });
        owner.call(&app, Method::POST, "/api-keys").json(&body).key("k1").send()
    };
    let first = make().await.expect(201);
    let secret = first["key"].as_str().unwrap();
    assert_eq!(make().await.expect(201)["key"], secret);
    let base64 = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let traces = [secret.to_owned(), base64(secret)];
    for row in app.everything() {
        assert!(!traces.iter().any(|it| row.contains(it.as_str())), "{row}");
    }
}

#[tokio::test]
async fn every_post_takes_a_key() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let widget_key = app.widget_key(&owner).await;
    for route in edge_dialects::routes().iter().filter(|it| it.method == Method::POST) {
        let path = route.path.replace("{workspace_id}", &owner.workspace);
        let path = path.split('/').map(|it| if it.starts_with('{') { "x" } else { it });
        let path = path.collect::<Vec<_>>().join("/");
        // A key that is none is refused before anything else is looked at.
        let call = app.post(&path, json!({})).key("");
        let call = match route.access {
            edge_dialects::Access::Widget => call.widget(&widget_key),
            edge_dialects::Access::Program(program) => {
                let key = owner.program_key(&app, program.kind).await;
                let refused = call.keyed(program.kind, &key).send().await;
                assert!(
                    refused.status == 400 && refused.text().contains("Idempotency-Key"),
                    "{path}: {}",
                    refused.text()
                );
                continue;
            }
            _ => call.bearer(&owner.token),
        };
        let refused = call.send().await;
        assert!(
            refused.status == 400 && refused.text().contains("Idempotency-Key"),
            "{path}: {}",
            refused.text()
        );
    }
}

#[tokio::test]
async fn a_program_is_answered_alike_and_refused_in_its_dialect() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = owner.program_key(&app, KeyKind::Twin).await;
    let send = |content: &str| {
        let body = json!({ "title": "Hours", "content": content });
        app.post("/v1/kb", body).bearer(&key).key("k1").send()
    };
    let first = send("We are open from nine to five.").await;
    first.expect(201);
    let again = send("We are open from nine to five.").await;
    assert_eq!(
        (again.header("idempotent-replayed"), &again.body),
        (Some("true"), &first.body)
    );
    let other = send("We are closed.").await;
    assert_eq!(other.status, 422);
    assert!(other.expect(422)["error"].is_string());
    app.forget_answers();
    let running = send("We are open from nine to five.").await;
    assert_eq!((running.status, running.header("retry-after")), (409, Some("1")));
    assert_eq!(app.sql.column("SELECT id FROM documents").len(), 1);
}
