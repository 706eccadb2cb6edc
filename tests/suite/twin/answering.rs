//! Answers: from documents, from the context of the question, and which documents they are made from.
use super::Program;
use crate::harness::TestApp;
use serde_json::json;

const HOURS: &str = "The office is open from nine to five on weekdays. On Saturdays the office is closed.";
const PARKING: &str = "Visitors park in the blue garage behind the building. The garage costs four euros a day.";

#[tokio::test]
async fn an_answer_is_plain_text_and_names_each_document_once() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let text = "# Opening hours\n\nOn weekdays the office is **open from nine to five**.";
    program.owner.upload_and_index(&app, "hours.md", text).await;
    let answer = program.ask(&app, "When is the office open on weekdays?").await;
    let response = answer["response"].as_str().unwrap();
    assert!(response.contains("open from nine to five"), "{answer}");
    assert!(!response.contains(['*', '#', '[']), "{answer}");
    assert_eq!(answer["sources"], json!(["hours.md"]), "{answer}");
}

#[tokio::test]
async fn a_plain_answer_keeps_what_looks_like_markup_in_its_document() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let text = "To install the chat, paste the <script> tag before the </body> tag of every page.[1] \
        Then set the attribute data-__key__ to your <key>.";
    program.upload_and_index(&app, "Installing the chat", text).await;
    let answer = program.ask(&app, "How do I install the chat on every page?").await;
    let response = answer["response"].as_str().unwrap();
    let said = "paste the <script> tag before the </body> tag of every page.[1]";
    assert!(response.contains(said), "{answer}");
    assert!(!response.contains(['\u{2060}', '\\']), "{answer}");
}

#[tokio::test]
async fn what_is_told_beside_the_question_answers_it() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    let question = "Where does the offsite in June take place?";
    let without = program.ask(&app, question).await;
    assert_eq!(without["shouldEscalate"], true, "{without}");
    let thread = "Jordan: Where does the offsite in June take place?\nSam: The offsite in June takes place in Lisbon.";
    let body = json!({ "message": question, "context": thread });
    let with = program.post(&app, "/v1/twin", body).await.expect(200);
    assert_eq!(with["shouldEscalate"], false, "{with}");
    assert!(with["response"].as_str().unwrap().contains("Lisbon"), "{with}");
    assert!(!with["response"].as_str().unwrap().contains('?'), "{with}");
    // It is no document of the knowledge base.
    assert_eq!(with["sources"], json!([]), "{with}");
}

#[tokio::test]
async fn what_is_told_answers_before_there_is_any_document() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let body = json!({
        "message": "Which city hosts the offsite in June?",
        "context": "Lisbon is the city that hosts the offsite in June.",
    });
    let answer = program.post(&app, "/v1/twin", body).await.expect(200);
    assert!(answer["response"].as_str().unwrap().contains("Lisbon"), "{answer}");
}

#[tokio::test]
async fn a_follow_up_leans_on_the_thread_that_it_stands_in() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    program.upload_and_index(&app, "Parking", PARKING).await;
    let ask = |context: &str| {
        let body = json!({ "message": "And what does it cost?", "context": context });
        program.post(&app, "/v1/twin", body)
    };
    let answer = ask("Jordan: Where is the garage for visitors to park in?")
        .await
        .expect(200);
    assert!(answer["response"].as_str().unwrap().contains("four euros"), "{answer}");
    assert_eq!(answer["sources"], json!(["Parking"]), "{answer}");
}

#[tokio::test]
async fn a_context_that_says_nothing_of_the_question_changes_nothing() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    let question = "When is the office open on weekdays?";
    let without = program.ask(&app, question).await;
    let body = json!({ "message": question, "context": "Sam: I had pasta for lunch. It was raining." });
    let with = program.post(&app, "/v1/twin", body).await.expect(200);
    assert_eq!(with["response"], without["response"]);
    assert_eq!(with["sources"], json!(["Opening hours"]));
}

#[tokio::test]
async fn an_answer_is_kept_with_its_question_and_grounds() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    program.ask(&app, "When is the office open on weekdays?").await;
    let kept = app.sql.column("SELECT status FROM messages ORDER BY created_at");
    assert_eq!(kept, ["complete", "complete"]);
    let grounds = app.sql.column("SELECT citations FROM messages WHERE author = 'agent'");
    assert!(grounds[0].contains("Opening hours"), "{grounds:?}");
}

#[tokio::test]
async fn a_hit_is_counted_for_a_cited_document_in_every_dialect() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let hours = program.upload_and_index(&app, "Opening hours", HOURS).await;
    let parking = program.upload_and_index(&app, "Parking", PARKING).await;
    program.ask(&app, "When is the office open on weekdays?").await;
    program.ask(&app, "What is the meaning of life?").await;
    let agent = app.published_agent(&program.owner, json!({})).await;
    let key = app.widget_key(&program.owner).await;
    app.ask(&key, &agent, "s", "When is the office open on weekdays?")
        .send()
        .await
        .frames();
    let hits = |id: &str| {
        let path = format!("/v1/kb/{id}");
        let program = &program;
        let app = &app;
        async move { program.get(app, &path).await.expect(200)["doc"]["hits"].clone() }
    };
    assert_eq!((hits(&hours).await, hits(&parking).await), (json!(2), json!(0)));
}

#[tokio::test]
async fn two_first_questions_at_once_make_one_twin() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let ask = || program.post(&app, "/v1/twin", json!({ "message": "Is anybody there?" }));
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    assert_eq!((a.status, b.status, c.status), (200, 200, 200));
    assert_eq!(app.sql.column("SELECT count(*) FROM agents"), ["1"]);
    assert_eq!(app.sql.column("SELECT count(DISTINCT agent_id) FROM messages"), ["1"]);
}

#[tokio::test]
async fn who_leaves_early_has_their_question_answered_all_the_same() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    let call = program
        .call(&app, http::Method::POST, "/v1/twin")
        .json(&json!({ "message": "When is the office open on weekdays?" }));
    let asked = call.leaving();
    let _ = tokio::time::timeout(std::time::Duration::from_millis(1), asked.send()).await;
    for _ in 0..200 {
        if app
            .sql
            .column("SELECT count(*) FROM messages WHERE status = 'complete'")
            == ["2"]
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let kept = app.sql.column("SELECT status FROM messages");
    // Cut off before the question was written down, nothing was promised.
    assert!(kept.is_empty(), "{kept:?}");
}

#[tokio::test]
async fn a_widget_session_never_meets_a_conversation_of_twin() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    program.ask(&app, "When is the office open on weekdays?").await;
    let row = |column: &str| app.sql.column(&format!("SELECT {column} FROM conversations")).remove(0);
    let (agent, session) = (row("agent_id"), row("session_key"));
    let key = app.widget_key(&program.owner).await;
    // A visitor who names the session of a program is refused, and reads nothing of its conversation.
    let answer = app.ask(&key, &agent, &session, "And on Saturdays?").send().await;
    assert_eq!(answer.status, 409);
    let messages = "SELECT channel || ' ' || count(*) FROM conversations JOIN messages
        ON messages.conversation_id = conversations.id GROUP BY conversations.id ORDER BY 1";
    assert_eq!(app.sql.column(messages), ["twin 2"]);
}

#[tokio::test]
async fn a_failed_answer_leaves_nothing_where_nothing_is_kept() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Opening hours", HOURS).await;
    let workspace = program.owner.path("");
    let body = json!({ "retention_days": 0 });
    let patch = app
        .call(http::Method::PATCH, &workspace)
        .bearer(&program.owner.token)
        .json(&body);
    patch.send().await.expect(200);
    app.sql.fail_next("DELETE FROM conversations");
    let body = json!({ "message": "When is the office open on weekdays?" });
    assert_eq!(program.post(&app, "/v1/twin", body).await.status, 500);
    assert!(app.sql.column("SELECT id FROM messages").is_empty());
    assert!(app.sql.column("SELECT id FROM conversations").is_empty());
}
