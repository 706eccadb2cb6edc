//! For how long conversations are kept.
use crate::harness::{Owner, TestApp};
use edge_model::time::{DAY, HOUR, MINUTE};
use serde_json::json;

async fn keep(app: &TestApp, owner: &Owner, days: serde_json::Value) {
    let answer = owner
        .patch(app, "", json!({ "retention_days": days }))
        .await
        .expect(200);
    assert_eq!(answer["retention_days"], days);
    app.drain(owner).await;
}

/// An owner, a published agent, and a widget key.
async fn site(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    (owner, agent, key)
}

async fn ask(app: &TestApp, key: &str, agent: &str, session: &str) {
    let answer = app
        .ask(key, agent, session, "What is the meaning of life?")
        .send()
        .await;
    assert!(answer.frames().last().unwrap()["type"] == "done", "{}", answer.text());
}

fn sessions(app: &TestApp) -> Vec<String> {
    app.sql
        .column("SELECT session_key FROM conversations ORDER BY session_key")
}

#[tokio::test]
async fn unless_it_is_said_otherwise_conversations_are_kept() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    assert_eq!(owner.get(&app, "").await.expect(200)["retention_days"], json!(null));
    ask(&app, &key, &agent, "a").await;
    app.clock.advance(4_000 * DAY);
    assert_eq!(app.drain(&owner).await, None);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(app.drain(&owner).await, None);
    assert_eq!(sessions(&app), ["a"]);
}

#[tokio::test]
async fn a_conversation_goes_some_days_after_its_last_message() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "old").await;
    keep(&app, &owner, json!(7)).await;
    app.clock.advance(3 * DAY);
    ask(&app, &key, &agent, "young").await;
    app.drain(&owner).await;
    assert_eq!(sessions(&app), ["old", "young"]);
    app.clock.advance(4 * DAY + 2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(sessions(&app), ["young"]);
    assert_eq!(app.sql.column("SELECT DISTINCT conversation_id FROM messages").len(), 1);
    // And so on, by itself; never later than an hour.
    let next = app.drain(&owner).await.unwrap();
    assert!(next.0 - edge_core::ports::Clock::now(&*app.clock).0 <= HOUR);
    app.clock.advance(4 * DAY);
    app.drain(&owner).await;
    assert_eq!(sessions(&app), Vec::<String>::new());
    assert_eq!(
        app.sql.column("SELECT id FROM jobs").len(),
        1,
        "one job orders the next"
    );
}

#[tokio::test]
async fn a_resolved_escalation_is_deleted_after_its_retention() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    let mut ids = vec![];
    for session in ["resolved", "open"] {
        let request = json!({ "agent_id": agent, "session_id": session, "message": "Help!" });
        let raised = app
            .post("/api/v1/widget/escalate", request)
            .widget(&key)
            .send()
            .await
            .expect(201);
        ids.push(raised["escalation_id"].as_str().unwrap().to_owned());
    }
    let resolved = json!({ "status": "RESOLVED" });
    owner
        .patch(&app, &format!("/escalations/{}", ids[0]), resolved)
        .await
        .expect(200);
    keep(&app, &owner, json!(7)).await;
    app.clock.advance(6 * DAY);
    app.drain(&owner).await;
    assert_eq!(app.sql.column("SELECT id FROM escalations").len(), 2);
    app.clock.advance(2 * DAY);
    app.drain(&owner).await;
    assert_eq!(app.sql.column("SELECT id FROM escalations"), [ids[1].as_str()]);
}

#[tokio::test]
async fn what_is_more_than_one_run_deletes_goes_in_several() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "first").await;
    let copy = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
         INSERT INTO conversations SELECT 'conv_' || i, workspace_id, agent_id, 's' || i, NULL, NULL, created_at,
            last_message_at, channel, scope FROM conversations, n WHERE session_key = 'first'";
    assert_eq!(app.sql.execute(copy, &[]), 450);
    app.clock.advance(2 * DAY);
    let owner = Owner {
        token: sign_in_again(&app).await,
        ..owner
    };
    keep(&app, &owner, json!(1)).await;
    assert_eq!(sessions(&app), Vec::<String>::new());
}

async fn sign_in_again(app: &TestApp) -> String {
    let body = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn zero_keeps_nothing_after_the_answer() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "before").await;
    keep(&app, &owner, json!(0)).await;
    ask(&app, &key, &agent, "after").await;
    assert_eq!(
        sessions(&app),
        ["before"],
        "what is under way is left alone for ten minutes"
    );
    assert!(app.everything().iter().all(|it| it != "after"));
    // A conversation from before is left with what it had.
    ask(&app, &key, &agent, "before").await;
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 2);
    app.clock.advance(HOUR + 11 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(sessions(&app), Vec::<String>::new());
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn a_failed_answer_leaves_nothing_where_nothing_is_kept() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    owner
        .upload_and_index(
            &app,
            "hours.md",
            "# Opening hours\n\nThe shop is open from nine to five.",
        )
        .await;
    keep(&app, &owner, json!(0)).await;
    app.blobs.lose_all();
    let answer = app.ask(&key, &agent, "s", "When is the shop open?").send().await;
    assert_eq!(answer.frames().last().unwrap()["type"], "error");
    assert_eq!(sessions(&app), Vec::<String>::new());
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn a_run_that_is_missing_is_ordered() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    keep(&app, &owner, json!(1)).await;
    ask(&app, &key, &agent, "a").await;
    // It failed for hours and was set aside.
    app.sql.execute("UPDATE jobs SET parked_at = 1", &[]);
    app.clock.advance(2 * DAY);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    app.drain(&owner).await;
    assert_eq!(sessions(&app), Vec::<String>::new());
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 1);
}

#[tokio::test]
async fn a_retention_that_will_not_do_is_named_and_null_keeps_again() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    for wrong in [json!(3_651), json!(-1), json!(1.5), json!("7")] {
        let answer = owner.patch(&app, "", json!({ "retention_days": wrong })).await;
        let named = (400, "VALIDATION_ERROR".into(), Some("retention_days".into()));
        assert_eq!(answer.refusal(), named, "{wrong}");
    }
    keep(&app, &owner, json!(1)).await;
    owner
        .patch(&app, "", json!({ "name": "Another name" }))
        .await
        .expect(200);
    assert_eq!(owner.get(&app, "").await.expect(200)["retention_days"], json!(1));
    keep(&app, &owner, json!(null)).await;
    ask(&app, &key, &agent, "a").await;
    app.clock.advance(30 * DAY);
    app.drain(&owner).await;
    assert_eq!(sessions(&app), ["a"]);
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
}

#[tokio::test]
async fn what_ended_is_tidied_away() {
    let app = TestApp::new();
    let (owner, _, _) = site(&app).await;
    let body = json!({ "email": "eve@example.com", "role": "VIEWER" });
    owner.post(&app, "/invitations", body).await.expect(201);
    // An account of an old release, whose address was never confirmed.
    app.sql.execute(
        "INSERT INTO accounts VALUES ('user_old', 'old@example.com', 'Old', '', NULL, ?1)",
        &[&crate::harness::START],
    );
    let waiting = json!({ "email": "bob@example.com", "password": "correct horse battery", "full_name": "Bob" });
    app.post("/api/v1/auth/signup", waiting).send().await.expect(201);
    let tables = ["sessions", "sign_ups", "mailed_codes", "invitations", "accounts"];
    let count = || tables.map(|it| app.sql.column(&format!("SELECT 1 FROM {it}")).len());
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(count(), [1, 2, 2, 1, 2]);
    // The sign-ups end after a day, and are deleted a day later; codes are kept for a day, to count the mails.
    app.clock.advance(DAY + MINUTE);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(count(), [1, 2, 0, 1, 1]);
    app.clock.advance(DAY);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(count(), [0, 0, 0, 1, 1]);
    app.clock.advance(7 * DAY);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(count(), [0, 0, 0, 0, 1]);
}
