//! What is kept of the answers to requests with an `Idempotency-Key`: nothing that retention or an erasure does not
//! reach.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::request::{Answer, Call};
use crate::harness::sqlite::migrations;
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

const QUESTION: &str = "What does the Pro plan of aunt Philippa cost?";

/// A workspace whose agent knows something, and a page and a program that ask.
pub(crate) struct Desk {
    pub(crate) owner: Owner,
    agent: String,
    page: String,
    program: String,
}

impl Desk {
    pub(crate) async fn new(app: &TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        app.set_plan(&owner, "ENTERPRISE").await;
        owner
            .upload_and_index(app, "pro.md", "# Pro plan\n\nThe Pro plan costs 49 dollars a month.")
            .await;
        let settings = json!({ "response_config": { "confidence_threshold": 0.0, "show_sources": true } });
        let agent = app.published_agent(&owner, settings).await;
        let page = app.widget_key(&owner).await;
        let program = owner.program_key(app, KeyKind::Twin).await;
        Self {
            owner,
            agent,
            page,
            program,
        }
    }

    pub(crate) async fn chat(&self, app: &TestApp) -> Answer {
        app.ask(&self.page, &self.agent, "philippa", QUESTION)
            .key("k1")
            .send()
            .await
    }

    async fn rate(&self, app: &TestApp, message: &Value) -> Answer {
        let body = json!({ "message_id": message, "feedback_type": "THUMBS_DOWN", "comment": QUESTION });
        app.post("/api/v1/widget/feedback", body)
            .widget(&self.page)
            .key("k1")
            .send()
            .await
    }

    async fn escalate(&self, app: &TestApp) -> Answer {
        let body = json!({
            "agent_id": self.agent, "session_id": "philippa", "email": "phil@example.com", "message": QUESTION,
        });
        app.post("/api/v1/widget/escalate", body)
            .widget(&self.page)
            .key("k1")
            .send()
            .await
    }

    async fn reply(&self, app: &TestApp, escalation: &str) -> Answer {
        let call = self
            .owner
            .call(app, Method::POST, &format!("/escalations/{escalation}/reply"));
        call.json(&json!({ "message": "It is free for aunts." }))
            .key("k1")
            .send()
            .await
    }

    async fn twin(&self, app: &TestApp, message: &str) -> Answer {
        let call = app
            .post("/v1/twin", json!({ "message": message }))
            .bearer(&self.program);
        call.key("k1").send().await
    }

    async fn keep_for(&self, app: &TestApp, days: u32) {
        let body = json!({ "retention_days": days });
        self.owner.patch(app, "", body).await.expect(200);
    }
}

/// Asserts that an answer says that the request was done, and that nothing is kept.
#[track_caller]
fn is_gone(answer: &Answer) {
    assert_eq!(answer.status, 410, "{}", answer.text());
    assert_eq!(answer.header("idempotent-replayed"), Some("true"));
    assert!(answer.text().contains("not kept any more"), "{}", answer.text());
}

/// Asserts that no row of the keys holds an answer, sealed or not.
#[track_caller]
fn holds_no_answer(app: &TestApp) {
    let kept = "SELECT id FROM idempotency_keys WHERE sealed_answer IS NOT NULL";
    assert_eq!(app.sql.column(kept), Vec::<String>::new());
}

fn count(app: &TestApp, table: &str) -> usize {
    app.sql.column(&format!("SELECT 1 FROM {table}")).len()
}

#[tokio::test]
async fn where_nothing_is_kept_a_repeated_question_says_so() {
    let app = TestApp::new();
    let desk = Desk::new(&app).await;
    desk.keep_for(&app, 0).await;
    app.sql.execute("DELETE FROM idempotency_keys", &[]);
    let first = desk.chat(&app).await;
    assert!(first.streamed().contains("49 dollars"), "{}", first.text());
    let used = desk.owner.get(&app, "").await.expect(200)["messages_used"].clone();
    let again = desk.chat(&app).await;
    is_gone(&again);
    assert_eq!(again.refusal().1, "GONE");
    assert_eq!(desk.twin(&app, QUESTION).await.status, 200);
    let twin = desk.twin(&app, QUESTION).await;
    is_gone(&twin);
    assert!(twin.expect(410)["error"].is_string());
    holds_no_answer(&app);
    assert_eq!(count(&app, "messages"), 0);
    // The twin's question was one, the repeated ones were none.
    let now = desk.owner.get(&app, "").await.expect(200)["messages_used"].clone();
    assert_eq!(now.as_u64(), used.as_u64().map(|it| it + 1));
    for row in app.everything() {
        assert!(!row.contains("Philippa"), "{row}");
    }
}

#[tokio::test]
async fn an_erased_visitor_is_not_in_a_repeated_answer() {
    let app = TestApp::new();
    let desk = Desk::new(&app).await;
    let asked = desk.chat(&app).await;
    let message = &asked.frames()[0]["message_id"];
    desk.rate(&app, message).await.expect(201);
    let raised = desk.escalate(&app).await.expect(201);
    let escalation = raised["escalation_id"].as_str().unwrap();
    desk.reply(&app, escalation).await.expect(200);
    desk.owner.delete(&app, "/visitors/philippa").await.expect(200);
    is_gone(&desk.chat(&app).await);
    is_gone(&desk.rate(&app, message).await);
    is_gone(&desk.escalate(&app).await);
    is_gone(&desk.reply(&app, escalation).await);
    for table in ["messages", "feedback", "escalations", "conversations"] {
        assert_eq!(count(&app, table), 0, "{table}");
    }
    assert_eq!(
        app.mailbox
            .all()
            .iter()
            .filter(|it| it.to == "phil@example.com")
            .count(),
        0
    );
}

#[tokio::test]
async fn a_repeated_answer_is_made_of_what_is_kept() {
    let app = TestApp::new();
    let desk = Desk::new(&app).await;
    app.sql.execute("DELETE FROM idempotency_keys", &[]);
    let (first, again) = (desk.chat(&app).await, desk.chat(&app).await);
    assert_eq!(first.streamed(), again.streamed());
    let rest = |answer: &Answer| {
        answer
            .frames()
            .into_iter()
            .filter(|it| it["type"] != "token")
            .collect::<Vec<_>>()
    };
    assert_eq!(rest(&first), rest(&again));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    let message = &first.frames()[0]["message_id"];
    let raised = desk.escalate(&app).await;
    let escalation = raised.expect(201)["escalation_id"].as_str().unwrap().to_owned();
    // One that is answered and one that is handed to a person.
    let decision = "Can you approve the $15k contract with Acme?";
    let pairs = [
        (desk.rate(&app, message).await, desk.rate(&app, message).await),
        (raised, desk.escalate(&app).await),
        (desk.reply(&app, &escalation).await, desk.reply(&app, &escalation).await),
        (desk.twin(&app, decision).await, desk.twin(&app, decision).await),
    ];
    for (first, again) in pairs {
        assert!((200..300).contains(&first.status), "{}", first.text());
        assert_eq!((first.status, first.text()), (again.status, again.text()));
        assert_eq!(first.header("idempotent-replayed"), None);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    holds_no_answer(&app);
    assert_eq!((count(&app, "messages"), count(&app, "escalations")), (4, 2));
    // Another body under the same key is refused, whatever is kept.
    assert_eq!(desk.twin(&app, "And what else?").await.status, 422);
}

#[tokio::test]
async fn an_answer_goes_with_whatever_it_shows() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let make = |path: &'static str, body: Value| {
        let (app, owner) = (&app, &owner);
        move || owner.call(app, Method::POST, path).json(&body).key("k1").send()
    };
    let things = [
        (
            "/api-keys",
            json!({ "name": "Site", "allowed_domains": ["example.com"] }),
        ),
        (
            "/webhooks",
            json!({ "name": "Ours", "url": HOOK, "event_types": ["LEAD_CAPTURED"] }),
        ),
        ("/invitations", json!({ "email": "eve@example.com", "role": "VIEWER" })),
        ("/collections", json!({ "name": "Facts" })),
    ];
    for (path, body) in things {
        let send = make(path, body);
        let first = send().await;
        assert_eq!(send().await.text(), first.text(), "{path}");
        owner
            .delete(&app, &format!("{path}/{}", id(&first.expect(201))))
            .await
            .expect(200);
        is_gone(&send().await);
    }
    let collection = app.default_collection(&owner).await;
    let upload = || {
        let form = [
            ("collection_id", None, collection.as_bytes()),
            ("file", Some("a.md"), b"Philippa".as_slice()),
        ];
        owner
            .call(&app, Method::POST, "/documents")
            .form(&form)
            .key("k1")
            .send()
    };
    let document = id(&upload().await.expect(202));
    assert_eq!(upload().await.header("idempotent-replayed"), Some("true"));
    owner.delete(&app, &format!("/documents/{document}")).await.expect(200);
    is_gone(&upload().await);
    assert_eq!(count(&app, "documents"), 0);
    holds_no_answer(&app);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_is_not_answered_again() {
    let app = TestApp::new();
    app.sign_up("ann@example.com").await;
    let body = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let log_in = || app.post("/api/v1/auth/login", body.clone()).key("k1").send();
    let token = log_in().await.expect(200)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(log_in().await.expect(200)["access_token"], token.as_str());
    let out = app.post("/api/v1/auth/logout", json!({})).bearer(&token);
    out.send().await.expect(200);
    is_gone(&log_in().await);
    holds_no_answer(&app);
}

#[tokio::test]
async fn a_deleted_workspace_or_account_takes_its_answers_along() {
    let app = TestApp::new();
    let token = app.sign_up("ann@example.com").await;
    let make = || {
        let call = app.post("/api/v1/workspaces", json!({ "name": "Philippa's" }));
        call.bearer(&token).key("k1").send()
    };
    let workspace = id(&make().await.expect(201));
    app.delete(&format!("/api/v1/workspaces/{workspace}"))
        .bearer(&token)
        .send()
        .await
        .expect(200);
    is_gone(&make().await);
    holds_no_answer(&app);
    let again = || {
        let call = app.post("/api/v1/workspaces", json!({ "name": "Philippa's" }));
        call.bearer(&token).key("k2").send()
    };
    again().await.expect(201);
    let body = json!({ "password": "correct horse battery" });
    app.delete("/api/v1/auth/me")
        .bearer(&token)
        .json(&body)
        .send()
        .await
        .expect(200);
    assert_eq!(again().await.status, 401);
    holds_no_answer(&app);
}

#[tokio::test]
async fn what_is_erased_during_a_request_is_not_kept_after_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Philippa's" });
    let make = || {
        owner
            .call(&app, Method::POST, "/collections")
            .json(&body)
            .key("k1")
            .send()
    };
    let forget = async {
        let made = app
            .sql
            .column("SELECT id FROM collections WHERE is_default = 0")
            .remove(0);
        owner.delete(&app, &format!("/collections/{made}")).await.expect(200);
    };
    let (first, ()) = tokio::join!(
        make(),
        app.sql.hold_next("UPDATE idempotency_keys SET fingerprint", forget)
    );
    first.expect(201);
    is_gone(&make().await);
    holds_no_answer(&app);
}

#[tokio::test]
async fn the_rows_do_not_tell_whether_a_body_was_guessed_right() {
    let app = TestApp::new();
    let desk = Desk::new(&app).await;
    desk.chat(&app).await;
    let body = json!({ "agent_id": desk.agent, "session_id": "philippa", "message": QUESTION }).to_string();
    let hash = edge_core::secret::sha256(body);
    for row in app.everything() {
        assert!(!row.contains(&hash), "{row}");
    }
}

#[test]
fn answers_of_the_last_release_are_kept_no_longer() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let run = |from: &str, until: &str| {
        let between = migrations()
            .into_iter()
            .filter(|it| it.0.as_str() >= from && it.0.as_str() < until);
        between.for_each(|(name, sql)| {
            connection
                .execute_batch(&sql)
                .unwrap_or_else(|why| panic!("{name}: {why}"))
        });
    };
    run("0001", "0077");
    connection
        .execute_batch(
            "INSERT INTO idempotency_keys (id, holder, seed, began_at, fingerprint, sealed_answer, held_until, expires_at)
             VALUES ('done', 'h', 's', 7, 'f', '1.secret', 9, 10), ('begun', 'h', 's', 8, NULL, NULL, 9, 10);
             INSERT INTO idempotency_effects VALUES ('begun', '1 INSERT', 'f')",
        )
        .unwrap();
    run("0077", "9999");
    let left = "SELECT id || ' ' || coalesce(done_at, '') || coalesce(sealed_answer, '') || coalesce(fingerprint, '')
         FROM idempotency_keys ORDER BY id";
    let mut statement = connection.prepare(left).unwrap();
    let rows = statement.query_map([], |it| it.get::<_, String>(0)).unwrap();
    assert_eq!(rows.map(Result::unwrap).collect::<Vec<_>>(), ["begun ", "done 7"]);
}

#[tokio::test]
async fn a_test_of_an_agent_is_answered_anew_and_kept_nowhere() {
    let app = TestApp::new();
    let desk = Desk::new(&app).await;
    let rows = count(&app, "idempotency_keys");
    let path = format!("/agents/{}/test", desk.agent);
    let send = || -> Call<'_> {
        desk.owner
            .call(&app, Method::POST, &path)
            .json(&json!({ "message": QUESTION }))
    };
    let first = send().key("k1").send().await.expect(200);
    let again = send().key("k1").send().await;
    assert_eq!(again.header("idempotent-replayed"), None);
    assert_eq!(again.expect(200)["response"], first["response"]);
    assert_eq!(count(&app, "idempotency_keys"), rows);
}
