//! Answers that go on: conversations, and what happens when something fails or the visitor leaves.
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

const PRO: &str =
    "# Pro plan\n\nThe Pro plan costs 49 dollars a month. Support for the Pro plan answers within four hours.\n";
const QUESTION: &str = "What does the Pro plan cost?";

async fn owner_with_documents(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(app, "pro.md", PRO).await;
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let key = app.widget_key(&owner).await;
    (owner, key, agent)
}

/// Returns author and status of every message, oldest first.
fn messages(app: &TestApp) -> Vec<String> {
    app.sql
        .column("SELECT author || ' ' || status FROM messages ORDER BY created_at, id")
}

fn terminals(frames: &[Value]) -> Vec<&str> {
    let types = frames.iter().filter_map(|it| it["type"].as_str());
    types.filter(|it| matches!(*it, "done" | "error")).collect()
}

#[tokio::test]
async fn a_turn_takes_two_round_trips_before_the_answer_and_one_after() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .expect(200);
    let token = config["visitor_token"].as_str().unwrap();
    for turn in 0..3 {
        app.sql.begin_counting();
        let answer = app.ask(&key, &agent, "s", QUESTION).send().await;
        assert_eq!(terminals(&answer.frames()), ["done"]);
        assert_eq!(app.sql.trips(), 3 + app.lookups(), "turn {turn}");
    }
    app.sql.begin_counting();
    let body = json!({ "agent_id": agent, "session_id": "t", "message": QUESTION });
    let answer = app.post("/api/v1/widget/chat", body).bearer(token).send().await;
    assert_eq!(
        (answer.status, app.sql.trips()),
        (200, 3 + app.lookups()),
        "by a visitor's token"
    );
    app.sql.begin_counting();
    app.get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .expect(200);
    assert_eq!(app.sql.trips(), 1 + app.lookups(), "the configuration");
}

#[tokio::test]
async fn a_follow_up_is_understood_from_what_was_asked_before() {
    let app = TestApp::new();
    let (owner, key, agent) = owner_with_documents(&app).await;
    let other =
        "# Starter plan\n\nThe Starter plan costs 19 dollars a month.\n\n# Shipping\n\nShipping costs 5 dollars.\n";
    owner.upload_and_index(&app, "starter.md", other).await;
    let ask = async |session: &str, message: &str| app.ask(&key, &agent, session, message).send().await.streamed();
    assert!(
        ask("starter", "What does the Starter plan cost?")
            .await
            .contains("19 dollars")
    );
    assert!(ask("pro", QUESTION).await.contains("49 dollars"));
    let after_starter = ask("starter", "How much is it a month?").await;
    let after_pro = ask("pro", "How much is it a month?").await;
    assert!(
        after_starter.contains("19 dollars") && !after_starter.contains("49"),
        "{after_starter}"
    );
    assert!(
        after_pro.contains("49 dollars") && !after_pro.contains("19"),
        "{after_pro}"
    );
    let looked_up = app
        .sql
        .column("SELECT json_extract(trace, '$.standalone_question') FROM messages ORDER BY created_at");
    assert_eq!(
        looked_up.last().unwrap(),
        "What does the Pro plan cost? How much is it a month?"
    );
}

#[tokio::test]
async fn a_session_is_one_conversation_of_one_agent() {
    let app = TestApp::new();
    let (owner, key, agent) = owner_with_documents(&app).await;
    let other = app.published_agent(&owner, json!({})).await;
    for (agent, session) in [(&agent, "a"), (&agent, "a"), (&agent, "b"), (&other, "a")] {
        assert_eq!(app.ask(&key, agent, session, QUESTION).send().await.status, 200);
    }
    let sizes = "SELECT count(*) FROM messages GROUP BY conversation_id ORDER BY 1";
    assert_eq!(app.sql.column(sizes), ["2", "2", "4"]);
    let foreign = "SELECT 1 FROM messages JOIN conversations ON conversations.id = conversation_id
         WHERE messages.agent_id <> conversations.agent_id OR messages.workspace_id <> conversations.workspace_id";
    assert_eq!(app.sql.column(foreign).len(), 0);
}

#[tokio::test]
async fn two_first_questions_at_once_share_a_conversation() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let (a, b) = tokio::join!(
        app.ask(&key, &agent, "s", QUESTION).send(),
        app.ask(&key, &agent, "s", "How fast is support?").send()
    );
    assert_eq!(
        (terminals(&a.frames()), terminals(&b.frames())),
        (vec!["done"], vec!["done"])
    );
    assert_eq!(app.sql.column("SELECT id FROM conversations").len(), 1);
    assert_eq!(messages(&app).len(), 4);
}

#[tokio::test]
async fn who_leaves_still_gets_the_answer_kept() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let stayed = app.ask(&key, &agent, "stayed", QUESTION).send().await;
    app.ask(&key, &agent, "left", QUESTION).leaving().send().await;
    assert_eq!(
        messages(&app),
        [
            "visitor complete",
            "agent complete",
            "visitor complete",
            "agent complete"
        ]
    );
    for column in ["text", "citations", "confidence", "is_answered"] {
        let sql = format!("SELECT DISTINCT {column} FROM messages WHERE author = 'agent'");
        assert_eq!(app.sql.column(&sql).len(), 1, "{column} differs");
    }
    assert_eq!(
        app.sql
            .column("SELECT DISTINCT text FROM messages WHERE author = 'agent'"),
        [stayed.streamed()]
    );
    // And the next question of theirs knows of it.
    let next = app.ask(&key, &agent, "left", "How fast is its support?").send().await;
    assert!(next.streamed().contains("four hours"), "{}", next.text());
}

#[tokio::test]
async fn a_failed_answer_keeps_the_question_and_ends_the_stream() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    let lost = app.blobs.lose_all();
    let answer = app.ask(&key, &agent, "s", QUESTION).send().await;
    assert_eq!(answer.status, 200);
    let frames = answer.frames();
    assert_eq!(frames[0]["type"], json!("start"));
    assert_eq!(terminals(&frames), ["error"]);
    let end = json!({ "type": "error", "code": "INTERNAL", "detail": "internal error" });
    assert_eq!(frames.last(), Some(&end));
    assert!(
        !answer.text().contains("segment"),
        "what broke stays with us: {}",
        answer.text()
    );
    assert_eq!(messages(&app), ["visitor complete", "agent failed"]);
    assert_eq!(
        app.sql.column("SELECT text FROM messages WHERE author = 'visitor'"),
        [QUESTION]
    );
    // The next try finds everything as it was.
    app.blobs.restore(lost);
    let answer = app.ask(&key, &agent, "s", QUESTION).send().await;
    assert!(answer.streamed().contains("49 dollars"), "{}", answer.text());
    assert_eq!(messages(&app)[2..], ["visitor complete", "agent complete"]);
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_does_not_end_as_if_it_were() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    app.sql.fail_next("UPDATE messages SET status");
    let answer = app.ask(&key, &agent, "s", QUESTION).send().await;
    assert_eq!(terminals(&answer.frames()), ["error"]);
    assert_eq!(answer.frames().last().unwrap()["type"], json!("error"));
    assert_eq!(messages(&app), ["visitor complete", "agent failed"]);
}

#[tokio::test]
async fn a_question_that_cannot_be_kept_is_refused_before_the_stream() {
    for point in ["FROM index_snapshots", "INSERT INTO messages"] {
        let app = TestApp::new();
        let (_, key, agent) = owner_with_documents(&app).await;
        app.sql.fail_next(point);
        let answer = app.ask(&key, &agent, "s", QUESTION).send().await;
        assert_eq!(answer.refusal(), (500, "INTERNAL".into(), None), "{point}");
        assert_eq!(messages(&app).len(), 0, "{point}");
        assert_eq!(app.sql.column("SELECT id FROM conversations").len(), 0, "{point}");
        assert_eq!(
            terminals(&app.ask(&key, &agent, "s", QUESTION).send().await.frames()),
            ["done"]
        );
    }
}

#[tokio::test]
async fn failed_answers_are_no_part_of_the_conversation() {
    let app = TestApp::new();
    let (_, key, agent) = owner_with_documents(&app).await;
    app.sql.fail_next("UPDATE messages SET status");
    app.ask(&key, &agent, "s", QUESTION).send().await;
    let answer = app.ask(&key, &agent, "s", "And its support?").send().await;
    assert!(answer.streamed().contains("four hours"), "{}", answer.text());
}
