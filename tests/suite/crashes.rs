//! Every POST, cut off between its effect and its answer, and sent again: done once, and answered as it would have
//! been.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::request::{Answer, Call};
use crate::harness::{Owner, TestApp};
use edge_dialects::Route;
use edge_dialects::dialect::route::Replay;
use edge_dialects::openapi::samples;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows each table has; but for those of the keys themselves.
fn rows(app: &TestApp) -> BTreeMap<String, String> {
    let tables = app
        .sql
        .column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'idempotency%'");
    let count = |it: &String| app.sql.column(&format!("SELECT count(*) FROM \"{it}\"")).remove(0);
    tables.iter().map(|it| (it.clone(), count(it))).collect()
}

/// Loses what was answered so far, as a crash does that comes between the effect and the answer.
fn crash(app: &TestApp) {
    app.forget_answers();
    app.sql.execute("UPDATE idempotency_keys SET held_until = 0", &[]);
}

/// Returns what of an answer must come again: all but moments, and the tokens that hold them.
fn lasting(answer: &Answer) -> Value {
    fn strip(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let is_moment = |name: &str| {
                    let is_time = ["_at", "At", "_ms", "latency"].iter().any(|it| name.ends_with(it));
                    // A file that is here already is said to be.
                    is_time || name.contains("token") || ["duplicate", "message"].contains(&name)
                };
                let kept = members.into_iter().filter(|it| !is_moment(&it.0));
                kept.map(|(name, value)| (name, strip(value))).collect()
            }
            Value::Array(elements) => elements.into_iter().map(strip).collect(),
            other => other,
        }
    }
    match serde_json::from_slice(&answer.body) {
        Ok(body) => strip(body),
        Err(_)
            if answer
                .header("content-type")
                .is_some_and(|it| it.starts_with("text/html")) =>
        {
            json!(answer.text())
        }
        // A streamed answer is worked out once more, under the id that it has.
        Err(_) => json!([answer.frames()[0], answer.streamed()]),
    }
}

/// Who sends a request.
#[derive(Clone, Copy)]
enum Who<'a> {
    Anybody,
    Account(&'a str),
    Key(KeyKind, &'a str),
}

impl Who<'_> {
    fn sends<'w>(self, call: Call<'w>) -> Call<'w> {
        match self {
            Self::Anybody => call,
            Self::Account(token) => call.bearer(token),
            Self::Key(kind, key) => call.keyed(kind, key),
        }
    }
}

/// Sends requests twice, with a crash between, and notes of which routes they were.
struct Sender<'a> {
    app: &'a TestApp,
    sent: BTreeSet<String>,
}

impl Sender<'_> {
    /// Sends a request to a route, whose ids are filled in, and returns its answer.
    async fn send(&mut self, route: &str, ids: &[(&str, &str)], body: &Value, who: Who<'_>) -> Answer {
        let path = ids.iter().fold(route.to_owned(), |path, (name, id)| {
            path.replace(&format!("{{{name}}}"), id)
        });
        let key = format!("key of {path}");
        let is_form = body["file"].is_string();
        let again = || {
            let call = self.app.call(Method::POST, &path);
            let call = match is_form {
                true => call.form(&[
                    (
                        "collection_id",
                        None,
                        body["collection_id"].as_str().unwrap().as_bytes(),
                    ),
                    ("file", Some("a.md"), body["file"].as_str().unwrap().as_bytes()),
                ]),
                false => call.json(body),
            };
            who.sends(call).header("idempotency-key", &key).send()
        };
        let first = again().await;
        assert!((200..300).contains(&first.status), "{path}: {}", first.text());
        let before = rows(self.app);
        crash(self.app);
        let second = again().await;
        assert_eq!(second.header("idempotent-replayed"), None, "{path}");
        assert_eq!(
            (second.status, lasting(&second)),
            (first.status, lasting(&first)),
            "{path}"
        );
        assert_eq!(rows(self.app), before, "{path} was done twice");
        // And now it is kept, or the request has no effect that could be repeated.
        let third = again().await;
        let is_this = |it: &Route| it.method == Method::POST && it.path == route;
        let is_anew = edge_dialects::routes()
            .iter()
            .any(|it| is_this(it) && matches!(it.replay, Replay::Anew));
        assert_eq!(
            third.header("idempotent-replayed"),
            (!is_anew).then_some("true"),
            "{path}"
        );
        assert_eq!(
            (third.status, lasting(&third)),
            (first.status, lasting(&first)),
            "{path}"
        );
        assert_eq!(rows(self.app), before, "{path} was done twice");
        self.sent.insert(samples::name(&Method::POST, route));
        first
    }
}

#[tokio::test]
async fn every_post_is_done_once_whatever_a_crash_cuts_off() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let mut sender = Sender {
        app: &app,
        sent: BTreeSet::new(),
    };
    accounts(&mut sender).await;
    content(&mut sender, &owner).await;
    agents(&mut sender, &owner).await;
    visits(&mut sender, &owner).await;
    programs(&mut sender, &owner).await;
    // These use up what they check first, so the second of two identical requests is refused.
    let used_up = ["/api/v1/auth/logout", "/api/v1/invitations/{invitation_id}/accept"];
    // This one answers how much there was to do, which is nothing the second time.
    let counts = ["/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replay"];
    let excepted: Vec<_> = used_up.iter().chain(&counts).map(|it| format!("POST {it}")).collect();
    let posts = edge_dialects::routes()
        .into_iter()
        .filter(|it| it.method == Method::POST);
    let missing: Vec<_> = posts
        .map(|it| samples::name(&it.method, it.path))
        .filter(|it| !sender.sent.contains(it) && !excepted.contains(it))
        .collect();
    assert!(missing.is_empty(), "not tried: {missing:#?}");
}

async fn accounts(sender: &mut Sender<'_>) {
    let app = sender.app;
    let email = "bob@example.com";
    let password = "correct horse battery";
    let body = json!({ "email": email, "password": password, "full_name": "Bob" });
    sender.send("/api/v1/auth/signup", &[], &body, Who::Anybody).await;
    let body = json!({ "email": email });
    sender.send("/api/v1/auth/resend-otp", &[], &body, Who::Anybody).await;
    let body = json!({ "email": email, "otp_code": app.mailbox.code_for(email) });
    sender.send("/api/v1/auth/verify-otp", &[], &body, Who::Anybody).await;
    let body = json!({ "email": email, "password": password });
    sender.send("/api/v1/auth/login", &[], &body, Who::Anybody).await;
    let body = json!({ "email": email });
    sender
        .send("/api/v1/auth/forgot-password", &[], &body, Who::Anybody)
        .await;
    let code = app.mailbox.code_for(email);
    let body = json!({ "email": email, "otp_code": code, "password": "another long password" });
    sender
        .send("/api/v1/auth/reset-password", &[], &body, Who::Anybody)
        .await;
}

const OF: &str = "/api/v1/workspaces/{workspace_id}";

async fn content(sender: &mut Sender<'_>, owner: &Owner) {
    let app = sender.app;
    let ws: &[(&str, &str)] = &[("workspace_id", &owner.workspace)];
    let ann = Who::Account(&owner.token);
    let named = json!({ "name": "A name" });
    sender.send("/api/v1/workspaces", &[], &named, ann).await;
    sender.send(&format!("{OF}/collections"), ws, &named, ann).await;
    sender.send(&format!("{OF}/api-keys"), ws, &named, ann).await;
    let body = json!({ "email": "eve@example.com", "role": "VIEWER" });
    sender.send(&format!("{OF}/invitations"), ws, &body, ann).await;
    let collection = app.default_collection(owner).await;
    let body = json!({ "collection_id": collection, "file": "# Hours\n\nWe are open from nine to five." });
    let uploaded = sender.send(&format!("{OF}/documents"), ws, &body, ann).await;
    app.drain(owner).await;
    let document = id(&uploaded.expect(202));
    let ids = [ws[0], ("document_id", document.as_str()), ("version", "1")];
    sender
        .send(
            &format!("{OF}/documents/{{document_id}}/reprocess"),
            &ids,
            &json!({}),
            ann,
        )
        .await;
    app.drain(owner).await;
    let text = json!({ "text": "# Hours\n\nWe are closed." });
    let put = owner
        .call(app, Method::PUT, &format!("/documents/{document}"))
        .json(&text);
    put.send().await.expect(202);
    app.drain(owner).await;
    let route = format!("{OF}/documents/{{document_id}}/versions/{{version}}/restore");
    sender.send(&route, &ids, &json!({}), ann).await;
    app.drain(owner).await;
    let body = json!({ "collection_id": collection, "url": "https://example.com/" });
    let source = sender.send(&format!("{OF}/documents/url"), ws, &body, ann).await;
    let source = id(&source.expect(202));
    let ids = [ws[0], ("document_id", source.as_str())];
    let route = format!("{OF}/documents/{{document_id}}/cancel");
    sender.send(&route, &ids, &json!({}), ann).await;
}

async fn agents(sender: &mut Sender<'_>, owner: &Owner) {
    let ws: &[(&str, &str)] = &[("workspace_id", &owner.workspace)];
    let ann = Who::Account(&owner.token);
    // An endpoint that is told of every change, so that a second event would be a second row.
    let body = json!({ "url": HOOK, "events": ["agent.created", "agent.updated", "interaction.created"] });
    let twig = owner.program_key(sender.app, KeyKind::Twig).await;
    let told = Who::Key(KeyKind::Twig, &twig);
    sender.send("/api/webhooks", &[], &body, told).await;
    let body = json!({ "query": "When are you open?" });
    sender.send("/api/semantic-search", &[], &body, told).await;
    let body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    let made = sender.send(&format!("{OF}/agents"), ws, &body, ann).await;
    let agent = id(&made.expect(201));
    let ids = [ws[0], ("agent_id", agent.as_str()), ("version", "1.1")];
    for (rest, body) in [
        ("publish", json!({})),
        ("test", json!({ "message": "When are you open?" })),
        ("duplicate", json!({})),
        ("versions/{version}/restore", json!({})),
        ("archive", json!({})),
        ("unarchive", json!({})),
    ] {
        let route = format!("{OF}/agents/{{agent_id}}/{rest}");
        sender.send(&route, &ids, &body, ann).await;
    }
    let builder = owner.program_key(sender.app, KeyKind::Builder).await;
    let body = json!({ "url": HOOK, "events": ["run.failed"] });
    let automation = Who::Key(KeyKind::Builder, &builder);
    sender
        .send("/v1/agents/{agent_id}/webhooks", &ids, &body, automation)
        .await;
}

async fn visits(sender: &mut Sender<'_>, owner: &Owner) {
    let app = sender.app;
    let settings = json!({ "response_config": { "confidence_threshold": 0.0 } });
    let agent = app.published_agent(owner, settings).await;
    let key = app.widget_key(owner).await;
    let page = Who::Key(KeyKind::Widget, &key);
    let body = json!({ "agent_id": agent, "session_id": "s", "message": "When are you open?" });
    let answered = sender.send("/api/v1/widget/chat", &[], &body, page).await;
    let body = json!({ "message_id": answered.frames()[0]["message_id"], "feedback_type": "THUMBS_UP" });
    sender.send("/api/v1/widget/feedback", &[], &body, page).await;
    let body = json!({ "agent_id": agent, "session_id": "s", "email": "jo@example.com", "message": "Help!" });
    let raised = sender.send("/api/v1/widget/escalate", &[], &body, page).await;
    let raised = raised.expect(201)["escalation_id"].as_str().unwrap().to_owned();
    let ids = [("workspace_id", owner.workspace.as_str()), ("escalation_id", &raised)];
    let ann = Who::Account(&owner.token);
    let route = format!("{OF}/escalations/{{escalation_id}}/reply");
    sender
        .send(&route, &ids, &json!({ "message": "Here I am." }), ann)
        .await;
    app.drain(owner).await;
    for kind in ["confirm", "unsubscribe"] {
        let link = app.mailbox.link_for("jo@example.com", kind);
        let token = link.rsplit('/').next().unwrap();
        let route = format!("/mail/{kind}/{{token}}");
        sender.send(&route, &[("token", token)], &json!({}), Who::Anybody).await;
    }
}

async fn programs(sender: &mut Sender<'_>, owner: &Owner) {
    let app = sender.app;
    let ws: &[(&str, &str)] = &[("workspace_id", &owner.workspace)];
    let ann = Who::Account(&owner.token);
    let body = json!({ "name": "Ours", "url": HOOK, "event_types": ["LEAD_CAPTURED"] });
    let webhook = id(&sender.send(&format!("{OF}/webhooks"), ws, &body, ann).await.expect(201));
    let delivery = owner.test_event(app, &webhook).await;
    let ids = [
        ws[0],
        ("webhook_id", webhook.as_str()),
        ("delivery_id", delivery.as_str()),
    ];
    for rest in ["test", "rotate-secret", "deliveries/{delivery_id}/redeliver"] {
        let route = format!("{OF}/webhooks/{{webhook_id}}/{rest}");
        sender.send(&route, &ids, &json!({}), ann).await;
    }
    let twin = owner.program_key(app, KeyKind::Twin).await;
    let program = Who::Key(KeyKind::Twin, &twin);
    let body = json!({ "title": "Policy", "content": "Under $50 no approval is needed." });
    sender.send("/v1/kb", &[], &body, program).await;
    let body = json!({ "message": "Can you approve the $15k contract with Acme?" });
    sender.send("/v1/twin", &[], &body, program).await;
}

#[tokio::test]
async fn a_question_cut_off_by_a_fault_resumes_with_its_ids() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["MESSAGE_ANSWERED"]).await;
    let twin = owner.program_key(&app, KeyKind::Twin).await;
    let ask = || {
        let body = json!({ "message": "Can you approve the $15k contract with Acme?" });
        let call = app.post("/v1/twin", body).bearer(&twin);
        call.header("idempotency-key", "k1").send()
    };
    app.sql.fail_next("INSERT INTO escalations");
    assert_eq!(ask().await.status, 500);
    let asked = app.sql.column("SELECT id FROM messages ORDER BY id");
    assert_eq!(asked.len(), 2);
    ask().await.expect(200);
    assert_eq!(app.sql.column("SELECT id FROM messages ORDER BY id"), asked);
    assert_eq!(app.sql.column("SELECT id FROM escalations").len(), 1);
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 1);
}

#[tokio::test]
async fn a_request_that_was_cut_off_is_not_taken_up_by_another_body() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let make = |name: &str| {
        let call = owner.call(&app, Method::POST, "/agents").json(&json!({ "name": name }));
        call.header("idempotency-key", "k1").send()
    };
    let first = make("Bot").await.expect(201);
    crash(&app);
    assert_eq!(make("Other").await.status, 422);
    assert_eq!(id(&make("Bot").await.expect(201)), id(&first));
    assert_eq!(app.sql.column("SELECT id FROM agents").len(), 1);
}
