//! Visitor tokens: the frame speaks for the page that loaded it, for a quarter of an hour.
use crate::harness::shape::is;
use crate::harness::{Owner, TestApp};
use edge_model::time::{MINUTE, SECOND};
use serde_json::{Value, json};

async fn token(app: &TestApp, agent: &str, key: &str) -> String {
    let path = format!("/api/v1/widget/config/{agent}");
    let config = app.get(&path).widget(key).send().await.expect(200);
    config["visitor_token"].as_str().unwrap().to_owned()
}

async fn installed(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    (owner, key, agent)
}

fn question(agent: &str) -> Value {
    json!({ "agent_id": agent, "session_id": "s", "message": "What?" })
}

fn refused(status: u16, code: &str) -> (u16, String, Option<String>) {
    (status, code.into(), None)
}

#[tokio::test]
async fn a_token_opens_what_the_key_opens_without_an_origin() {
    let app = TestApp::new();
    let (_, key, agent) = installed(&app).await;
    let token = token(&app, &agent, &key).await;
    let answer = app
        .post("/api/v1/widget/chat", question(&agent))
        .bearer(&token)
        .send()
        .await;
    let frames = answer.frames();
    assert_eq!(frames.last().unwrap()["type"], json!("done"));
    let word = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP" });
    let answer = app.post("/api/v1/widget/feedback", word).bearer(&token).send().await;
    is(&answer.expect(201), &json!({ "id": "<fb_>", "message": "<text>" }));
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(config.expect(200)["agent_id"], json!(agent));
    // The frame is on our origin, which is none of the key's domains.
    let call = app.post("/api/v1/widget/chat", question(&agent)).bearer(&token);
    assert_eq!(call.header("origin", "https://api.insydr.ai").send().await.status, 200);
}

#[tokio::test]
async fn a_token_is_good_for_its_agent_alone() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    let other = app.published_agent(&owner, json!({})).await;
    let token = token(&app, &agent, &key).await;
    let not_found = refused(404, "NOT_FOUND");
    let answer = app
        .post("/api/v1/widget/chat", question(&other))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), not_found);
    let answer = app
        .get(&format!("/api/v1/widget/config/{other}"))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), not_found);
    // Nor may it judge what another agent said.
    let frames = app.ask(&key, &other, "s", "What?").send().await.frames();
    let word = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_DOWN" });
    let answer = app.post("/api/v1/widget/feedback", word).bearer(&token).send().await;
    assert_eq!(answer.refusal(), not_found);
    assert_eq!(app.sql.column("SELECT id FROM feedback").len(), 0);
}

#[tokio::test]
async fn a_token_is_good_for_a_quarter_of_an_hour() {
    let app = TestApp::new();
    let (_, key, agent) = installed(&app).await;
    let token = token(&app, &agent, &key).await;
    app.clock.advance(15 * MINUTE - 2 * SECOND);
    let chat = || app.post("/api/v1/widget/chat", question(&agent)).bearer(&token).send();
    assert_eq!(chat().await.status, 200);
    app.clock.advance(2 * SECOND);
    assert_eq!(chat().await.refusal(), refused(401, "TOKEN_EXPIRED"));
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(config.refusal(), refused(401, "TOKEN_EXPIRED"));
    let word = json!({ "message_id": "msg_1", "feedback_type": "THUMBS_UP" });
    let answer = app.post("/api/v1/widget/feedback", word).bearer(&token).send().await;
    assert_eq!(answer.refusal(), refused(401, "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn no_other_token_passes_for_a_visitors() {
    let app = TestApp::new();
    let (owner, key, agent) = installed(&app).await;
    let token = token(&app, &agent, &key).await;
    let mut tampered = token.clone().into_bytes();
    tampered[60] = if tampered[60] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for wrong in [
        owner.token.as_str(),
        &tampered,
        "a.b.c",
        &key,
        &token[..token.len() - 5],
    ] {
        let answer = app
            .post("/api/v1/widget/chat", question(&agent))
            .bearer(wrong)
            .send()
            .await;
        assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"), "{wrong}");
    }
    let answer = app.post("/api/v1/widget/chat", question(&agent)).send().await;
    assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"));
    // And a token is no key.
    let answer = app
        .post("/api/v1/widget/chat", question(&agent))
        .widget(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), refused(401, "INVALID_API_KEY"));
}

#[tokio::test]
async fn a_token_does_not_tell_the_key() {
    let app = TestApp::new();
    let (_, key, agent) = installed(&app).await;
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await;
    assert!(!config.text().contains(&key[8..20]));
}
