//! Every sample of the document, in the order of a first day: sent as it is shown, and the answer made like the one
//! that is shown.
use crate::harness::request::{Answer, Call};
use crate::harness::shape::like;
use crate::harness::{Owner, TestApp};
use crate::samples::sample;
use edge_dialects::openapi::samples;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A developer who follows the document.
struct Reader<'a> {
    app: &'a TestApp,
    /// What stands for the ids of the samples.
    ids: BTreeMap<&'static str, String>,
    token: String,
    key: String,
    followed: Vec<String>,
}

impl Reader<'_> {
    fn fill(&self, text: &str) -> String {
        self.ids
            .iter()
            .fold(text.to_owned(), |text, (sample, id)| text.replace(sample, id))
    }

    /// Does what a sample shows, and checks that what comes is like what it shows.
    async fn follow(&mut self, method: Method, route: &str, status: u16) -> Answer {
        let name = samples::name(&method, route);
        let sample = sample(&name);
        let call = self.app.call(method, &self.fill(route));
        let call = match sample.request {
            Some(body) => call
                .header("content-type", "application/json")
                .body(self.fill(&body.to_string())),
            None => call,
        };
        let answer = self.credited(call, route).send().await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        match sample.answer {
            Some(Value::String(stream)) => Self::streams_like(&answer, &stream),
            Some(shown) => like(&answer.expect(status), &shown),
            None => {}
        }
        self.followed.push(name);
        answer
    }

    fn credited<'w>(&self, call: Call<'w>, route: &str) -> Call<'w> {
        match route.contains("/widget/") {
            true => call.widget(&self.key),
            false if self.token.is_empty() => call,
            false => call.bearer(&self.token),
        }
    }

    /// Frames of the kinds that are shown come, in their order, each with the members that are shown.
    fn streams_like(answer: &Answer, shown: &str) {
        let frames = answer.frames();
        let shown = shown.lines().filter_map(|it| it.strip_prefix("data: "));
        let mut at = 0;
        for shown in shown.map(|it| serde_json::from_str::<Value>(it).unwrap()) {
            let found = frames.iter().skip(at).position(|it| it["type"] == shown["type"]);
            at += found.unwrap_or_else(|| panic!("no {shown} in {frames:?}"));
            like(&frames[at], &shown);
            at += 1;
        }
        assert_eq!(at, frames.len(), "the last frame is the last that is shown");
    }

    fn remember(&mut self, sample: &'static str, answer: &Answer, member: &str) {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        self.ids.insert(sample, body[member].as_str().unwrap().to_owned());
    }
}

#[tokio::test]
async fn every_sample_of_the_document_can_be_followed() {
    let app = TestApp::new();
    let mut reader = Reader {
        app: &app,
        ids: BTreeMap::new(),
        token: String::new(),
        key: String::new(),
        followed: vec![],
    };
    begin(&mut reader).await;
    teach(&mut reader).await;
    answer(&mut reader).await;
    look(&mut reader).await;
    end(&mut reader).await;
    let documented = edge_dialects::routes()
        .into_iter()
        .filter(|it| it.path.starts_with("/api/v1/") && !it.is_extension);
    let names = documented.map(|it| samples::name(&it.method, it.path));
    let missing: Vec<_> = names.filter(|it| !reader.followed.contains(it)).collect();
    assert!(missing.is_empty(), "not followed: {missing:#?}");
}

async fn begin(reader: &mut Reader<'_>) {
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    reader.follow(post.clone(), "/api/v1/auth/signup", 201).await;
    reader
        .ids
        .insert("123456", reader.app.mailbox.code_for("user@example.com"));
    reader.follow(post.clone(), "/api/v1/auth/verify-otp", 200).await;
    let answer = reader.follow(post.clone(), "/api/v1/auth/login", 200).await;
    reader.token = answer.expect(200)["access_token"].as_str().unwrap().to_owned();
    reader.follow(get.clone(), "/api/v1/auth/me", 200).await;
    let made = reader.follow(post, "/api/v1/workspaces", 201).await;
    reader.remember("{workspace_id}", &made, "id");
    reader.follow(get.clone(), "/api/v1/workspaces", 200).await;
    reader.follow(get, "/api/v1/workspaces/{workspace_id}", 200).await;
    reader.follow(patch, "/api/v1/workspaces/{workspace_id}", 200).await;
}

async fn teach(reader: &mut Reader<'_>) {
    const OF: &str = "/api/v1/workspaces/{workspace_id}";
    let of = |rest: &str| format!("{OF}{rest}");
    let app = reader.app;
    let owner = Owner {
        token: reader.token.clone(),
        workspace: reader.ids["{workspace_id}"].clone(),
    };
    let made = reader.follow(Method::POST, &of("/api-keys"), 201).await;
    reader.key = made.expect(201)["key"].as_str().unwrap().to_owned();
    reader.remember("{key_id}", &made, "id");
    reader.follow(Method::GET, &of("/api-keys"), 200).await;
    reader.follow(Method::POST, &of("/collections"), 201).await;
    let plans = "# Pricing plans\n\nOur pricing plans are Free, Starter and Pro.";
    let collection = app.default_collection(&owner).await;
    let uploaded = owner.send_file(app, &collection, "plans.md", plans.as_bytes()).await;
    like(
        &uploaded.expect(202),
        &sample(&samples::name(&Method::POST, &of("/documents"))).answer.unwrap(),
    );
    reader.followed.push(samples::name(&Method::POST, &of("/documents")));
    reader.remember("{document_id}", &uploaded, "id");
    app.drain(&owner).await;
    reader.follow(Method::GET, &of("/documents"), 200).await;
    reader.follow(Method::GET, &of("/documents/{document_id}"), 200).await;
    reader
        .follow(Method::POST, &of("/documents/{document_id}/reprocess"), 202)
        .await;
    app.drain(&owner).await;
    let made = reader.follow(Method::POST, &of("/agents"), 201).await;
    reader.remember("{agent_id}", &made, "id");
    reader.remember("agent_abc123", &made, "id");
    let agent = "/agents/{agent_id}";
    reader.follow(Method::POST, &of(&format!("{agent}/test")), 200).await;
    let shown = sample("GET /api/v1/widget/config/{agent_id}").answer.unwrap();
    let questions = json!({ "widget": { "suggested_questions": shown["behavior"]["suggested_questions"] } });
    owner.patch(app, &reader.fill(agent), questions).await.expect(200);
    reader.follow(Method::POST, &of(&format!("{agent}/publish")), 200).await;
    reader.follow(Method::GET, &of("/agents"), 200).await;
    reader.follow(Method::POST, &of("/webhooks"), 201).await;
    reader.ids.insert("col_xyz", collection);
    reader.follow(Method::POST, &of("/documents/url"), 202).await;
}

async fn answer(reader: &mut Reader<'_>) {
    reader
        .follow(Method::GET, "/api/v1/widget/config/{agent_id}", 200)
        .await;
    let answered = reader.follow(Method::POST, "/api/v1/widget/chat", 200).await;
    let message = answered.frames()[0]["message_id"].as_str().unwrap().to_owned();
    reader.ids.insert("msg_123", message);
    reader.follow(Method::POST, "/api/v1/widget/feedback", 201).await;
    reader.follow(Method::POST, "/api/v1/widget/escalate", 201).await;
    let agent = reader.ids["{agent_id}"].clone();
    let unknown = reader
        .app
        .ask(&reader.key, &agent, "sess_xyz", "Do you support webhooks?");
    unknown.send().await;
}

async fn look(reader: &mut Reader<'_>) {
    const OF: &str = "/api/v1/workspaces/{workspace_id}";
    // Here for its rating, which it has by now.
    reader
        .follow(Method::GET, &format!("{OF}/agents/{{agent_id}}"), 200)
        .await;
    reader
        .follow(Method::PATCH, &format!("{OF}/agents/{{agent_id}}"), 200)
        .await;
    for name in ["overview", "conversations", "questions", "unanswered"] {
        reader.follow(Method::GET, &format!("{OF}/analytics/{name}"), 200).await;
    }
}

async fn end(reader: &mut Reader<'_>) {
    const OF: &str = "/api/v1/workspaces/{workspace_id}";
    for rest in ["/documents/{document_id}", "/api-keys/{key_id}", ""] {
        reader.follow(Method::DELETE, &format!("{OF}{rest}"), 200).await;
    }
}
