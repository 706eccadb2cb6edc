//! How much a website can make a crawl keep.
use crate::harness::World;
use crate::harness::site::{page, page_with};
use serde_json::json;

fn long_paths(name: &str, count: usize, length: usize) -> Vec<String> {
    let filler = "x".repeat(length);
    (0..count).map(|it| format!("/{name}{it}/{filler}")).collect()
}

fn links(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}

fn count(world: &World, which: &str) -> usize {
    let sql = format!("SELECT count(*) FROM crawl_pages WHERE {which}");
    world.sql.column(&sql)[0].parse().unwrap()
}

fn allow_documents(world: &World, amount: u32) {
    let sql = "UPDATE plan_quotas SET amount = ?1 WHERE plan = 'FREE' AND resource = 'documents'";
    world.sql.execute(sql, &[&amount]);
}

#[tokio::test]
async fn a_page_with_very_many_links_is_read_whole_again() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let site = &world.receiver.site;
    let paths = long_paths("p", 60, 700);
    site.has("/", page("home", &links(&paths)).with("etag", "\"1\""));
    for (number, path) in paths.iter().enumerate() {
        site.has(path, page(&format!("page {number}"), &[]));
    }
    let source = owner.crawl(&world, json!({ "max_pages": 100 })).await;
    let shown = owner.finish(&world, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 61);
    let longest = world.sql.column("SELECT max(length(links)) FROM crawl_pages");
    assert!(longest[0].parse::<usize>().unwrap() <= 40_000, "{longest:?}");
    site.take();
    owner
        .post(&world, &format!("/documents/{source}/reprocess"), json!({}))
        .await
        .expect(202);
    let shown = owner.finish(&world, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 61, "its links are found again");
    let home = site.log().into_iter().find(|it| it.url.ends_with(".com/")).unwrap();
    assert!(!home.headers.contains_key("if-none-match"), "{:?}", home.headers);
}

#[tokio::test]
async fn a_page_that_is_not_taken_in_keeps_no_links() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow_documents(&world, 1);
    let site = &world.receiver.site;
    site.has("/", page("home", &["/a"]));
    site.has("/a", page("apples", &["/b", "/c"]));
    let source = owner.crawl(&world, json!({})).await;
    owner.finish(&world, &source).await;
    let outcome = owner.outcome(&world, &source).await;
    assert!(outcome["/a"].contains("no more documents"), "{outcome:?}");
    assert_eq!(count(&world, "links <> '[]' AND document_id IS NOT NULL"), 1);
    assert_eq!(count(&world, "links <> '[]' AND document_id IS NULL"), 0);
    assert!(
        outcome.contains_key("/b"),
        "they are followed all the same: {outcome:?}"
    );
}

#[tokio::test]
async fn a_crawl_asks_for_no_more_than_the_plan_can_keep() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    allow_documents(&world, 2);
    let site = &world.receiver.site;
    let paths: Vec<String> = (0..200).map(|it| format!("/p{it}")).collect();
    site.has("/", page("home", &links(&paths)));
    for path in &paths {
        let head = "<meta name=\"robots\" content=\"noindex\">";
        site.has(path, page_with(path, head, &[]));
    }
    let source = owner.crawl(&world, json!({ "max_pages": 5_000 })).await;
    owner.finish(&world, &source).await;
    assert_eq!(count(&world, "fetched_at IS NOT NULL"), 3 * 2 + 100);
    assert_eq!(
        count(&world, "reason = 'the limit of pages was reached'"),
        201 - 106 + 1
    );
}

#[tokio::test]
async fn long_addresses_count_for_several_in_the_frontier() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let site = &world.receiver.site;
    let mut first = vec!["/a".to_owned(), "/b".to_owned()];
    first.extend(long_paths("home", 150, 950));
    site.has("/", page("home", &links(&first)));
    for name in ["a", "b"] {
        site.has(&format!("/{name}"), page(name, &links(&long_paths(name, 150, 950))));
    }
    let source = owner.crawl(&world, json!({ "max_pages": 50 })).await;
    owner.finish(&world, &source).await;
    let known = count(&world, "1");
    assert!(known < 200, "{known} addresses of 1 KB each");
}

#[tokio::test]
async fn a_crawl_that_was_cut_short_forgets_older_addresses() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let site = &world.receiver.site;
    for name in ["p", "q", "r"] {
        let paths: Vec<String> = (0..30).map(|it| format!("/{name}{it}")).collect();
        site.has("/", page(name, &links(&paths)));
        for path in &paths {
            site.has(path, page(path, &[]));
        }
        if name == "p" {
            let source = owner.crawl(&world, json!({ "max_pages": 10 })).await;
            owner.finish(&world, &source).await;
            continue;
        }
        let source = world.sql.column("SELECT id FROM sources").remove(0);
        owner
            .post(&world, &format!("/documents/{source}/reprocess"), json!({}))
            .await
            .expect(202);
        owner.finish(&world, &source).await;
        let old = "run < (SELECT run FROM sources) AND document_id IS NULL";
        assert_eq!(count(&world, old), 0, "{name}");
    }
    assert_eq!(count(&world, "document_id IS NOT NULL"), 10 + 9 + 9, "documents stay");
}
