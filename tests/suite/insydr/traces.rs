//! Traces: why an answer is what it is.
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

const HOURS: &str = "# Opening hours\n\nWe are open from nine to five on weekdays. On Sundays we are closed.\n";

async fn answered(app: &TestApp, question: &str) -> (Owner, String, Value) {
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(app, "hours.md", HOURS).await;
    let settings = json!({ "response_config": { "confidence_threshold": 0.1 } });
    let agent = app.published_agent(&owner, settings).await;
    let key = app.widget_key(&owner).await;
    let frames = app.ask(&key, &agent, "s", question).send().await.frames();
    (owner, agent, frames[0]["message_id"].clone())
}

#[tokio::test]
async fn an_answer_is_explained_with_its_grounds() {
    let app = TestApp::new();
    let (owner, agent, id) = answered(&app, "When are you open?").await;
    let id = id.as_str().unwrap();
    let trace = owner.get(&app, &format!("/messages/{id}/trace")).await.expect(200);
    let document = owner.get(&app, "/documents").await.expect(200)["documents"][0]["id"].clone();
    let expected = json!({
        "message_id": id, "agent_id": agent, "status": "complete", "question": "When are you open?",
        "standalone_question": "When are you open?", "agent_version": "1.1", "snapshot_version": 1,
        "strategy": "CEDAR", "threshold": 0.1, "decision": "answered", "generator": "extractive",
        "fell_back_from": null, "fallback_reason": null, "attempts": 0, "confidence": "<share>"
    });
    has(&trace, &expected);
    let passage = json!({ "document_id": document, "title": "hours.md", "chunk_index": 0, "score": "<share>" });
    has(&trace["passages"][0], &passage);
    assert!(trace["passages"][0]["heading_path"].is_array());
    assert!(
        trace["features"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["name"].is_string() && it["value"].is_number())
    );
    assert!(!trace["features"].as_array().unwrap().is_empty());
    assert_eq!(trace["sources"][0]["document_id"], document);
    assert!(trace["response"].as_str().unwrap().contains("nine to five"), "{trace}");
    let timings = &trace["timings"];
    let at = |name: &str| timings[name].as_u64().unwrap_or_else(|| panic!("{name}: {timings}"));
    assert!(
        at("found_ms") <= at("first_text_ms") && at("first_text_ms") <= at("total_ms"),
        "{timings}"
    );
}

#[tokio::test]
async fn a_follow_up_shows_what_was_looked_up() {
    let app = TestApp::new();
    let (owner, agent, _) = answered(&app, "What are your opening hours?").await;
    let key = app.widget_key(&owner).await;
    let frames = app.ask(&key, &agent, "s", "And on Sundays?").send().await.frames();
    let id = frames[0]["message_id"].as_str().unwrap();
    let trace = owner.get(&app, &format!("/messages/{id}/trace")).await.expect(200);
    assert_eq!(trace["question"], "And on Sundays?");
    assert_ne!(trace["standalone_question"], trace["question"]);
}

#[tokio::test]
async fn only_answers_are_explained() {
    let app = TestApp::new();
    let (owner, _, _) = answered(&app, "When are you open?").await;
    let question = app
        .sql
        .column("SELECT id FROM messages WHERE author = 'visitor'")
        .remove(0);
    let refused = (404, "NOT_FOUND".into(), None);
    for id in [question.as_str(), "msg_0", "x"] {
        assert_eq!(
            owner.get(&app, &format!("/messages/{id}/trace")).await.refusal(),
            refused,
            "{id}"
        );
    }
}

#[tokio::test]
async fn traces_of_unfinished_and_old_answers_are_shown_in_part() {
    let app = TestApp::new();
    let (owner, _, id) = answered(&app, "When are you open?").await;
    let path = format!("/messages/{}/trace", id.as_str().unwrap());
    app.sql.execute(
        "UPDATE messages SET trace = json_object('agent_version', '1.1', 'snapshot', 1, 'generator', 'extractive',
            'strategy', 'CEDAR', 'standalone_question', 'Q', 'features', json_array(), 'decision', '')
         WHERE author = 'agent'",
        &[],
    );
    let old = json!({ "generator": "extractive", "standalone_question": "Q", "passages": [], "decision": "" });
    has(&owner.get(&app, &path).await.expect(200), &old);
    app.sql.execute(
        "UPDATE messages SET status = 'pending', trace = NULL, text = '', confidence = NULL, latency_ms = NULL
         WHERE author = 'agent'",
        &[],
    );
    let pending = json!({ "status": "pending", "confidence": null, "question": "When are you open?" });
    has(&owner.get(&app, &path).await.expect(200), &pending);
}
