//! Statistics: the formulas that the document's sample fixes.
use super::{POLICY, Program};
use crate::harness::World;
use serde_json::json;

#[tokio::test]
async fn before_the_first_answer_everything_is_nought() {
    let world = World::new();
    let program = Program::new(&world).await;
    let stats = program.get(&world, "/v1/stats").await.expect(200);
    let nothing = json!({
        "totalAnswered": 0, "totalEscalated": 0, "avgConfidence": 0.0, "handleRate": 0.0,
        "totalSavedMinutes": 0, "kbDocCount": 0,
    });
    assert_eq!(stats, nothing);
}

/// 284 answers of which 34 were escalated are 0.88 handled and save 852 minutes.
#[tokio::test]
async fn the_figures_of_the_sample_come_out_as_documented() {
    let world = World::new();
    let program = Program::new(&world).await;
    program.ask(&world, "Is anybody there?").await;
    let copies = "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, confidence,
            created_at)
         SELECT 'msg_' || n.value, workspace_id, conversation_id, agent_id, author, status, text, 0.81, created_at
         FROM messages, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 284)
            SELECT value FROM n) AS n
         WHERE author = 'agent' AND n.value < 284";
    world.sql.execute(copies, &[]);
    let copies = "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status,
            created_at)
         SELECT 'esc_' || n.value, workspace_id, agent_id, question, asked_by, reason, reason_text, status, created_at
         FROM escalations, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 34)
            SELECT value FROM n) AS n
         WHERE n.value < 34";
    world.sql.execute(copies, &[]);
    world
        .sql
        .execute("UPDATE messages SET confidence = 0.81 WHERE author = 'agent'", &[]);
    let stats = program.get(&world, "/v1/stats").await.expect(200);
    let sample = json!({
        "totalAnswered": 284, "totalEscalated": 34, "avgConfidence": 0.81, "handleRate": 0.88,
        "totalSavedMinutes": 852, "kbDocCount": 0,
    });
    assert_eq!(stats, sample);
}

#[tokio::test]
async fn answers_escalations_and_documents_are_counted() {
    let world = World::new();
    let program = Program::new(&world).await;
    program.learn(&world, "Expense reimbursement policy", POLICY).await;
    let other = program.owner.collection(&world, "Other").await;
    program
        .owner
        .send_file(&world, &other, "b.txt", b"Elsewhere.")
        .await
        .expect(202);
    program.ask(&world, "What is the expense policy?").await;
    program.ask(&world, "Who won the cup in 1954?").await;
    let minutes = json!({ "minutesSavedPerAnswer": 10 });
    program.put(&world, "/v1/settings", minutes).await.expect(200);
    let stats = program.get(&world, "/v1/stats").await.expect(200);
    let counted = ["totalAnswered", "totalEscalated", "totalSavedMinutes", "kbDocCount"].map(|it| stats[it].as_u64());
    assert_eq!(counted, [Some(2), Some(1), Some(20), Some(1)], "{stats}");
    assert_eq!(stats["handleRate"], 0.5);
    // What visitors of a page ask an agent of the workspace is not the twin's.
    let agent = world.published_agent(&program.owner, json!({})).await;
    let key = world.widget_key(&program.owner).await;
    world.ask(&key, &agent, "s", "Who won the cup?").send().await.frames();
    let plea = json!({ "agent_id": agent, "session_id": "s", "message": "Help!" });
    world
        .post("/api/v1/widget/escalate", plea)
        .widget(&key)
        .send()
        .await
        .expect(201);
    assert_eq!(program.get(&world, "/v1/stats").await.expect(200), stats);
}
