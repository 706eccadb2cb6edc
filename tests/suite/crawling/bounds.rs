//! How much a website can make a crawl keep.
use crate::harness::TestApp;
use crate::harness::site::{page, page_with};
use serde_json::json;

fn long_paths(name: &str, count: usize, length: usize) -> Vec<String> {
    let filler = "x".repeat(length);
    (0..count).map(|it| format!("/{name}{it}/{filler}")).collect()
}

fn links(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}

fn count(app: &TestApp, which: &str) -> usize {
    let sql = format!("SELECT count(*) FROM crawl_pages WHERE {which}");
    app.sql.column(&sql)[0].parse().unwrap()
}

fn allow_documents(app: &TestApp, amount: u32) {
    let sql = "UPDATE plan_quotas SET amount = ?1 WHERE plan = 'FREE' AND resource = 'documents'";
    app.sql.execute(sql, &[&amount]);
}

#[tokio::test]
async fn a_page_with_very_many_links_is_read_whole_again() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let paths = long_paths("p", 60, 700);
    site.has("/", page("home", &links(&paths)).with("etag", "\"1\""));
    for (number, path) in paths.iter().enumerate() {
        site.has(path, page(&format!("page {number}"), &[]));
    }
    let source = owner.crawl(&app, json!({ "max_pages": 100 })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 61);
    let longest = app.sql.column("SELECT max(length(links)) FROM crawl_pages");
    assert!(longest[0].parse::<usize>().unwrap() <= 40_000, "{longest:?}");
    site.take();
    owner
        .post(&app, &format!("/documents/{source}/reprocess"), json!({}))
        .await
        .expect(202);
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 61, "its links are found again");
    let home = site.log().into_iter().find(|it| it.url.ends_with(".com/")).unwrap();
    assert!(!home.headers.contains_key("if-none-match"), "{:?}", home.headers);
}

#[tokio::test]
async fn a_page_that_is_not_taken_in_keeps_no_links() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow_documents(&app, 1);
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a"]));
    site.has("/a", page("apples", &["/b", "/c"]));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let outcome = owner.outcome(&app, &source).await;
    assert!(outcome["/a"].contains("no more documents"), "{outcome:?}");
    assert_eq!(count(&app, "links <> '[]' AND document_id IS NOT NULL"), 1);
    assert_eq!(count(&app, "links <> '[]' AND document_id IS NULL"), 0);
    assert!(
        outcome.contains_key("/b"),
        "they are followed all the same: {outcome:?}"
    );
}

#[tokio::test]
async fn a_crawl_asks_for_no_more_than_the_plan_can_keep() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow_documents(&app, 2);
    let site = &app.receiver.site;
    let paths: Vec<String> = (0..200).map(|it| format!("/p{it}")).collect();
    site.has("/", page("home", &links(&paths)));
    for path in &paths {
        let head = "<meta name=\"robots\" content=\"noindex\">";
        site.has(path, page_with(path, head, &[]));
    }
    let source = owner.crawl(&app, json!({ "max_pages": 5_000 })).await;
    owner.finish(&app, &source).await;
    assert_eq!(count(&app, "fetched_at IS NOT NULL"), 3 * 2 + 100);
    assert_eq!(count(&app, "reason = 'the limit of pages was reached'"), 201 - 106 + 1);
}

#[tokio::test]
async fn long_addresses_count_for_several_in_the_frontier() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let mut first = vec!["/a".to_owned(), "/b".to_owned()];
    first.extend(long_paths("home", 150, 950));
    site.has("/", page("home", &links(&first)));
    for name in ["a", "b"] {
        site.has(&format!("/{name}"), page(name, &links(&long_paths(name, 150, 950))));
    }
    let source = owner.crawl(&app, json!({ "max_pages": 50 })).await;
    owner.finish(&app, &source).await;
    let known = count(&app, "1");
    assert!(known < 200, "{known} addresses of 1 KB each");
}

#[tokio::test]
async fn a_crawl_that_was_cut_short_forgets_older_addresses() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    for name in ["p", "q", "r"] {
        let paths: Vec<String> = (0..30).map(|it| format!("/{name}{it}")).collect();
        site.has("/", page(name, &links(&paths)));
        for path in &paths {
            site.has(path, page(path, &[]));
        }
        if name == "p" {
            let source = owner.crawl(&app, json!({ "max_pages": 10 })).await;
            owner.finish(&app, &source).await;
            continue;
        }
        let source = app.sql.column("SELECT id FROM sources").remove(0);
        owner
            .post(&app, &format!("/documents/{source}/reprocess"), json!({}))
            .await
            .expect(202);
        owner.finish(&app, &source).await;
        let old = "run < (SELECT run FROM sources) AND document_id IS NULL";
        assert_eq!(count(&app, old), 0, "{name}");
    }
    assert_eq!(count(&app, "document_id IS NOT NULL"), 10 + 9 + 9, "documents stay");
}
