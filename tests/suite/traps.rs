//! Work that crashes what does it: begun before it is touched, tried again alone, set aside after three crashes.
mod parser;

use crate::harness::acts::id;
use crate::harness::ports::Reader;
use crate::harness::receiver::{HOOK, Reply as Sent};
use crate::harness::shape::has;
use crate::harness::site::{Reply, page};
use crate::harness::{Owner, World};
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
pub(crate) async fn crash_at(world: &World, text: &str, mut run: impl AsyncFnMut()) -> usize {
    for crashes in 0..10 {
        tokio::select! {
            biased;
            () = world.sql.hold_next(text, async {}) => {}
            () = run() => {
                world.sql.hold_nothing();
                return crashes;
            }
        }
        world.clock.advance(MINUTE);
    }
    10
}

async fn learn(world: &World, owner: &Owner, name: &str, bytes: &[u8]) -> Value {
    let collection = world.default_collection(owner).await;
    let accepted = owner.send_file(world, &collection, name, bytes).await.expect(202);
    world.drain(owner).await;
    owner.document(world, &id(&accepted)).await
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
        let world = World::new();
        let owner = world.owner("ann@example.com").await;
        let insert = "INSERT INTO jobs (id, workspace_id, task, run_at, created_at) VALUES ('job_1', ?1, ?2, 0, 0)";
        world.sql.execute(insert, &[&owner.workspace, &task.to_string()]);
        let name = task["task"].as_str().unwrap();
        let crashes = crash_at(&world, point, async || {
            let _ = world.drain(&owner).await;
        })
        .await;
        assert_eq!(crashes, 4, "{name}: once in company, three times alone");
        let reasons = world.sql.column("SELECT last_error FROM jobs WHERE id = 'job_1'");
        assert!(
            reasons.len() == 1 && reasons[0].contains("crashed 3 times"),
            "{name}: {reasons:?}"
        );
        let parked = world.sql.column("SELECT id FROM jobs WHERE parked_at IS NOT NULL");
        assert_eq!(parked.len() == 1, is_parked, "{name}");
        // After a day it has one more try, and only one.
        world.clock.advance(25 * 60 * MINUTE);
        let again = crash_at(&world, point, async || {
            let _ = world.drain(&owner).await;
        })
        .await;
        assert_eq!(again, usize::from(!is_parked), "{name}");
    }
}

#[tokio::test]
async fn a_document_that_crashes_each_time_fails_with_its_reason() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let document = world
        .upload(&owner, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let began = edge_core::ports::Clock::now(&*world.clock).0;
    let crashes = crash_at(&world, "index_snapshots", async || {
        let _ = world.drain(&owner).await;
    })
    .await;
    assert_eq!(crashes, 4, "once in company, three times alone");
    let took = edge_core::ports::Clock::now(&*world.clock).0 - began;
    assert!(took < 5 * MINUTE, "{took}");
    let document = id(&document);
    let shown = owner.document(&world, &document).await;
    has(&shown, &json!({ "status": "FAILED" }));
    assert!(
        shown["progress"]["error"].as_str().unwrap().contains("crashed"),
        "{shown}"
    );
    // Whoever orders it again has one try, and with it a document if it does not crash.
    let path = format!("/documents/{document}/reprocess");
    owner.post(&world, &path, json!({})).await.expect(202);
    let crashes = crash_at(&world, "index_snapshots", async || {
        let _ = world.drain(&owner).await;
    })
    .await;
    assert_eq!(crashes, 1);
    owner.post(&world, &path, json!({})).await.expect(202);
    world.drain(&owner).await;
    has(
        &owner.document(&world, &document).await,
        &json!({ "status": "COMPLETED" }),
    );
}

/// Crashes once, and sees that the next piece of the same kind does not follow at once.
async fn crash_and_wait(world: &World, text: &str, mut run: impl AsyncFnMut()) {
    tokio::select! {
        biased;
        () = world.sql.hold_next(text, async {}) => {}
        () = run() => panic!("it does not come to {text}"),
    }
    for _ in 0..5 {
        tokio::select! {
            biased;
            () = world.sql.hold_next(text, async {}) => panic!("it comes to {text} again at once"),
            () = run() => world.sql.hold_nothing(),
        }
    }
}

#[tokio::test]
async fn a_crash_does_not_lead_to_the_next_one_at_once() {
    let world = World::new();
    let site = &world.receiver.site;
    site.has("/", page("home", &["/a", "/b"]));
    site.has("/a", page("apples", &[]));
    let owner = world.owner("ann@example.com").await;
    for name in ["a.md", "b.md", "c.md"] {
        world
            .upload(&owner, name, &format!("# Hours\n\nWe are open, says {name}."))
            .await;
    }
    crash_and_wait(&world, "index_snapshots", async || {
        let _ = world.drain(&owner).await;
    })
    .await;
    let (webhook, _) = owner.webhook(&world, HOOK, &["FEEDBACK_RECEIVED"]).await;
    for _ in 0..9 {
        owner.test_event(&world, &webhook).await;
    }
    crash_and_wait(&world, "UPDATE webhooks SET failures", async || {
        let _ = owner.deliver(&world, &webhook).await;
    })
    .await;
    let source = owner.crawl(&world, json!({})).await;
    owner.steps(&world, &source).await.unwrap();
    world.clock.advance(2_000);
    crash_and_wait(&world, "UPDATE crawl_pages SET state", async || {
        let _ = owner.steps(&world, &source).await.unwrap();
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
    let mut world = World::new();
    let parser = Arc::new(Poisonable::default());
    world.app.parser = parser.clone();
    let (ann, bob) = (
        world.owner("ann@example.com").await,
        world.owner("bob@example.com").await,
    );
    let poison = world.upload(&ann, "poison.md", "poison").await;
    let healthy = world
        .upload(&bob, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let mut rounds = 0;
    loop {
        let both = async { tokio::join!(world.drain(&bob), world.drain(&ann)) };
        tokio::select! {
            biased;
            () = parser.crash.notified() => {}
            _ = both => break,
        }
        if rounds == 0 {
            assert_eq!(
                world.sql.column("SELECT work FROM attempts").len(),
                2,
                "both were under way"
            );
        }
        rounds += 1;
        assert!(rounds < 10, "it goes on crashing");
        world.clock.advance(MINUTE);
    }
    assert_eq!(*parser.crashes.lock().unwrap(), 4, "once in company, three times alone");
    has(
        &bob.document(&world, &id(&healthy)).await,
        &json!({ "status": "COMPLETED" }),
    );
    has(
        &ann.document(&world, &id(&poison)).await,
        &json!({ "status": "FAILED" }),
    );
    assert_eq!(
        world
            .sql
            .column("SELECT work FROM attempts WHERE traps = 0 OR lease_until > 0")
            .len(),
        0
    );
}

#[tokio::test]
async fn a_page_that_crashes_us_each_time_is_given_up() {
    let world = World::new();
    let site = &world.receiver.site;
    site.has("/", page("home", &[]));
    let owner = world.owner("ann@example.com").await;
    let source = owner.crawl(&world, json!({ "mode": "PAGE" })).await;
    owner.steps(&world, &source).await.unwrap();
    world.clock.advance(MINUTE);
    let run = async || {
        let _ = owner.steps(&world, &source).await.unwrap();
    };
    assert_eq!(crash_at(&world, "INSERT INTO documents", run).await, 4);
    assert_eq!(site.take().iter().filter(|it| *it == "/").count(), 4);
    let shown = owner.finish(&world, &source).await;
    assert_eq!(shown["status"], "FAILED");
    let error = shown["progress"]["error"].as_str().unwrap();
    assert!(error.contains("crashed our reader each time"), "{error}");
    // A crawl that comes by itself does not begin anew, until a day has gone by.
    let path = format!("/documents/{source}/reprocess");
    owner
        .again(&world, "ann@example.com")
        .await
        .post(&world, &path, json!({}))
        .await
        .expect(202);
    site.take();
    owner.finish(&world, &source).await;
    assert!(!site.take().contains(&"/".to_owned()));
}

#[tokio::test]
async fn a_robots_txt_that_crashes_us_ends_the_crawl() {
    let world = World::new();
    let site = &world.receiver.site;
    site.has(
        "/robots.txt",
        Reply::new(200, "text/plain", "User-agent: *\nDisallow: /x"),
    );
    site.has("/", page("home", &[]));
    let owner = world.owner("ann@example.com").await;
    let source = owner.crawl(&world, json!({})).await;
    let run = async || {
        let _ = owner.steps(&world, &source).await.unwrap();
    };
    assert_eq!(crash_at(&world, "INSERT INTO crawl_hosts (origin, r", run).await, 4);
    let shown = owner.finish(&world, &source).await;
    assert_eq!(site.take(), ["/robots.txt"; 4]);
    assert_eq!(shown["status"], "FAILED");
    let error = shown["progress"]["error"].as_str().unwrap();
    assert!(error.contains("robots.txt could not be read"), "{error}");
}

#[tokio::test]
async fn a_delivery_that_crashes_us_each_time_fails() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&world, HOOK, &["FEEDBACK_RECEIVED"]).await;
    let delivery = owner.test_event(&world, &webhook).await;
    world.receiver.always(HOOK, Sent::Silent);
    let mut crashes = 0;
    while tokio::time::timeout(Duration::from_millis(300), owner.deliver(&world, &webhook))
        .await
        .is_err()
    {
        crashes += 1;
        assert!(crashes < 10, "it goes on crashing");
        world.clock.advance(MINUTE);
    }
    assert_eq!(crashes, 4, "once in company, three times alone");
    assert_eq!(world.receiver.take().len(), 4);
    let shown = owner.delivery(&world, &webhook, &delivery).await;
    assert_eq!(shown["delivery"]["status"], "FAILED");
    let error = shown["attempts"][0]["error"].as_str().unwrap();
    assert!(error.contains("crashed"), "{error}");
    let hook = owner.get(&world, &format!("/webhooks/{webhook}")).await.expect(200);
    assert_eq!(hook["is_active"], true, "the endpoint is not at fault");
    // The next one goes through.
    world.receiver.always(HOOK, Sent::Status(200));
    let next = owner.test_event(&world, &webhook).await;
    owner.deliver(&world, &webhook).await;
    let shown = owner.delivery(&world, &webhook, &next).await;
    assert_eq!(shown["delivery"]["status"], "DELIVERED");
}

#[tokio::test]
async fn the_end_of_a_crawl_that_crashes_us_fails() {
    let world = World::new();
    world.receiver.site.has("/", page("home", &[]));
    let owner = world.owner("ann@example.com").await;
    let source = owner.crawl(&world, json!({ "mode": "PAGE" })).await;
    let mut crashes = 0;
    for _ in 0..10 {
        crashes += crash_at(&world, "state = 'skipped', reason", async || {
            let _ = owner.steps(&world, &source).await.unwrap();
        })
        .await;
        world.clock.advance(MINUTE);
    }
    assert_eq!(crashes, 4);
    let shown = owner.document(&world, &source).await;
    assert_eq!(shown["status"], "FAILED", "{shown}");
}

#[tokio::test]
async fn a_deleted_workspace_leaves_no_attempts() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    world
        .upload(&owner, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let _ = tokio::time::timeout(Duration::from_millis(1), async {
        tokio::join!(
            world.drain(&owner),
            world.sql.hold_next("index_snapshots", std::future::pending())
        )
    })
    .await;
    assert_eq!(world.sql.column("SELECT work FROM attempts").len(), 1);
    owner.delete(&world, "").await;
    for _ in 0..3 {
        world.clock.advance(20 * MINUTE);
        let workspace = WorkspaceId::new(owner.workspace.as_str());
        edge_core::workers::drain(&world.app, &workspace, TimeDelta::minutes(1))
            .await
            .unwrap();
    }
    assert_eq!(world.sql.column("SELECT work FROM attempts").len(), 0);
}
