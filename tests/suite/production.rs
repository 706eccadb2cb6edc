//! The product over doubles that behave as the platform does at its worst: lost connections, late replicas, refused
//! writes, alarms that ring twice, a clock that jumps.
use crate::harness::acts::id;
use crate::harness::kv::KvPlace;
use crate::harness::{Owner, TestApp};
use async_trait::async_trait;
use edge_core::App;
use edge_model::WorkspaceId;
use edge_model::time::{DAY, MINUTE, SECOND, TimeDelta};
use edge_store::retry::{Pause, Retrying};
use edge_store::{Sql, SqlError, Statement};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const TEXT: &str = "# Opening hours\n\nThe shop is open from nine to five.";

/// How many rows each table has.
fn row_counts(app: &TestApp) -> BTreeMap<String, String> {
    let tables = app.sql.column("SELECT name FROM sqlite_master WHERE type = 'table'");
    let count = |it: &String| app.sql.column(&format!("SELECT count(*) FROM \"{it}\"")).remove(0);
    tables.iter().map(|it| (it.clone(), count(it))).collect()
}

async fn run_jobs(app: &App, owner: &Owner) {
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    edge_core::workers::drain(app, &workspace, TimeDelta::minutes(1))
        .await
        .unwrap();
}

async fn document_status(app: &TestApp, owner: &Owner, document: &str) -> Value {
    let found = owner.get(app, &format!("/documents/{document}")).await.expect(200);
    found["status"].clone()
}

#[tokio::test]
async fn reads_succeed_although_connections_are_lost() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "a.md", TEXT).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    app.sql.lose_connections(Some(10));
    for number in 0..200 {
        let answer = owner.get(&app, "/documents").await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_lost_write_is_503_and_done_once_with_its_key() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    app.sql.lose_connections(Some(7));
    for number in 0..60 {
        let body = json!({ "name": format!("Agent {number}") });
        let mut status = 0;
        for _ in 0..8 {
            let call = owner.call(&app, Method::POST, "/agents").json(&body);
            let answer = call.header("idempotency-key", &format!("agent {number}")).send().await;
            status = answer.status;
            if status == 201 {
                break;
            }
            let is_honest = status == 503 && answer.header("retry-after").is_some() || status == 409;
            assert!(is_honest, "{number}: {status} {}", answer.text());
            // Longer than a request holds its key.
            app.clock.advance(3 * MINUTE);
        }
        assert_eq!(status, 201, "{number}");
    }
    app.sql.lose_connections(None);
    assert_eq!(app.sql.column("SELECT count(*) FROM agents"), ["60"]);
    assert_eq!(
        app.sql
            .column("SELECT count(DISTINCT json_extract(draft, '$.name')) FROM agents"),
        ["60"]
    );
}

#[tokio::test]
async fn jobs_end_although_connections_are_lost() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let mut documents = vec![];
    for number in 0..10 {
        let text = format!("# Page {number}\n\nThe shop {number} is open from nine to five.");
        documents.push(id(&app.upload(&owner, &format!("{number}.md"), &text).await));
    }
    app.sql.lose_connections(Some(11));
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    for _ in 0..200 {
        // A drain that loses its connection is run again by its alarm.
        let _ = edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1)).await;
        app.clock.advance(MINUTE);
    }
    app.sql.lose_connections(None);
    for document in &documents {
        assert_eq!(document_status(&app, &owner, document).await, "COMPLETED");
    }
}

#[tokio::test]
async fn an_integer_beyond_what_d1_takes_is_refused_by_the_double() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    let page = edge_store::Page {
        limit: 1,
        after: Some((i64::MAX, String::new())),
    };
    let filter = edge_store::documents::Filter::default();
    let tenant = app.inner.store.directory().queue(&workspace);
    assert!(tenant.documents(&filter, &page).await.is_err());
}

#[tokio::test]
async fn a_document_is_read_although_its_place_saw_nothing_before() {
    let mut app = TestApp::new();
    let here = Arc::new(KvPlace::new(app.clock.clone()));
    let there = Arc::new(here.elsewhere());
    app.use_blobs(here);
    let owner = app.owner("ann@example.com").await;
    let elsewhere = App {
        blobs: there.clone(),
        indexes: Arc::default(),
        ..app.inner.clone()
    };
    // The other place has looked for the bytes before they were there, and goes on seeing nothing for a minute.
    let hash = edge_core::secret::sha256(TEXT);
    let key = format!("upload/{}/{hash}", owner.workspace);
    assert_eq!(edge_core::ports::Blobs::get(&*there, &key).await.unwrap(), None);
    let document = id(&app.upload(&owner, "a.md", TEXT).await);
    run_jobs(&elsewhere, &owner).await;
    assert_ne!(document_status(&app, &owner, &document).await, "FAILED");
    for _ in 0..6 {
        app.clock.advance(MINUTE);
        run_jobs(&elsewhere, &owner).await;
    }
    assert_eq!(document_status(&app, &owner, &document).await, "COMPLETED");
}

#[tokio::test]
async fn the_same_bytes_in_two_collections_within_a_second() {
    let mut app = TestApp::new();
    app.use_blobs(Arc::new(KvPlace::new(app.clock.clone())));
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Second" });
    let second = id(&owner.post(&app, "/collections", body).await.expect(201));
    let first = app.default_collection(&owner).await;
    for collection in [&first, &second] {
        let form: [(&str, Option<&str>, &[u8]); 2] = [
            ("collection_id", None, collection.as_bytes()),
            ("file", Some("a.md"), TEXT.as_bytes()),
        ];
        let call = owner.call(&app, Method::POST, "/documents").form(&form);
        let answer = call.send().await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    for _ in 0..3 {
        run_jobs(&app.inner, &owner).await;
        app.clock.advance(10 * SECOND);
    }
    let statuses = app.sql.column("SELECT status FROM documents");
    assert_eq!(statuses, ["COMPLETED", "COMPLETED"]);
}

/// Uploads, deletes, asks and lets a month of retention begin; every alarm rings `times` times, at the same moment.
async fn story(times: usize) -> TestApp {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let first = id(&app.upload(&owner, "a.md", TEXT).await);
    app.upload(&owner, "b.md", "# Prices\n\nThe tour costs twelve euros.")
        .await;
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    let ring = async || {
        let alarms = (0..times).map(|_| edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1)));
        for done in futures_util::future::join_all(alarms).await {
            done.unwrap();
        }
    };
    ring().await;
    let gone = owner.call(&app, Method::DELETE, &format!("/documents/{first}"));
    gone.send().await.expect(200);
    owner
        .call(&app, Method::PATCH, "")
        .json(&json!({ "retention_days": 1 }))
        .send()
        .await
        .expect(200);
    for _ in 0..4 {
        app.clock.advance(2 * MINUTE);
        ring().await;
    }
    app
}

#[tokio::test]
async fn alarms_that_ring_twice_at_once_change_nothing_twice() {
    let (once, twice) = (story(1).await, story(2).await);
    assert_eq!(row_counts(&once), row_counts(&twice));
    assert_eq!(once.blobs.keys().len(), twice.blobs.keys().len());
}

#[tokio::test]
async fn a_clock_that_jumps_a_month_breaks_nothing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let document = id(&app.upload(&owner, "a.md", TEXT).await);
    app.clock.advance(31 * DAY);
    run_jobs(&app.inner, &owner).await;
    edge_core::workers::sweep(&app.inner).await.unwrap();
    edge_core::retention::tidy(&app.inner).await.unwrap();
    // The session is over, as it says of itself; the key and what was uploaded are not.
    assert_eq!(owner.get(&app, "/documents").await.status, 401);
    let statuses = app
        .sql
        .column(&format!("SELECT status FROM documents WHERE id = '{document}'"));
    assert_eq!(statuses, ["COMPLETED"]);
    let answer = app.ask(&key, &agent, "s", "When is the shop open?").send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.streamed().contains("nine to five"), "{}", answer.streamed());
}

/// A database whose connection is always lost, and how often it was asked.
#[derive(Default)]
struct AlwaysLost(AtomicUsize);

#[async_trait]
impl Sql for AlwaysLost {
    async fn query(&self, statement: Statement) -> Result<Vec<Value>, SqlError> {
        self.batch(vec![statement]).await.map(|_| vec![])
    }

    async fn batch(&self, _: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(SqlError::Lost("gone".into()))
    }
}

struct NoPause;

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, _: Duration) {}
}

#[tokio::test]
async fn a_lost_read_is_sent_again_and_a_lost_write_is_not() {
    for (texts, times) in [
        (vec!["SELECT 1"], 3),
        (vec!["DELETE FROM jobs"], 1),
        (vec!["SELECT 1", "DELETE FROM jobs"], 1),
    ] {
        let lost = Arc::new(AlwaysLost::default());
        let sql = Retrying::new(lost.clone(), Arc::new(NoPause));
        let statement = |sql: &&'static str| Statement::new(sql, vec![]);
        assert!(sql.batch(texts.iter().map(statement).collect()).await.is_err());
        assert_eq!(lost.0.load(Ordering::Relaxed), times, "{texts:?}");
    }
}
