//! Work that crashes what does it: begun before it is touched, tried again alone, set aside after three crashes.
mod parser;

use crate::harness::acts::id;
use crate::harness::ports::Reader;
use crate::harness::receiver::{HOOK, Reply as Sent};
use crate::harness::shape::has;
use crate::harness::site::{Reply, page};
use crate::harness::{Owner, TestApp};
use async_trait::async_trait;
use edge_core::ports::{Company, Extracted, Hint, Page, Parser, Sitemap, Unread};
use edge_model::WorkspaceId;
use edge_model::time::{MINUTE, TimeDelta};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Runs work again and again, a minute apart, and cuts it off as a crash does whenever it has come to a statement with
/// this text. Returns how often that was; 10 at most.
pub(crate) async fn crash_at(app: &TestApp, text: &str, mut run: impl AsyncFnMut()) -> usize {
    for crashes in 0..10 {
        tokio::select! {
            biased;
            () = app.sql.hold_next(text, async {}) => {}
            () = run() => {
                app.sql.hold_nothing();
                return crashes;
            }
        }
        app.clock.advance(MINUTE);
    }
    10
}

async fn upload_and_index(app: &TestApp, owner: &Owner, name: &str, bytes: &[u8]) -> Value {
    let collection = app.default_collection(owner).await;
    let accepted = owner.send_file(app, &collection, name, bytes).await.expect(202);
    app.drain(owner).await;
    owner.document(app, &id(&accepted)).await
}

#[tokio::test]
async fn a_job_that_crashes_each_time_is_set_aside() {
    let letter = json!({ "letter": "invitation", "invitation_id": "inv_1" });
    let mail = json!({ "task": "send_mail", "to": "eve@example.com", "letter": letter });
    for (task, point, is_parked) in [
        (mail, "FROM invitations", true),
        (json!({ "task": "compact_index" }), "index_snapshots", true),
        (json!({ "task": "purge_conversations" }), "FROM workspaces", false),
        (
            json!({ "task": "erase_workspace", "is_last": true }),
            "FROM workspaces",
            false,
        ),
        (
            json!({ "task": "embed_index", "failures": 0, "reason": null }),
            "FROM workspaces",
            false,
        ),
        (
            json!({ "task": "erase_blobs", "keys": ["upload/a/b"] }),
            "document_versions",
            false,
        ),
    ] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        let insert = "INSERT INTO jobs (id, workspace_id, task, run_at, created_at) VALUES ('job_1', ?1, ?2, 0, 0)";
        app.sql.execute(insert, &[&owner.workspace, &task.to_string()]);
        let name = task["task"].as_str().unwrap();
        let crashes = crash_at(&app, point, async || {
            let _ = app.drain(&owner).await;
        })
        .await;
        assert_eq!(crashes, 4, "{name}: once in company, three times alone");
        let reasons = app.sql.column("SELECT last_error FROM jobs WHERE id = 'job_1'");
        assert!(
            reasons.len() == 1 && reasons[0].contains("crashed 3 times"),
            "{name}: {reasons:?}"
        );
        let parked = app.sql.column("SELECT id FROM jobs WHERE parked_at IS NOT NULL");
        assert_eq!(parked.len() == 1, is_parked, "{name}");
        // After a day it has one more try, and only one.
        app.clock.advance(25 * 60 * MINUTE);
        let again = crash_at(&app, point, async || {
            let _ = app.drain(&owner).await;
        })
        .await;
        assert_eq!(again, usize::from(!is_parked), "{name}");
    }
}

#[tokio::test]
async fn a_document_that_crashes_each_time_fails_with_its_reason() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = app
        .upload(&owner, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let began = edge_core::ports::Clock::now(&*app.clock).0;
    let crashes = crash_at(&app, "index_snapshots", async || {
        let _ = app.drain(&owner).await;
    })
    .await;
    assert_eq!(crashes, 4, "once in company, three times alone");
    let took = edge_core::ports::Clock::now(&*app.clock).0 - began;
    assert!(took < 5 * MINUTE, "{took}");
    let document = id(&document);
    let shown = owner.document(&app, &document).await;
    has(&shown, &json!({ "status": "FAILED" }));
    assert!(
        shown["progress"]["error"].as_str().unwrap().contains("crashed"),
        "{shown}"
    );
    // Ordering it again gives one try, and with it a document if it does not crash.
    let path = format!("/documents/{document}/reprocess");
    owner.post(&app, &path, json!({})).await.expect(202);
    let crashes = crash_at(&app, "index_snapshots", async || {
        let _ = app.drain(&owner).await;
    })
    .await;
    assert_eq!(crashes, 1);
    owner.post(&app, &path, json!({})).await.expect(202);
    app.drain(&owner).await;
    has(
        &owner.document(&app, &document).await,
        &json!({ "status": "COMPLETED" }),
    );
}

/// Crashes once, and sees that the next piece of the same kind does not follow at once.
async fn crash_and_wait(app: &TestApp, text: &str, mut run: impl AsyncFnMut()) {
    tokio::select! {
        biased;
        () = app.sql.hold_next(text, async {}) => {}
        () = run() => panic!("it does not come to {text}"),
    }
    for _ in 0..5 {
        tokio::select! {
            biased;
            () = app.sql.hold_next(text, async {}) => panic!("it comes to {text} again at once"),
            () = run() => app.sql.hold_nothing(),
        }
    }
}

#[tokio::test]
async fn a_crash_does_not_lead_to_the_next_one_at_once() {
    let app = TestApp::new();
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a", "/b"]));
    site.has("/a", page("apples", &[]));
    let owner = app.owner("ann@example.com").await;
    for name in ["a.md", "b.md", "c.md"] {
        app.upload(&owner, name, &format!("# Hours\n\nWe are open, says {name}."))
            .await;
    }
    crash_and_wait(&app, "index_snapshots", async || {
        let _ = app.drain(&owner).await;
    })
    .await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["FEEDBACK_RECEIVED"]).await;
    for _ in 0..9 {
        owner.test_event(&app, &webhook).await;
    }
    crash_and_wait(&app, "UPDATE webhooks SET failures", async || {
        let _ = owner.deliver(&app, &webhook).await;
    })
    .await;
    let source = owner.crawl(&app, json!({})).await;
    owner.steps(&app, &source).await.unwrap();
    app.clock.advance(2_000);
    crash_and_wait(&app, "UPDATE crawl_pages SET state", async || {
        let _ = owner.steps(&app, &source).await.unwrap();
    })
    .await;
}

/// A parser whose isolate crashes over some files, and takes its time over others.
#[derive(Default)]
struct Poisonable {
    crash: Notify,
    crashes: Mutex<usize>,
}

#[async_trait]
impl Parser for Poisonable {
    async fn document(&self, bytes: Vec<u8>, hint: &Hint, company: Company) -> Result<Extracted, Unread> {
        if bytes.starts_with(b"poison") {
            *self.crashes.lock().unwrap() += 1;
            self.crash.notify_one();
            std::future::pending::<()>().await;
        }
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        Reader.document(bytes, hint, company).await
    }

    async fn page(&self, _: &[u8], _: &str, _: &str, _: Company) -> Result<Page, Unread> {
        Err(Unread::Busy)
    }

    async fn sitemap(&self, _: &[u8], _: Company) -> Result<Sitemap, Unread> {
        Err(Unread::Busy)
    }
}

#[tokio::test]
async fn what_runs_beside_a_crash_is_not_charged_for_it() {
    let mut app = TestApp::new();
    let parser = Arc::new(Poisonable::default());
    app.inner.parser = parser.clone();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    let poison = app.upload(&ann, "poison.md", "poison").await;
    let healthy = app
        .upload(&bob, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let mut rounds = 0;
    loop {
        let both = async { tokio::join!(app.drain(&bob), app.drain(&ann)) };
        tokio::select! {
            biased;
            () = parser.crash.notified() => {}
            _ = both => break,
        }
        if rounds == 0 {
            assert_eq!(
                app.sql.column("SELECT work FROM attempts").len(),
                2,
                "both were under way"
            );
        }
        rounds += 1;
        assert!(rounds < 10, "it goes on crashing");
        app.clock.advance(MINUTE);
    }
    assert_eq!(*parser.crashes.lock().unwrap(), 4, "once in company, three times alone");
    has(
        &bob.document(&app, &id(&healthy)).await,
        &json!({ "status": "COMPLETED" }),
    );
    has(&ann.document(&app, &id(&poison)).await, &json!({ "status": "FAILED" }));
    assert_eq!(
        app.sql
            .column("SELECT work FROM attempts WHERE traps = 0 OR lease_until > 0")
            .len(),
        0
    );
}

#[tokio::test]
async fn a_page_that_crashes_us_each_time_is_given_up() {
    let app = TestApp::new();
    let site = &app.receiver.site;
    site.has("/", page("home", &[]));
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({ "mode": "PAGE" })).await;
    owner.steps(&app, &source).await.unwrap();
    app.clock.advance(MINUTE);
    let run = async || {
        let _ = owner.steps(&app, &source).await.unwrap();
    };
    assert_eq!(crash_at(&app, "INSERT INTO documents", run).await, 4);
    assert_eq!(site.take().iter().filter(|it| *it == "/").count(), 4);
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "FAILED");
    let error = shown["progress"]["error"].as_str().unwrap();
    assert!(error.contains("crashed our reader each time"), "{error}");
    // A crawl that comes by itself does not begin anew, until a day has gone by.
    let path = format!("/documents/{source}/reprocess");
    owner
        .again(&app, "ann@example.com")
        .await
        .post(&app, &path, json!({}))
        .await
        .expect(202);
    site.take();
    owner.finish(&app, &source).await;
    assert!(!site.take().contains(&"/".to_owned()));
}

#[tokio::test]
async fn a_robots_txt_that_crashes_us_ends_the_crawl() {
    let app = TestApp::new();
    let site = &app.receiver.site;
    site.has(
        "/robots.txt",
        Reply::new(200, "text/plain", "User-agent: *\nDisallow: /x"),
    );
    site.has("/", page("home", &[]));
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({})).await;
    let run = async || {
        let _ = owner.steps(&app, &source).await.unwrap();
    };
    assert_eq!(crash_at(&app, "INSERT INTO crawl_hosts (origin, r", run).await, 4);
    let shown = owner.finish(&app, &source).await;
    assert_eq!(site.take(), ["/robots.txt"; 4]);
    assert_eq!(shown["status"], "FAILED");
    let error = shown["progress"]["error"].as_str().unwrap();
    assert!(error.contains("robots.txt could not be read"), "{error}");
}

#[tokio::test]
async fn a_delivery_that_crashes_us_each_time_fails() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["FEEDBACK_RECEIVED"]).await;
    let delivery = owner.test_event(&app, &webhook).await;
    app.receiver.always(HOOK, Sent::Silent);
    let mut crashes = 0;
    while tokio::time::timeout(Duration::from_millis(300), owner.deliver(&app, &webhook))
        .await
        .is_err()
    {
        crashes += 1;
        assert!(crashes < 10, "it goes on crashing");
        app.clock.advance(MINUTE);
    }
    assert_eq!(crashes, 4, "once in company, three times alone");
    assert_eq!(app.receiver.take().len(), 4);
    let shown = owner.delivery(&app, &webhook, &delivery).await;
    assert_eq!(shown["delivery"]["status"], "FAILED");
    let error = shown["attempts"][0]["error"].as_str().unwrap();
    assert!(error.contains("crashed"), "{error}");
    let hook = owner.get(&app, &format!("/webhooks/{webhook}")).await.expect(200);
    assert_eq!(hook["is_active"], true, "the endpoint is not at fault");
    // The next one goes through.
    app.receiver.always(HOOK, Sent::Status(200));
    let next = owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    let shown = owner.delivery(&app, &webhook, &next).await;
    assert_eq!(shown["delivery"]["status"], "DELIVERED");
}

#[tokio::test]
async fn the_end_of_a_crawl_that_crashes_us_fails() {
    let app = TestApp::new();
    app.receiver.site.has("/", page("home", &[]));
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({ "mode": "PAGE" })).await;
    let mut crashes = 0;
    for _ in 0..10 {
        crashes += crash_at(&app, "state = 'skipped', reason", async || {
            let _ = owner.steps(&app, &source).await.unwrap();
        })
        .await;
        app.clock.advance(MINUTE);
    }
    assert_eq!(crashes, 4);
    let shown = owner.document(&app, &source).await;
    assert_eq!(shown["status"], "FAILED", "{shown}");
}

#[tokio::test]
async fn a_deleted_workspace_leaves_no_attempts() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.upload(&owner, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let _ = tokio::time::timeout(Duration::from_millis(1), async {
        tokio::join!(
            app.drain(&owner),
            app.sql.hold_next("index_snapshots", std::future::pending())
        )
    })
    .await;
    assert_eq!(app.sql.column("SELECT work FROM attempts").len(), 1);
    owner.delete(&app, "").await;
    for _ in 0..3 {
        app.clock.advance(20 * MINUTE);
        let workspace = WorkspaceId::new(owner.workspace.as_str());
        edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1))
            .await
            .unwrap();
    }
    assert_eq!(app.sql.column("SELECT work FROM attempts").len(), 0);
}
