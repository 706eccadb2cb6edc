//! What webhooks are told of visitors goes with the visitors, and when a workspace keeps it no longer.
use crate::harness::receiver::{HOOK, Reply};
use crate::harness::{Owner, World};
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
    async fn new(world: &World) -> Self {
        let owner = world.owner("ann@example.com").await;
        let events = [
            "CONVERSATION_STARTED",
            "MESSAGE_ANSWERED",
            "FEEDBACK_RECEIVED",
            "LEAD_CAPTURED",
            "ESCALATION_CREATED",
            "ESCALATION_RESOLVED",
        ];
        let (webhook, _) = owner.webhook(world, HOOK, &events).await;
        let key = world.widget_key(&owner).await;
        let agent = world.published_agent(&owner, json!({})).await;
        Self {
            owner,
            key,
            agent,
            webhook,
        }
    }

    async fn ask(&self, world: &World) -> Value {
        let frames = world
            .ask(&self.key, &self.agent, "philippa", SAID)
            .send()
            .await
            .frames();
        frames[0]["message_id"].clone()
    }

    async fn rate(&self, world: &World, message: &Value) {
        let body = json!({ "message_id": message, "feedback_type": "THUMBS_DOWN", "comment": SAID });
        let call = world.post("/api/v1/widget/feedback", body).widget(&self.key);
        call.send().await.expect(201);
    }

    async fn plead(&self, world: &World) -> String {
        let body =
            json!({ "agent_id": self.agent, "session_id": "philippa", "email": "phil@example.com", "message": SAID });
        let call = world.post("/api/v1/widget/escalate", body).widget(&self.key);
        call.send().await.expect(201)["escalation_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Tells whether anything of what the visitor said is in any row.
fn remembers(world: &World) -> bool {
    let said = world.everything();
    said.iter()
        .any(|it| it.contains("marmalade") || it.contains("phil@example.com"))
}

fn events(world: &World) -> usize {
    world.sql.column("SELECT id FROM events").len()
}

#[tokio::test]
async fn a_conversation_goes_with_all_that_was_told_of_it() {
    let world = World::new();
    let visit = Visit::new(&world).await;
    let message = visit.ask(&world).await;
    visit.rate(&world, &message).await;
    visit.plead(&world).await;
    assert_eq!(events(&world), 5);
    visit.owner.deliver(&world, &visit.webhook).await;
    let list = visit.owner.get(&world, "/conversations").await.expect(200);
    let path = format!("/conversations/{}", list["conversations"][0]["id"].as_str().unwrap());
    assert!(remembers(&world));
    visit.owner.delete(&world, &path).await.expect(200);
    assert!(!remembers(&world));
    assert_eq!(events(&world), 0);
    assert_eq!(world.sql.column("SELECT number FROM delivery_attempts").len(), 0);
}

#[tokio::test]
async fn a_visitor_can_be_forgotten_while_an_answer_runs() {
    let world = World::new();
    let visit = Visit::new(&world).await;
    let forget = async {
        visit.owner.delete(&world, "/visitors/philippa").await.expect(200);
    };
    tokio::join!(
        visit.ask(&world),
        world.sql.hold_next("UPDATE messages SET status", forget)
    );
    assert!(!remembers(&world));
    assert_eq!(events(&world), 0);
}

#[tokio::test]
async fn a_visitor_who_only_called_for_help_can_be_forgotten() {
    let world = World::new();
    let visit = Visit::new(&world).await;
    visit.plead(&world).await;
    assert!(remembers(&world));
    let gone = visit.owner.delete(&world, "/visitors/philippa").await.expect(200);
    assert_eq!(gone["conversations_deleted"], 0);
    assert!(!remembers(&world));
    assert_eq!(visit.owner.delete(&world, "/visitors/philippa").await.status, 404);
}

#[tokio::test]
async fn zero_retention_keeps_no_event_content() {
    let world = World::new();
    let visit = Visit::new(&world).await;
    visit
        .owner
        .patch(&world, "", json!({ "retention_days": 0 }))
        .await
        .expect(200);
    visit.ask(&world).await;
    world.receiver.will(HOOK, [Reply::Status(500)]);
    let escalation = visit.plead(&world).await;
    let body = json!({ "status": "RESOLVED" });
    let path = format!("/escalations/{escalation}");
    visit
        .owner
        .call(&world, Method::PATCH, &path)
        .json(&body)
        .send()
        .await
        .expect(200);
    assert_eq!(events(&world), 4);
    visit.owner.deliver(&world, &visit.webhook).await;
    // What has not come is not forgotten yet.
    assert_eq!(events(&world), 1);
    world.clock.advance(HOUR);
    visit.owner.deliver(&world, &visit.webhook).await;
    assert_eq!((events(&world), world.receiver.take().len()), (0, 5));
    world.drain(&visit.owner).await;
    assert!(!remembers(&world));
}

#[tokio::test]
async fn what_was_told_is_kept_as_long_as_conversations_are() {
    let world = World::new();
    let visit = Visit::new(&world).await;
    visit
        .owner
        .patch(&world, "", json!({ "retention_days": 2 }))
        .await
        .expect(200);
    visit.ask(&world).await;
    visit.owner.deliver(&world, &visit.webhook).await;
    world.clock.advance(2 * DAY - HOUR);
    world.drain(&visit.owner).await;
    assert_eq!(events(&world), 2);
    world.clock.advance(2 * HOUR);
    world.drain(&visit.owner).await;
    assert_eq!(events(&world), 0);
    assert!(!remembers(&world));
}
