//! A stream that was cut off goes on where it ended.
use crate::harness::request::Answer;
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

struct Chat {
    owner: Owner,
    agent: String,
    key: String,
    /// As the stream told it, cut into its events.
    events: Vec<String>,
    message: String,
}

impl Chat {
    async fn new(app: &TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        let text = "# Opening hours\n\nDas Büro — the office — is open from nine to five on weekdays.";
        owner.upload_and_index(app, "hours.md", text).await;
        let config = json!({ "response_config": { "confidence_threshold": 0.0 } });
        let agent = app.published_agent(&owner, config).await;
        let key = app.widget_key(&owner).await;
        let answer = app.ask(&key, &agent, "s", "When is the office open?").send().await;
        let text = answer.text();
        let events = text.split_terminator("\n\n").map(str::to_owned).collect();
        let message = answer.frames()[0]["message_id"].as_str().unwrap().to_owned();
        Self {
            owner,
            agent,
            key,
            events,
            message,
        }
    }

    async fn resume(&self, app: &TestApp, last: Option<&str>) -> Answer {
        let path = format!("/api/v1/widget/chat/{}/events", self.message);
        let call = app.get(&path).widget(&self.key);
        match last {
            Some(last) => call.header("last-event-id", last),
            None => call,
        }
        .send()
        .await
    }
}

/// Returns an event's id and its frame.
fn parts(event: &str) -> (String, Value) {
    let (id, data) = event.split_once('\n').unwrap();
    let data = data.strip_prefix("data: ").unwrap();
    (
        id.strip_prefix("id: ").unwrap().to_owned(),
        serde_json::from_str(data).unwrap(),
    )
}

fn text(frames: &[Value]) -> String {
    frames.iter().filter_map(|it| it["content"].as_str()).collect()
}

#[tokio::test]
async fn a_stream_resumes_after_any_event_without_gap_or_repeat() {
    let app = TestApp::new();
    let chat = Chat::new(&app).await;
    let all: Vec<(String, Value)> = chat.events.iter().map(|it| parts(it)).collect();
    let frames: Vec<Value> = all.iter().map(|it| it.1.clone()).collect();
    assert!(all.len() > 5 && text(&frames).contains("Büro"), "{frames:?}");
    for cut in 0..all.len() {
        let answer = chat.resume(&app, Some(&all[cut].0)).await;
        assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
        let rest = answer.frames();
        assert_eq!(
            text(&frames[..=cut]) + &text(&rest),
            text(&frames),
            "cut after {}",
            all[cut].0
        );
        let kinds = |frames: &[Value]| -> Vec<Value> {
            let others = frames.iter().filter(|it| it["type"] != "token");
            others.cloned().collect()
        };
        assert_eq!(kinds(&rest), kinds(&frames[cut + 1..]), "cut after {}", all[cut].0);
        // The ids go on, too, so that it may be cut off again.
        let last = answer.text().split_terminator("\n\n").last().map(|it| parts(it).0);
        assert_eq!(
            last,
            Some(format!("{}:done", chat.message)).filter(|_| cut + 1 < all.len())
        );
    }
}

#[tokio::test]
async fn without_an_id_or_with_a_strange_one_the_whole_answer_is_told() {
    let app = TestApp::new();
    let chat = Chat::new(&app).await;
    let frames: Vec<Value> = chat.events.iter().map(|it| parts(it).1).collect();
    for last in [None, Some("msg_other:5"), Some("nonsense")] {
        let told = chat.resume(&app, last).await.frames();
        assert_eq!(told[0], frames[0]);
        assert_eq!(text(&told), text(&frames));
        assert_eq!(told.last(), frames.last());
    }
    let beyond = format!("{}:100000", chat.message);
    assert_eq!(text(&chat.resume(&app, Some(&beyond)).await.frames()), "");
}

#[tokio::test]
async fn an_answer_under_way_is_waited_for() {
    let app = TestApp::new();
    let chat = Chat::new(&app).await;
    let set = |status: &str| {
        let sql = "UPDATE messages SET status = ?1 WHERE id = ?2";
        app.sql.execute(sql, &[&status.to_owned(), &chat.message]);
    };
    set("pending");
    let waiting = chat.resume(&app, None);
    let finish = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        set("complete");
    };
    let (answer, ()) = tokio::join!(waiting, finish);
    assert!(answer.streamed().contains("nine to five"), "{}", answer.text());
}

#[tokio::test]
async fn an_answer_that_never_came_ends_in_an_error() {
    let app = TestApp::new();
    let chat = Chat::new(&app).await;
    for (status, code) in [("failed", "INTERNAL"), ("pending", "UNAVAILABLE")] {
        let sql = "UPDATE messages SET status = ?1, text = '' WHERE id = ?2";
        app.sql.execute(sql, &[&status.to_owned(), &chat.message]);
        app.clock.advance(200_000);
        let frames = chat.resume(&app, None).await.frames();
        let last = frames.last().unwrap();
        assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!(code)));
    }
}

#[tokio::test]
async fn an_answer_is_resumed_by_its_visitor_alone() {
    let app = TestApp::new();
    let chat = Chat::new(&app).await;
    let bob = app.owner("bob@example.com").await;
    let bobs = app.widget_key(&bob).await;
    let path = |id: &str| format!("/api/v1/widget/chat/{id}/events");
    let foreign = app.get(&path(&chat.message)).widget(&bobs).send().await;
    let unknown = app.get(&path("msg_0")).widget(&bobs).send().await;
    assert_eq!((foreign.status, foreign.text()), (404, unknown.text()));
    // A visitor's token opens the agent that it was made for.
    let other = app.published_agent(&chat.owner, json!({ "name": "Other" })).await;
    let config = |agent: &str| {
        app.get(&format!("/api/v1/widget/config/{agent}"))
            .widget(&chat.key)
            .send()
    };
    let token = config(&other).await.expect(200)["visitor_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.get(&path(&chat.message)).bearer(&token).send().await.status, 404);
    let token = config(&chat.agent).await.expect(200)["visitor_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.get(&path(&chat.message)).bearer(&token).send().await.status, 200);
    // A question is no answer.
    let question = app
        .sql
        .column("SELECT id FROM messages WHERE author = 'visitor'")
        .remove(0);
    assert_eq!(app.get(&path(&question)).widget(&chat.key).send().await.status, 404);
}
