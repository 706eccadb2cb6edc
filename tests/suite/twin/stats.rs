//! Statistics: the formulas that the document's sample fixes.
use super::{POLICY, Program};
use crate::harness::TestApp;
use serde_json::json;

#[tokio::test]
async fn before_the_first_answer_everything_is_nought() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let stats = program.get(&app, "/v1/stats").await.expect(200);
    let nothing = json!({
        "totalAnswered": 0, "totalEscalated": 0, "avgConfidence": 0.0, "handleRate": 0.0,
        "totalSavedMinutes": 0, "kbDocCount": 0,
    });
    assert_eq!(stats, nothing);
}

/// 284 answers of which 34 were escalated are 0.88 handled and save 852 minutes.
#[tokio::test]
async fn the_figures_of_the_sample_come_out_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.ask(&app, "Is anybody there?").await;
    let copies = "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, confidence,
            created_at)
         SELECT 'msg_' || n.value, workspace_id, conversation_id, agent_id, author, status, text, 0.81, created_at
         FROM messages, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 284)
            SELECT value FROM n) AS n
         WHERE author = 'agent' AND n.value < 284";
    app.sql.execute(copies, &[]);
    let copies = "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status,
            created_at)
         SELECT 'esc_' || n.value, workspace_id, agent_id, question, asked_by, reason, reason_text, status, created_at
         FROM escalations, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 34)
            SELECT value FROM n) AS n
         WHERE n.value < 34";
    app.sql.execute(copies, &[]);
    app.sql
        .execute("UPDATE messages SET confidence = 0.81 WHERE author = 'agent'", &[]);
    let stats = program.get(&app, "/v1/stats").await.expect(200);
    let sample = json!({
        "totalAnswered": 284, "totalEscalated": 34, "avgConfidence": 0.81, "handleRate": 0.88,
        "totalSavedMinutes": 852, "kbDocCount": 0,
    });
    assert_eq!(stats, sample);
}

#[tokio::test]
async fn answers_escalations_and_documents_are_counted() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program
        .upload_and_index(&app, "Expense reimbursement policy", POLICY)
        .await;
    let other = program.owner.collection(&app, "Other").await;
    program
        .owner
        .send_file(&app, &other, "b.txt", b"Elsewhere.")
        .await
        .expect(202);
    program.ask(&app, "What is the expense policy?").await;
    program.ask(&app, "Who won the cup in 1954?").await;
    let minutes = json!({ "minutesSavedPerAnswer": 10 });
    program.put(&app, "/v1/settings", minutes).await.expect(200);
    let stats = program.get(&app, "/v1/stats").await.expect(200);
    let counted = ["totalAnswered", "totalEscalated", "totalSavedMinutes", "kbDocCount"].map(|it| stats[it].as_u64());
    assert_eq!(counted, [Some(2), Some(1), Some(20), Some(1)], "{stats}");
    assert_eq!(stats["handleRate"], 0.5);
    // What visitors of a page ask an agent of the workspace is not the twin's.
    let agent = app.published_agent(&program.owner, json!({})).await;
    let key = app.widget_key(&program.owner).await;
    app.ask(&key, &agent, "s", "Who won the cup?").send().await.frames();
    let request = json!({ "agent_id": agent, "session_id": "s", "message": "Help!" });
    app.post("/api/v1/widget/escalate", request)
        .widget(&key)
        .send()
        .await
        .expect(201);
    assert_eq!(program.get(&app, "/v1/stats").await.expect(200), stats);
}
