//! The same site again: what changed, what did not, what is gone.
use crate::harness::site::{Reply, SITE, page};
use crate::harness::{Owner, TestApp};
use edge_model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

async fn recrawl(app: &TestApp, owner: &Owner, source: &str) -> Value {
    let owner = owner.again(app, "ann@example.com").await;
    owner
        .post(app, &format!("/documents/{source}/reprocess"), json!({}))
        .await
        .expect(202);
    owner.finish(app, source).await
}

#[tokio::test]
async fn unchanged_pages_cost_nothing_and_changed_ones_a_version() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/tagged", "/plain", "/changing"]));
    site.has("/tagged", page("tagged", &["/behind"]).with("etag", "\"1\""));
    site.has("/behind", page("behind", &[]));
    site.has("/plain", page("plain", &[]));
    site.has("/changing", page("changing", &[]));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let blobs = app.blobs.keys();
    let versions = "SELECT count(*) FROM document_versions";
    assert_eq!(app.sql.column(versions), ["5"]);
    site.has("/changing", page("changed", &[]));
    site.take();
    app.sql.begin_counting();
    let shown = recrawl(&app, &owner, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 5);
    assert_eq!(app.sql.column(versions), ["6"]);
    assert!(
        blobs
            .iter()
            .filter(|it| it.starts_with("upload/"))
            .all(|it| app.blobs.keys().contains(it))
    );
    let outcome = owner.outcome(&app, &source).await;
    for path in ["/", "/tagged", "/behind", "/plain"] {
        assert_eq!(outcome[path], "unchanged", "{path}");
    }
    assert_eq!(outcome["/changing"], "done");
    let tagged = site.log().into_iter().find(|it| it.url.ends_with("/tagged")).unwrap();
    assert_eq!(tagged.headers["if-none-match"], "\"1\"");
    let titles = app.sql.column("SELECT title || version FROM documents ORDER BY title");
    assert_eq!(titles, ["behind1", "changed2", "home1", "plain1", "tagged1"]);
}

#[tokio::test]
async fn a_changed_page_that_has_no_room_keeps_its_document() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/changing"]));
    site.has("/changing", page("changing", &[]).with("etag", "\"1\""));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let limit = |amount: i64| {
        let sql = "UPDATE plan_quotas SET amount = ?1 WHERE resource = 'stored_bytes'";
        app.sql.execute(sql, &[&amount]);
    };
    limit(1);
    site.has("/changing", page("changed", &[]).with("etag", "\"2\""));
    site.has("/new", page("new", &[]));
    site.has("/", page("home", &["/changing", "/new"]));
    recrawl(&app, &owner, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/changing"]);
    let outcome = owner.outcome(&app, &source).await;
    for path in ["/changing", "/new"] {
        assert!(
            outcome[path].contains("no more stored bytes"),
            "{path}: {}",
            outcome[path]
        );
    }
    // With room again, the new version is taken in, though the site calls the page unchanged since.
    limit(1_000_000);
    recrawl(&app, &owner, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/changing", "/new"]);
    let titles = app.sql.column("SELECT title || version FROM documents ORDER BY title");
    assert!(titles.contains(&"changed2".to_owned()), "{titles:?}");
}

#[tokio::test]
async fn gone_pages_are_retired_at_once_unlinked_ones_later() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    site.has("/", page("home", &["/gone", "/unlinked", "/down", "/moved"]));
    for path in ["/gone", "/unlinked", "/down", "/moved"] {
        site.has(path, page(path, &[]));
    }
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await.len(), 5);
    site.loses("/gone");
    site.has("/down", Reply::status(503));
    site.has("/moved", Reply::to("/there"));
    site.has("/there", page("there", &[]));
    site.has("/", page("home anew", &["/gone", "/down", "/moved"]));
    recrawl(&app, &owner, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/down", "/there", "/unlinked"]);
    recrawl(&app, &owner, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/down", "/there"]);
    let owner = owner.again(&app, "ann@example.com").await;
    let answer = owner
        .test(&app, &agent, "What is the page about /unlinked about?")
        .await;
    assert!(!answer.to_string().contains("/unlinked and says"), "{answer}");
    // A site that is down loses nothing.
    site.has("/", Reply::status(500));
    for _ in 0..3 {
        let shown = recrawl(&app, &owner, &source).await;
        assert_eq!(shown["status"], "FAILED");
    }
    assert_eq!(owner.known_pages(&app).await, ["/", "/down", "/there"]);
}

#[tokio::test]
async fn a_source_is_crawled_again_on_its_schedule() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &[]));
    let source = owner.crawl(&app, json!({ "refresh_frequency": "DAILY" })).await;
    let shown = owner.finish(&app, &source).await;
    assert!(shown["crawl"]["next_refresh_at"].is_string(), "{shown}");
    let next = owner.steps(&app, &source).await.unwrap().unwrap();
    let wait = next.0 - edge_core::ports::Clock::now(&*app.clock).0;
    assert!((DAY - 2 * HOUR..=DAY).contains(&wait), "{wait}");
    site.take();
    app.clock.advance(wait + 1);
    app.wakes.take_sources();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert_eq!(app.wakes.take_sources().len(), 1, "a sweep finds it");
    owner.steps(&app, &source).await.unwrap();
    owner.finish(&app, &source).await;
    assert!(site.take().contains(&"/".to_owned()));
    let owner = owner.again(&app, "ann@example.com").await;
    let path = format!("/documents/{source}/crawl");
    let changed = owner
        .patch(&app, &path, json!({ "refresh_frequency": "NEVER", "max_pages": 7 }))
        .await
        .expect(200);
    assert_eq!(
        (&changed["next_refresh_at"], &changed["max_pages"]),
        (&json!(null), &json!(7))
    );
    assert_eq!(owner.steps(&app, &source).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_member_deleted_or_renamed_stays_so() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a", "/b"]));
    site.has("/a", page("apples", &["/c"]));
    site.has("/b", page("bananas", &[]));
    site.has("/c", page("cherries", &[]));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let of = |path: &str| {
        app.sql
            .column(&format!("SELECT id FROM documents WHERE source_url = '{SITE}{path}'"))[0]
            .clone()
    };
    owner
        .delete(&app, &format!("/documents/{}", of("/a")))
        .await
        .expect(200);
    owner
        .patch(
            &app,
            &format!("/documents/{}", of("/b")),
            json!({ "title": "Yellow fruit" }),
        )
        .await
        .expect(200);
    app.drain(&owner).await;
    site.has("/b", page("plantains", &[]));
    recrawl(&app, &owner, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/b", "/c"]);
    assert_eq!(
        app.sql
            .column(&format!("SELECT title FROM documents WHERE id = '{}'", of("/b"))),
        ["Yellow fruit"]
    );
}

#[tokio::test]
async fn an_address_is_one_source_and_is_deleted_with_its_pages() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a"]));
    site.has("/a", page("apples", &[]));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let owner = owner.again(&app, "ann@example.com").await;
    assert_eq!(owner.crawl(&app, json!({})).await, source);
    assert_eq!(app.sql.column("SELECT 1 FROM sources").len(), 1);
    owner.delete(&app, &format!("/documents/{source}")).await.expect(200);
    for table in ["sources", "crawl_pages", "documents", "document_versions"] {
        assert_eq!(app.sql.column(&format!("SELECT 1 FROM {table}")).len(), 0, "{table}");
    }
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(
        app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count(),
        0
    );
    assert_eq!(owner.steps(&app, &source).await.unwrap(), None);
    assert_eq!(owner.get(&app, "/documents").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn pages_named_only_by_the_sitemap_survive_a_quick_recrawl() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/linked"]));
    site.has("/linked", page("linked", &[]));
    site.has("/listed", page("listed", &[]));
    let map = format!("<urlset><url><loc>{SITE}/listed</loc></url></urlset>");
    site.has("/sitemap.xml", Reply::new(200, "application/xml", map));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    site.take();
    for _ in 0..2 {
        recrawl(&app, &owner, &source).await;
        assert_eq!(owner.known_pages(&app).await, ["/", "/linked", "/listed"]);
    }
    let asked = site.take();
    assert!(!asked.contains(&"/robots.txt".to_owned()), "it was read a moment ago");
    assert_eq!(asked.iter().filter(|it| *it == "/sitemap.xml").count(), 2);
}
