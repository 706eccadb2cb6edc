//! Webhooks of automations: each of one agent; the document's samples; refused as problems.
use crate::harness::TestApp;
use crate::harness::program::Program;
use crate::harness::receiver::HOOK;
use crate::harness::request::Answer;
use crate::harness::shape::{is, like};
use crate::samples::sample;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::json;

struct Agent {
    program: Program,
    path: String,
    id: String,
}

impl Agent {
    async fn new(app: &TestApp) -> Self {
        let program = Program::of(app, KeyKind::Builder).await;
        let id = program.owner.agent(app, json!({ "name": "Bot" })).await;
        let path = format!("/v1/agents/{id}/webhooks");
        Self { program, path, id }
    }

    async fn make(&self, app: &TestApp, events: &[&str]) -> String {
        let body = json!({ "url": HOOK, "events": events });
        let made = self.program.post(app, &self.path, body).await.expect(201);
        made["webhook_id"].as_str().unwrap().to_owned()
    }
}

/// Asserts that an answer is a problem of a status, with the fields that are wrong.
#[track_caller]
fn refused(answer: &Answer, status: u16, field: Option<&str>) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let mut problem = json!({ "type": "about:blank", "title": "<text>", "status": status, "detail": "<text>" });
    if let Some(field) = field {
        problem["errors"] = json!([{ "field": field, "detail": "<text>" }]);
    }
    is(&answer.expect(status), &problem);
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted_as_documented() {
    let app = TestApp::new();
    let agent = Agent::new(&app).await;
    let (program, path) = (&agent.program, &agent.path);
    let created = sample("POST /v1/agents/{agent_id}/webhooks");
    let made = program.post(&app, path, created.request.unwrap()).await;
    assert_eq!(made.header("x-ratelimit-limit"), Some("600"));
    assert_eq!(made.header("x-ratelimit-remaining"), Some("599"));
    let made = made.expect(201);
    let pattern = json!({
        "webhook_id": "<wh_>",
        "url": "https://example.com/webhooks/twin",
        "events": ["run.completed", "run.failed"],
        "signing_secret": "<text>",
        "status": "active",
        "created_at": "<time>",
    });
    is(&made, &pattern);
    like(&made, &created.answer.unwrap());
    let secret = made["signing_secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{secret}");
    let list = program.get(&app, path).await;
    assert!(!list.text().contains("whsec_"), "{}", list.text());
    let list = list.expect(200);
    let shown = json!({
        "webhook_id": made["webhook_id"],
        "agent_id": agent.id,
        "user_id": "<user_>",
        "url": "https://example.com/webhooks/twin",
        "events": ["run.completed", "run.failed"],
        "status": "active",
        "created_at": made["created_at"],
        "updated_at": "<time>",
    });
    is(&list, &json!({ "webhooks": [shown], "next_cursor": null }));
    like(&list, &sample("GET /v1/agents/{agent_id}/webhooks").answer.unwrap());
    let one = format!("{path}/{}", made["webhook_id"].as_str().unwrap());
    assert_eq!(program.get(&app, &one).await.expect(200), list["webhooks"][0]);
    let changing = sample("PATCH /v1/agents/{agent_id}/webhooks/{webhook_id}");
    let changed = program.patch(&app, &one, changing.request.unwrap()).await.expect(200);
    like(&changed, &changing.answer.unwrap());
    let mut expected = list["webhooks"][0].clone();
    expected["status"] = json!("disabled");
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
    let change = json!({ "url": HOOK, "events": ["run.paused"], "status": "active" });
    let changed = program.patch(&app, &one, change).await.expect(200);
    assert_eq!(
        (&changed["url"], &changed["events"], &changed["status"]),
        (&json!(HOOK), &json!(["run.paused"]), &json!("active"))
    );
    let deleted = program.delete(&app, &one).await;
    assert_eq!((deleted.status, deleted.text().as_str()), (204, ""));
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let answer = program.call(&app, method, &one).json(&json!({})).send().await;
        refused(&answer, 404, None);
    }
}

#[tokio::test]
async fn what_will_not_do_is_refused_by_its_field() {
    let app = TestApp::new();
    let agent = Agent::new(&app).await;
    let one = format!("{}/{}", agent.path, agent.make(&app, &["run.started"]).await);
    for (field, value) in [
        ("url", json!("example.com")),
        ("url", json!("http://[::1]/")),
        ("url", json!("ftp://example.com")),
        ("events", json!([])),
        ("events", json!(["run.started", "run.started"])),
        ("events", json!(["agent.updated"])),
        ("events", json!(["LEAD_CAPTURED"])),
        ("events", json!([7])),
        ("status", json!("paused")),
    ] {
        let answer = agent.program.patch(&app, &one, json!({ field: value })).await;
        let named = answer.expect(400)["errors"][0]["field"].as_str().unwrap().to_owned();
        assert!(named.starts_with(field), "{named}");
        if field != "status" {
            let mut body = json!({ "url": HOOK, "events": ["run.started"] });
            body[field] = value;
            assert_eq!(agent.program.post(&app, &agent.path, body).await.status, 400);
        }
    }
    let without = json!({ "url": HOOK });
    refused(
        &agent.program.post(&app, &agent.path, without).await,
        400,
        Some("events"),
    );
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let app = TestApp::new();
    let agent = Agent::new(&app).await;
    let send = |media_type: &str, body: Vec<u8>| {
        let call = agent.program.call(&app, Method::POST, &agent.path);
        call.header("content-type", media_type).body(body).send()
    };
    refused(&send("application/json", b"{".to_vec()).await, 400, None);
    refused(&send("text/plain", b"{}".to_vec()).await, 415, None);
    refused(&send("application/json", vec![b' '; 1_048_577]).await, 413, None);
    refused(
        &agent.program.call(&app, Method::PUT, &agent.path).send().await,
        405,
        None,
    );
    refused(&app.get(&agent.path).send().await, 401, None);
    refused(&app.get(&agent.path).bearer(&agent.program.key).send().await, 401, None);
    refused(&agent.program.get(&app, "/v1/agents/a/nothing").await, 404, None);
    app.sql.fail_next("SELECT * FROM webhooks");
    refused(&agent.program.get(&app, &agent.path).await, 500, None);
    for _ in 0..600 {
        agent.program.get(&app, "/v1/agents/a/webhooks").await;
    }
    let answer = agent.program.get(&app, &agent.path).await;
    refused(&answer, 429, None);
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn a_webhook_is_that_of_its_agent_alone() {
    let app = TestApp::new();
    let agent = Agent::new(&app).await;
    let webhook = agent.make(&app, &["run.started"]).await;
    let other = agent.program.owner.agent(&app, json!({ "name": "Other" })).await;
    let path = format!("/v1/agents/{other}/webhooks");
    let list = agent.program.get(&app, &path).await.expect(200);
    assert_eq!(list["webhooks"], json!([]));
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let call = agent.program.call(&app, method, &format!("{path}/{webhook}"));
        refused(&call.json(&json!({})).send().await, 404, None);
    }
    for path in ["/v1/agents/agent_0/webhooks", "/v1/agents/agent_0/webhooks/wh_0"] {
        refused(&agent.program.get(&app, path).await, 404, None);
    }
    let body = json!({ "url": HOOK, "events": ["run.started"] });
    refused(
        &agent.program.post(&app, "/v1/agents/agent_0/webhooks", body).await,
        404,
        None,
    );
}
