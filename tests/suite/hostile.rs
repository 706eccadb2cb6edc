//! Files that are made to do harm: each ends, most are refused with the reason, none takes more than it is given.
use crate::harness::TestApp;
use crate::harness::site::{Reply, page};
use edge_extract::{Hint, document_at_once, sitemap_at_once};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::hostile::{End, files, robots, sitemaps};

/// What the Worker does in seconds takes longer without every optimisation, on a machine that does other things as
/// well.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

#[test]
fn a_hostile_file_ends_within_its_budget() {
    let mut faults = vec![];
    for file in files() {
        let hint = Hint {
            name: file.name.into(),
            media_type: String::new(),
        };
        let (size, started) = (file.bytes.len(), Instant::now());
        eprintln!("{} …", file.name);
        let read = document_at_once(&file.bytes, &hint);
        let (spent, name) = (started.elapsed(), file.name);
        let told = read.map(|it| it.blocks.len()).map_err(|it| it.message);
        println!("{name}: {size} bytes, {spent:.1?}: {told:?}");
        if spent > READ_TIMEOUT {
            faults.push(format!("{name} took {spent:?}"));
        }
        if file.end == End::Refused && told.is_ok() {
            faults.push(format!("{name} was read: {told:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_hostile_sitemap_lists_nothing() {
    for (name, bytes) in sitemaps() {
        let started = Instant::now();
        let read = sitemap_at_once(&bytes);
        let is_empty = read
            .as_ref()
            .is_ok_and(|it| it.pages.is_empty() && it.sitemaps.is_empty());
        assert!(read.is_err() || is_empty, "{name}: {read:?}");
        assert!(started.elapsed() < READ_TIMEOUT, "{name} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_hostile_robots_txt_costs_little_and_opens_nothing() {
    for (name, bytes, is_forbidden) in robots() {
        let app = TestApp::new();
        let site = &app.receiver.site;
        site.has("/robots.txt", Reply::new(200, "text/plain", bytes));
        site.has("/a/page", page("apples", &[]));
        let owner = app.owner("ann@example.com").await;
        let body = json!({ "url": "https://example.com/a/page", "mode": "PAGE" });
        let started = Instant::now();
        let source = owner.crawl(&app, body).await;
        owner.finish(&app, &source).await;
        let asked = site.take();
        assert_eq!(
            asked.iter().filter(|it| *it == "/robots.txt").count(),
            1,
            "{name}: read once"
        );
        assert_eq!(
            !asked.contains(&"/a/page".to_owned()),
            is_forbidden,
            "{name}: {asked:?}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{name} took {:?}",
            started.elapsed()
        );
    }
}
