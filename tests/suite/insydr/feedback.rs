//! What visitors think of the answers.
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

async fn installed(app: &TestApp, email: &str) -> (Owner, String, String) {
    let owner = app.owner(email).await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    (owner, key, agent)
}

/// Asks something and returns the answer's id.
async fn asked(app: &TestApp, key: &str, agent: &str) -> String {
    let frames = app.ask(key, agent, "s", "What?").send().await.frames();
    frames[0]["message_id"].as_str().unwrap().to_owned()
}

async fn judge(app: &TestApp, key: &str, body: Value) -> Answer {
    app.post("/api/v1/widget/feedback", body).widget(key).send().await
}

#[tokio::test]
async fn feedback_is_taken_as_documented() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app, "ann@example.com").await;
    let message = asked(&app, &key, &agent).await;
    let body = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": "Very helpful!" });
    is(
        &judge(&app, &key, body).await.expect(201),
        &json!({ "id": "<fb_>", "message": "<text>" }),
    );
    let kept = "SELECT message_id || ' ' || agent_id || ' ' || rating || ' ' || comment FROM feedback";
    assert_eq!(app.sql.column(kept), [format!("{message} {agent} 5 Very helpful!")]);
    let shown = owner.get(&app, &format!("/agents/{agent}")).await.expect(200);
    has(&shown, &json!({ "stats": { "avg_satisfaction": 5.0 } }));
}

#[tokio::test]
async fn a_second_word_replaces_the_first() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app, "ann@example.com").await;
    let message = asked(&app, &key, &agent).await;
    for (thumb, rating, comment) in [
        ("THUMBS_UP", "5", "Good"),
        ("THUMBS_DOWN", "1", "No"),
        ("THUMBS_UP", "5", ""),
    ] {
        let mut body = json!({ "message_id": message, "feedback_type": thumb });
        if !comment.is_empty() {
            body["comment"] = json!(comment);
        }
        judge(&app, &key, body).await.expect(201);
        assert_eq!(
            app.sql.column("SELECT rating || comment FROM feedback"),
            [format!("{rating}{comment}")]
        );
    }
    let other = asked(&app, &key, &agent).await;
    judge(
        &app,
        &key,
        json!({ "message_id": other, "feedback_type": "THUMBS_DOWN" }),
    )
    .await
    .expect(201);
    let shown = owner.get(&app, &format!("/agents/{agent}")).await.expect(200);
    has(&shown, &json!({ "stats": { "avg_satisfaction": 3.0 } }));
}

#[tokio::test]
async fn only_answers_of_ones_own_workspace_can_be_judged() {
    let app = TestApp::new();
    let (_, key, agent) = installed(&app, "ann@example.com").await;
    let (_, bobs_key, bobs_agent) = installed(&app, "bob@example.com").await;
    asked(&app, &key, &agent).await;
    let bobs = asked(&app, &bobs_key, &bobs_agent).await;
    let question = app
        .sql
        .column("SELECT id FROM messages WHERE author = 'visitor' ORDER BY created_at")
        .remove(0);
    let mut texts = vec![];
    for message in ["msg_0", "", &bobs, &question, &agent] {
        let answer = judge(
            &app,
            &key,
            json!({ "message_id": message, "feedback_type": "THUMBS_UP" }),
        )
        .await;
        assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None), "{message}");
        texts.push(answer.text());
    }
    assert!(texts.iter().all(|it| *it == texts[0]), "{texts:?}");
    assert_eq!(app.sql.column("SELECT id FROM feedback").len(), 0);
}

#[tokio::test]
async fn what_will_not_do_is_named() {
    let app = TestApp::new();
    let (_, key, agent) = installed(&app, "ann@example.com").await;
    let message = asked(&app, &key, &agent).await;
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
        assert_eq!(judge(&app, &key, body).await.refusal(), named, "{field}: {text}");
    }
    for field in ["message_id", "feedback_type"] {
        let mut body = json!({ "message_id": message, "feedback_type": "THUMBS_UP" });
        body.as_object_mut().unwrap().remove(field);
        let named = (400, "VALIDATION_ERROR".into(), Some(field.into()));
        assert_eq!(judge(&app, &key, body).await.refusal(), named);
    }
    assert_eq!(app.sql.column("SELECT id FROM feedback").len(), 0);
    let longest = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": "ü".repeat(2_000) });
    judge(&app, &key, longest).await.expect(201);
}
