//! A deleted workspace is gone: its rows at once, its blobs soon, and nothing of other workspaces.
use crate::harness::receiver::HOOK;
use crate::harness::shape::is;
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use edge_model::time::TimeDelta;
use serde_json::json;

/// Everything a workspace can hold; returns its widget key, its agent and a visitor's token.
async fn seed_workspace(app: &TestApp, owner: &Owner) -> (String, String, String) {
    owner
        .upload_and_index(app, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    let document = owner
        .upload_and_index(app, "gone.md", "# Parking\n\nThere is a car park behind the shop.")
        .await;
    owner.delete(app, &format!("/documents/{document}")).await.expect(200);
    let collection = owner.collection(app, "Another").await;
    owner
        .send_file(app, &collection, "b.txt", b"The telephone number is 555-1234.")
        .await
        .expect(202);
    app.drain(owner).await;
    let lenient = json!({ "response_config": { "confidence_threshold": 0.0 } });
    let agent = app.published_agent(owner, lenient).await;
    let key = app.widget_key(owner).await;
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .expect(200);
    let frames = app.ask(&key, &agent, "s", "When are you open?").send().await.frames();
    let body = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP" });
    app.post("/api/v1/widget/feedback", body)
        .widget(&key)
        .send()
        .await
        .expect(201);
    let body = json!({ "email": "eve@example.com", "role": "MEMBER" });
    owner.post(app, "/invitations", body).await.expect(201);
    app.ask(&key, &agent, "s", "Who won the cup in 1954?").send().await;
    app.sql
        .execute("UPDATE messages SET is_answered = 0 WHERE author = 'agent'", &[]);
    let open = owner.get(app, "/analytics/unanswered").await.expect(200);
    let question = open["unanswered"][0]["id"].as_str().unwrap();
    owner
        .patch(
            app,
            &format!("/analytics/unanswered/{question}"),
            json!({ "status": "RESOLVED" }),
        )
        .await
        .expect(200);
    owner.patch(app, "", json!({ "retention_days": 30 })).await.expect(200);
    let email = format!(
        "visitor@{}.example",
        owner.workspace.trim_start_matches("ws_").to_lowercase()
    );
    let request = json!({ "agent_id": agent, "session_id": "s", "email": email, "message": "Help!" });
    let raised = app
        .post("/api/v1/widget/escalate", request)
        .widget(&key)
        .send()
        .await
        .expect(201);
    let path = format!("/escalations/{}", raised["escalation_id"].as_str().unwrap());
    app.confirm_replies(owner, &path, &email).await;
    let program = owner.program_key(app, KeyKind::Twin).await;
    app.get("/v1/settings").bearer(&program).send().await.expect(200);
    let (webhook, _) = owner.webhook(app, HOOK, &["FEEDBACK_RECEIVED"]).await;
    owner.test_event(app, &webhook).await;
    owner.deliver(app, &webhook).await;
    owner.crawl(app, json!({})).await;
    let begun = "INSERT INTO attempts (workspace_id, work, lease_until, changed_at) VALUES (?1, 'job/job_1', 0, 0)";
    app.sql.execute(begun, &[&owner.workspace]);
    // One more that waits to be worked on.
    app.upload(owner, "waiting.txt", "This one is not processed yet.").await;
    (key, agent, config["visitor_token"].as_str().unwrap().to_owned())
}

/// Returns how many rows every tenant table has of a workspace.
fn rows(app: &TestApp, owner: &Owner) -> Vec<(String, usize)> {
    let tables = "SELECT tables.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND columns.name = 'workspace_id' ORDER BY tables.name";
    let count = |table: &String| {
        let sql = format!("SELECT 1 FROM {table} WHERE workspace_id = '{}'", owner.workspace);
        app.sql.column(&sql).len()
    };
    let tables = app.sql.column(tables);
    tables.iter().map(|it| (it.clone(), count(it))).collect()
}

fn blobs(app: &TestApp, owner: &Owner) -> Vec<String> {
    let keys = app.blobs.keys().into_iter();
    keys.filter(|it| it.contains(&owner.workspace)).collect()
}

#[tokio::test]
async fn a_deleted_workspace_leaves_nothing_and_others_untouched() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    let (key, agent, visitor) = seed_workspace(&app, &ann).await;
    let (bobs_key, bobs_agent, _) = seed_workspace(&app, &bob).await;
    let (full, bobs_rows, bobs_blobs) = (rows(&app, &ann), rows(&app, &bob), blobs(&app, &bob));
    assert!(
        full.len() >= 11 && full.iter().all(|it| it.1 > 0),
        "not everything is there: {full:?}"
    );
    assert!(blobs(&app, &ann).len() >= 3);
    let answer = ann.delete(&app, "").await.expect(200);
    is(&answer, &json!({ "message": "Workspace deleted successfully" }));
    // At once.
    assert_eq!(ann.get(&app, "").await.refusal(), (404, "NOT_FOUND".into(), None));
    let list = app
        .get("/api/v1/workspaces")
        .bearer(&ann.token)
        .send()
        .await
        .expect(200);
    assert_eq!((&list["workspaces"], &list["total"]), (&json!([]), &json!(0)));
    let config = format!("/api/v1/widget/config/{agent}");
    let refused = (401, "INVALID_API_KEY".into(), None);
    assert_eq!(app.get(&config).widget(&key).send().await.refusal(), refused);
    assert_eq!(app.get(&config).bearer(&visitor).send().await.refusal(), refused);
    let left: Vec<_> = rows(&app, &ann)
        .into_iter()
        .filter(|it| it.1 > 0 && it.0 != "jobs")
        .collect();
    assert_eq!(left, []);
    // Soon, and those who are late come away empty-handed.
    app.drain(&ann).await;
    app.clock.advance(15 * edge_model::time::MINUTE);
    app.drain(&ann).await;
    assert_eq!(blobs(&app, &ann), Vec::<String>::new());
    let left: Vec<_> = rows(&app, &ann).into_iter().filter(|it| it.1 > 0).collect();
    assert_eq!(left, []);
    // Bob has what he had.
    assert_eq!((rows(&app, &bob), blobs(&app, &bob)), (bobs_rows, bobs_blobs));
    let answer = app.ask(&bobs_key, &bobs_agent, "t", "When are you open?").send().await;
    assert!(answer.streamed().contains("nine to five"), "{}", answer.text());
    // Ann's account still exists.
    let me = app.get("/api/v1/auth/me").bearer(&ann.token).send().await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn counters_of_a_deleted_workspace_go_in_the_sweep() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    ann.get(&app, "/documents").await.expect(200);
    bob.get(&app, "/documents").await.expect(200);
    let has_counters = |owner: &Owner| app.limiter.scopes().contains(&owner.workspace);
    assert!(has_counters(&ann) && has_counters(&bob));
    ann.delete(&app, "").await.expect(200);
    app.drain(&ann).await;
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert!(!has_counters(&ann) && has_counters(&bob));
    // A request that was under way during the deletion counts once more, and a later sweep finds that too.
    let take = edge_core::ports::Take {
        counter: "requests".into(),
        window: edge_core::ports::Window::Minute,
        limit: 60,
        amount: 1,
    };
    app.inner.limiter.take(&ann.workspace, &[take]).await.unwrap();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert!(!has_counters(&ann));
}

#[tokio::test]
async fn a_workspace_is_deleted_once() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.delete(&app, "").await.expect(200);
    assert_eq!(owner.delete(&app, "").await.refusal(), (404, "NOT_FOUND".into(), None));
}

#[tokio::test]
async fn a_deletion_that_fails_leaves_everything() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    seed_workspace(&app, &owner).await;
    let (before, blobs_before) = (rows(&app, &owner), blobs(&app, &owner));
    app.sql.fail_next("DELETE FROM workspaces");
    assert_eq!(owner.delete(&app, "").await.refusal(), (500, "INTERNAL".into(), None));
    assert_eq!((rows(&app, &owner), blobs(&app, &owner)), (before, blobs_before));
    owner.get(&app, "").await.expect(200);
}

#[tokio::test]
async fn very_many_blobs_are_erased_some_at_a_time() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for number in 0..900 {
        let folder = if number % 3 == 0 { "index" } else { "upload" };
        let key = format!("{folder}/{}/{number:04}", owner.workspace);
        edge_core::ports::Blobs::put(&*app.blobs, &key, b"old").await.unwrap();
    }
    owner.delete(&app, "").await.expect(200);
    // The worker is cut off once it has ordered the rest.
    app.sql.fail_next("DELETE FROM jobs");
    let workspace = edge_model::WorkspaceId::new(owner.workspace.as_str());
    let _ = edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1)).await;
    let mut left = blobs(&app, &owner).len();
    assert!(left >= 500, "{left} of 900 are left");
    while left > 0 {
        app.clock.advance(edge_model::time::MINUTE);
        app.drain(&owner).await;
        let erased = left - blobs(&app, &owner).len();
        // An invocation may ask for so much and no more: what takes longer than one has to get further with each.
        assert!((1..=400).contains(&erased), "{erased} at a time");
        left -= erased;
        assert!(app.sql.column("SELECT id FROM jobs").len() <= 2);
    }
    app.clock.advance(16 * edge_model::time::MINUTE);
    assert_eq!(app.drain(&owner).await, None);
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
}
