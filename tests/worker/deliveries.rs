//! Deliveries over real connections: they survive crashes, do not wait for each other, and are signed as receivers
//! check it.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::webhook_receiver::{Received, WebhookReceiver};
use edge_core::ports::Envelopes as _;
use edge_core::webhook::signature::{SigningSecret, standard};
use edge_dialects::registry::Dialects;
use edge_model::event::{EscalationChanged, Event, EventPayload, RunChanged, Test};
use edge_model::webhook::WebhookForm;
use edge_model::{AgentId, EventId, Timestamp, WorkspaceId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use xtask::api::Api;
use xtask::paths::root;
use xtask::server::{Plan, Server};
use xtask::tools::Tools;

const ROUNDS: usize = 5;
const EVENTS: usize = 100;

/// A plan whose Worker may call the receiver.
fn plan(name: &str, receiver: &WebhookReceiver) -> Plan {
    let mut plan = own_plan(name);
    let host = format!("127.0.0.1:{}", receiver.port);
    plan.settings.insert("ALLOW_PRIVATE_HOSTS".into(), host);
    plan
}

/// Makes a webhook, and returns its id and its secret.
fn webhook(tenant: &Tenant, url: &str) -> (String, String) {
    let body = json!({ "name": "Ours", "url": url, "event_types": ["FEEDBACK_RECEIVED"] });
    let created: Value = tenant.api.post(&tenant.path("webhooks"), &body).unwrap().ok().unwrap();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// Gets a question answered, and returns a page's client and the answer.
fn an_answer(tenant: &Tenant) -> (Api, String) {
    let collection = tenant.collection();
    tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let question = "When was the stone bridge of Ardenvale built?";
    let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
    let frames: Vec<Value> = page
        .events("/api/v1/widget/chat", &body)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    (page, frames[0]["message_id"].as_str().unwrap().to_owned())
}

/// Causes an event that can be told from the others.
fn cause(page: &Api, message: &str, number: usize) {
    let comment = format!("event {number}");
    let body = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": comment });
    let answer = page.post("/api/v1/widget/feedback", &body).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// Returns the ids under which each event came.
fn ids(received: &[Received]) -> BTreeMap<String, BTreeSet<String>> {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in received {
        let body: Value = serde_json::from_str(&one.body).unwrap();
        let comment = body["data"]["comment"].as_str().unwrap().to_owned();
        ids.entry(comment)
            .or_default()
            .insert(one.headers["webhook-id"].clone());
    }
    ids
}

/// Up to half a second: some deliveries are done by then, some under way, others have not begun.
fn a_random_moment() -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    Duration::from_micros(u64::from(nanos) / 1_000 % 500_000)
}

#[test]
fn a_hundred_events_survive_five_crashes_and_each_keeps_its_id() {
    let receiver = WebhookReceiver::start(Duration::from_millis(500));
    let mut server = Server::start(plan("deliveries", &receiver)).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let (page, message) = an_answer(&tenant);
    webhook(&tenant, &receiver.url("/"));
    let mut before = vec![];
    for round in 0..ROUNDS {
        let each = EVENTS / ROUNDS;
        for number in round * each..(round + 1) * each {
            cause(&page, &message, number);
        }
        thread::sleep(a_random_moment());
        before.push(ids(&receiver.received()).len());
        server = Server::start(server.kill()).unwrap();
    }
    assert!(
        before
            .iter()
            .enumerate()
            .any(|(round, count)| *count < (round + 1) * EVENTS / ROUNDS),
        "no crash was in the middle: {before:?}"
    );
    let received = receiver.wait(Duration::from_secs(90), |it| ids(it).len() == EVENTS);
    for (event, ids) in ids(&received) {
        assert_eq!(ids.len(), 1, "{event} came as {ids:?}");
    }
    drop(server);
}

#[test]
fn receivers_check_signatures_beside_an_endpoint_that_hangs() {
    let receiver = WebhookReceiver::start(Duration::ZERO);
    let server = Server::start(plan("hanging", &receiver)).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let (page, message) = an_answer(&tenant);
    webhook(&tenant, &receiver.url("/hang"));
    let (_, secret) = webhook(&tenant, &receiver.url("/"));
    for number in 0..20 {
        cause(&page, &message, number);
    }
    let of = |received: &[Received], path: &str| {
        received
            .iter()
            .filter(|it| it.path == path)
            .cloned()
            .collect::<Vec<_>>()
    };
    let received = receiver.wait(Duration::from_secs(10), |it| of(it, "/").len() >= 20);
    let hanging = of(&received, "/hang");
    assert!(
        (1..=4).contains(&hanging.len()),
        "{} wait at the one that hangs",
        hanging.len()
    );
    let first = received.iter().map(|it| it.at).min().unwrap();
    let last = of(&received, "/").iter().map(|it| it.at).max().unwrap();
    assert!(last - first < Duration::from_secs(8), "{:?}", last - first);
    let signed: Vec<Value> = of(&received, "/")
        .iter()
        .map(|it| json!({ "form": "insydr", "secret": secret, "headers": it.headers, "body": it.body }))
        .collect();
    verify(&json!(signed));
    drop(server);
}

#[test]
fn receivers_in_every_dialect_can_check_what_they_get() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Timestamp(i64::try_from(now.as_millis()).unwrap());
    let agent_id = AgentId::new("agent_abc123");
    let escalation = EventPayload::EscalationCreated(EscalationChanged {
        escalation_id: "esc_xyz789".into(),
        session_key: None,
        agent_id: agent_id.clone(),
        question: "Can you approve the $15k contract with Acmé?".into(),
        asked_by: "Jordan M.".into(),
        confidence: Some(0.22),
        reason: "Requires personal budget authority over $10k".into(),
        email: None,
        resolved_at: None,
    });
    let run = EventPayload::RunCompleted(RunChanged {
        run_id: "run_xyz789".into(),
        agent_id,
        outcome: Some("success".into()),
        finished_at: Some(now),
    });
    let test = EventPayload::Test(Test {
        message: "Hello".into(),
    });
    let mut signed = vec![];
    for (form, name, payload) in [
        (WebhookForm::Twin, "twin", escalation.clone()),
        (WebhookForm::Twig, "twig", escalation.clone()),
        (WebhookForm::Insydr, "insydr", escalation),
        (WebhookForm::Builder, "builder", run),
        (WebhookForm::Builder, "builder", test),
    ] {
        for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "your-webhook-secret"] {
            let event = Event {
                id: EventId::new("evt_1"),
                workspace_id: WorkspaceId::new("ws_1"),
                payload: payload.clone(),
                created_at: now,
            };
            let envelope = Dialects.envelope(form, &event).unwrap();
            let key = SigningSecret::new(secret).unwrap();
            let headers = json!({
                "webhook-id": "evt_1",
                "webhook-timestamp": now.seconds().to_string(),
                "webhook-signature": standard(std::slice::from_ref(&key), "evt_1", now, &envelope.body).unwrap(),
                envelope.signature_header: key.sign_body(&envelope.body).unwrap(),
            });
            let body = String::from_utf8(envelope.body).unwrap();
            signed.push(json!({ "form": name, "secret": secret, "headers": headers, "body": body }));
        }
    }
    verify(&json!(signed));
}

/// Has deliveries checked by the code that the dialects' documents show, and by a library of another maker's.
fn verify(signed: &Value) {
    let mut command = Tools::ready().unwrap().node();
    command
        .arg(root().join("tests/worker/verify.mjs"))
        .stdin(Stdio::piped());
    let mut node = command.stdout(Stdio::piped()).spawn().unwrap();
    node.stdin
        .take()
        .unwrap()
        .write_all(signed.to_string().as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let count = signed.as_array().unwrap().len();
    assert!(
        output.status.success() && said.trim() == format!("{count} verified"),
        "{said}"
    );
}

#[test]
fn an_endpoint_that_takes_an_event_without_a_word_has_taken_it() {
    let receiver = WebhookReceiver::start(Duration::ZERO);
    let server = Server::start(plan("quiet", &receiver)).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let (webhook, _) = webhook(&tenant, &receiver.url("/quiet"));
    let path = tenant.path(&format!("webhooks/{webhook}"));
    tenant
        .api
        .post(&format!("{path}/test"), &json!({}))
        .unwrap()
        .ok::<Value>()
        .unwrap();
    receiver.wait(Duration::from_secs(10), |it| !it.is_empty());
    let began = Instant::now();
    let status = loop {
        let list: Value = tenant.api.get(&format!("{path}/deliveries")).unwrap().ok().unwrap();
        let last = &list["deliveries"][0];
        if last["attempts"] != 0 || began.elapsed() > Duration::from_secs(10) {
            break last["status"].clone();
        }
        thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(status, "DELIVERED");
    drop(server);
}
