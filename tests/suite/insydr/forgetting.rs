//! What webhooks are told of visitors goes with the visitors, and when a workspace keeps it no longer.
use crate::harness::receiver::{HOOK, Reply};
use crate::harness::{Owner, TestApp};
use edge_model::time::{DAY, HOUR};
use http::Method;
use serde_json::{Value, json};

const SAID: &str = "Where is the marmalade of aunt Philippa?";

/// A workspace that is told of everything, and a visitor who has said something in every way.
struct Visit {
    owner: Owner,
    key: String,
    agent: String,
    webhook: String,
}

impl Visit {
    async fn new(app: &TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        let events = [
            "CONVERSATION_STARTED",
            "MESSAGE_ANSWERED",
            "FEEDBACK_RECEIVED",
            "LEAD_CAPTURED",
            "ESCALATION_CREATED",
            "ESCALATION_RESOLVED",
        ];
        let (webhook, _) = owner.webhook(app, HOOK, &events).await;
        let key = app.widget_key(&owner).await;
        let agent = app.published_agent(&owner, json!({})).await;
        Self {
            owner,
            key,
            agent,
            webhook,
        }
    }

    async fn ask(&self, app: &TestApp) -> Value {
        let frames = app.ask(&self.key, &self.agent, "philippa", SAID).send().await.frames();
        frames[0]["message_id"].clone()
    }

    async fn rate(&self, app: &TestApp, message: &Value) {
        let body = json!({ "message_id": message, "feedback_type": "THUMBS_DOWN", "comment": SAID });
        let call = app.post("/api/v1/widget/feedback", body).widget(&self.key);
        call.send().await.expect(201);
    }

    async fn escalate(&self, app: &TestApp) -> String {
        let body =
            json!({ "agent_id": self.agent, "session_id": "philippa", "email": "phil@example.com", "message": SAID });
        let call = app.post("/api/v1/widget/escalate", body).widget(&self.key);
        call.send().await.expect(201)["escalation_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Tells whether anything of what the visitor said is in any row.
fn remembers(app: &TestApp) -> bool {
    let said = app.everything();
    said.iter()
        .any(|it| it.contains("marmalade") || it.contains("phil@example.com"))
}

fn events(app: &TestApp) -> usize {
    app.sql.column("SELECT id FROM events").len()
}

#[tokio::test]
async fn a_conversation_goes_with_all_that_was_told_of_it() {
    let app = TestApp::new();
    let visit = Visit::new(&app).await;
    let message = visit.ask(&app).await;
    visit.rate(&app, &message).await;
    visit.escalate(&app).await;
    assert_eq!(events(&app), 5);
    visit.owner.deliver(&app, &visit.webhook).await;
    let list = visit.owner.get(&app, "/conversations").await.expect(200);
    let path = format!("/conversations/{}", list["conversations"][0]["id"].as_str().unwrap());
    assert!(remembers(&app));
    visit.owner.delete(&app, &path).await.expect(200);
    assert!(!remembers(&app));
    assert_eq!(events(&app), 0);
    assert_eq!(app.sql.column("SELECT number FROM delivery_attempts").len(), 0);
}

#[tokio::test]
async fn a_visitor_can_be_forgotten_while_an_answer_runs() {
    let app = TestApp::new();
    let visit = Visit::new(&app).await;
    let forget = async {
        visit.owner.delete(&app, "/visitors/philippa").await.expect(200);
    };
    tokio::join!(visit.ask(&app), app.sql.hold_next("UPDATE messages SET status", forget));
    assert!(!remembers(&app));
    assert_eq!(events(&app), 0);
}

#[tokio::test]
async fn a_visitor_who_only_called_for_help_can_be_forgotten() {
    let app = TestApp::new();
    let visit = Visit::new(&app).await;
    visit.escalate(&app).await;
    assert!(remembers(&app));
    let gone = visit.owner.delete(&app, "/visitors/philippa").await.expect(200);
    assert_eq!(gone["conversations_deleted"], 0);
    assert!(!remembers(&app));
    assert_eq!(visit.owner.delete(&app, "/visitors/philippa").await.status, 404);
}

#[tokio::test]
async fn zero_retention_keeps_no_event_content() {
    let app = TestApp::new();
    let visit = Visit::new(&app).await;
    visit
        .owner
        .patch(&app, "", json!({ "retention_days": 0 }))
        .await
        .expect(200);
    visit.ask(&app).await;
    app.receiver.will(HOOK, [Reply::Status(500)]);
    let escalation = visit.escalate(&app).await;
    let body = json!({ "status": "RESOLVED" });
    let path = format!("/escalations/{escalation}");
    visit
        .owner
        .call(&app, Method::PATCH, &path)
        .json(&body)
        .send()
        .await
        .expect(200);
    assert_eq!(events(&app), 4);
    visit.owner.deliver(&app, &visit.webhook).await;
    // An event whose delivery is not due yet is kept.
    assert_eq!(events(&app), 1);
    app.clock.advance(HOUR);
    visit.owner.deliver(&app, &visit.webhook).await;
    assert_eq!((events(&app), app.receiver.take().len()), (0, 5));
    app.drain(&visit.owner).await;
    assert!(!remembers(&app));
}

#[tokio::test]
async fn what_was_told_is_kept_as_long_as_conversations_are() {
    let app = TestApp::new();
    let visit = Visit::new(&app).await;
    visit
        .owner
        .patch(&app, "", json!({ "retention_days": 2 }))
        .await
        .expect(200);
    visit.ask(&app).await;
    visit.owner.deliver(&app, &visit.webhook).await;
    app.clock.advance(2 * DAY - HOUR);
    app.drain(&visit.owner).await;
    assert_eq!(events(&app), 2);
    app.clock.advance(2 * HOUR);
    app.drain(&visit.owner).await;
    assert_eq!(events(&app), 0);
    assert!(!remembers(&app));
}
