//! What visitors think of the answers.
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, World};
use serde_json::{Value, json};

async fn installed(world: &World, email: &str) -> (Owner, String, String) {
    let owner = world.owner(email).await;
    let agent = world.published_agent(&owner, json!({})).await;
    let key = world.widget_key(&owner).await;
    (owner, key, agent)
}

/// Asks something and returns the answer's id.
async fn asked(world: &World, key: &str, agent: &str) -> String {
    let frames = world.ask(key, agent, "s", "What?").send().await.frames();
    frames[0]["message_id"].as_str().unwrap().to_owned()
}

async fn judge(world: &World, key: &str, body: Value) -> Answer {
    world.post("/api/v1/widget/feedback", body).widget(key).send().await
}

#[tokio::test]
async fn feedback_is_taken_as_documented() {
    let world = World::new();
    let (owner, key, agent) = installed(&world, "ann@example.com").await;
    let message = asked(&world, &key, &agent).await;
    let body = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": "Very helpful!" });
    is(
        &judge(&world, &key, body).await.expect(201),
        &json!({ "id": "<fb_>", "message": "<text>" }),
    );
    let kept = "SELECT message_id || ' ' || agent_id || ' ' || rating || ' ' || comment FROM feedback";
    assert_eq!(world.sql.column(kept), [format!("{message} {agent} 5 Very helpful!")]);
    let shown = owner.get(&world, &format!("/agents/{agent}")).await.expect(200);
    has(&shown, &json!({ "stats": { "avg_satisfaction": 5.0 } }));
}

#[tokio::test]
async fn a_second_word_replaces_the_first() {
    let world = World::new();
    let (owner, key, agent) = installed(&world, "ann@example.com").await;
    let message = asked(&world, &key, &agent).await;
    for (thumb, rating, comment) in [
        ("THUMBS_UP", "5", "Good"),
        ("THUMBS_DOWN", "1", "No"),
        ("THUMBS_UP", "5", ""),
    ] {
        let mut body = json!({ "message_id": message, "feedback_type": thumb });
        if !comment.is_empty() {
            body["comment"] = json!(comment);
        }
        judge(&world, &key, body).await.expect(201);
        assert_eq!(
            world.sql.column("SELECT rating || comment FROM feedback"),
            [format!("{rating}{comment}")]
        );
    }
    let other = asked(&world, &key, &agent).await;
    judge(
        &world,
        &key,
        json!({ "message_id": other, "feedback_type": "THUMBS_DOWN" }),
    )
    .await
    .expect(201);
    let shown = owner.get(&world, &format!("/agents/{agent}")).await.expect(200);
    has(&shown, &json!({ "stats": { "avg_satisfaction": 3.0 } }));
}

#[tokio::test]
async fn only_answers_of_ones_own_workspace_can_be_judged() {
    let world = World::new();
    let (_, key, agent) = installed(&world, "ann@example.com").await;
    let (_, bobs_key, bobs_agent) = installed(&world, "bob@example.com").await;
    asked(&world, &key, &agent).await;
    let bobs = asked(&world, &bobs_key, &bobs_agent).await;
    let question = world
        .sql
        .column("SELECT id FROM messages WHERE author = 'visitor' ORDER BY created_at")
        .remove(0);
    let mut texts = vec![];
    for message in ["msg_0", "", &bobs, &question, &agent] {
        let answer = judge(
            &world,
            &key,
            json!({ "message_id": message, "feedback_type": "THUMBS_UP" }),
        )
        .await;
        assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None), "{message}");
        texts.push(answer.text());
    }
    assert!(texts.iter().all(|it| *it == texts[0]), "{texts:?}");
    assert_eq!(world.sql.column("SELECT id FROM feedback").len(), 0);
}

#[tokio::test]
async fn what_will_not_do_is_named() {
    let world = World::new();
    let (_, key, agent) = installed(&world, "ann@example.com").await;
    let message = asked(&world, &key, &agent).await;
    for (field, value) in [
        ("feedback_type", json!("THUMBS_SIDEWAYS")),
        ("feedback_type", json!("thumbs_up")),
        ("feedback_type", json!("")),
        ("feedback_type", json!(5)),
        ("message_id", json!(null)),
        ("message_id", json!(1)),
        ("comment", json!("x".repeat(2_001))),
        ("comment", json!("a\u{1b}[31m")),
        ("comment", json!({})),
    ] {
        let mut body = json!({ "message_id": message, "feedback_type": "THUMBS_UP" });
        body[field] = value.clone();
        let named = (400, "VALIDATION_ERROR".into(), Some(field.into()));
        let text: String = value.to_string().chars().take(40).collect();
        assert_eq!(judge(&world, &key, body).await.refusal(), named, "{field}: {text}");
    }
    for field in ["message_id", "feedback_type"] {
        let mut body = json!({ "message_id": message, "feedback_type": "THUMBS_UP" });
        body.as_object_mut().unwrap().remove(field);
        let named = (400, "VALIDATION_ERROR".into(), Some(field.into()));
        assert_eq!(judge(&world, &key, body).await.refusal(), named);
    }
    assert_eq!(world.sql.column("SELECT id FROM feedback").len(), 0);
    let longest = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": "ü".repeat(2_000) });
    judge(&world, &key, longest).await.expect(201);
}
