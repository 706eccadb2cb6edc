//! What a host is asked for, how often, and who asks.
use crate::harness::TestApp;
use crate::harness::site::{Reply, SITE, page};
use edge_model::time::{MINUTE, SECOND};
use serde_json::json;

fn robots(text: &str) -> Reply {
    Reply::new(200, "text/plain", text)
}

#[tokio::test]
async fn what_robots_txt_forbids_is_never_asked_for() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has(
        "/robots.txt",
        robots("User-agent: *\nDisallow: /\n\nUser-agent: EdgewiseBot\nDisallow: /private"),
    );
    site.has("/", page("home", &["/a", "/private/b", "/privately"]));
    for path in ["/a", "/private/b", "/privately"] {
        site.has(path, page(path, &[]));
    }
    let source = owner.crawl(&app, json!({})).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "COMPLETED");
    assert_eq!(site.take(), ["/robots.txt", "/sitemap.xml", "/", "/a"]);
    let outcome = owner.outcome(&app, &source).await;
    assert_eq!(outcome["/private/b"], "skipped: the site's robots.txt forbids it");
    assert_eq!(
        (
            shown["progress"]["pages_done"].clone(),
            shown["progress"]["pages_skipped"].clone()
        ),
        (json!(2), json!(2))
    );
}

#[tokio::test]
async fn we_say_who_we_are_and_come_once_a_second() {
    let app = TestApp::with_settings(&[("PUBLIC_URL", "https://answers.example.com")]);
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a", "/b", "/c"]));
    for path in ["/a", "/b", "/c"] {
        site.has(path, page(path, &[]));
    }
    let source = owner.crawl(&app, json!({})).await;
    let began = edge_core::ports::Clock::now(&*app.clock).0;
    owner.finish(&app, &source).await;
    let log = site.log();
    assert_eq!(log.len(), 6);
    for asked in &log {
        let agent = &asked.headers["user-agent"];
        assert!(
            agent.starts_with("EdgewiseBot/") && agent.ends_with("(+https://answers.example.com/docs/crawling)"),
            "{agent}"
        );
    }
    let took = edge_core::ports::Clock::now(&*app.clock).0 - began;
    assert!((5 * SECOND..7 * SECOND).contains(&took), "{took}");
}

#[tokio::test]
async fn a_crawl_delay_is_honoured_within_reason() {
    for (delay, least, most) in [("3", 3, 4), ("3600", 10, 11)] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        let site = &app.receiver.site;
        site.has("/robots.txt", robots(&format!("User-agent: *\nCrawl-delay: {delay}")));
        site.has("/a", page("a", &[]));
        let source = owner
            .crawl(&app, json!({ "url": format!("{SITE}/a"), "mode": "PAGE" }))
            .await;
        let next = owner.steps(&app, &source).await.unwrap().unwrap();
        let now = edge_core::ports::Clock::now(&*app.clock);
        let wait = next.0 - now.0;
        assert!((least * SECOND - 100..most * SECOND).contains(&wait), "{delay}: {wait}");
    }
}

#[tokio::test]
async fn two_sources_on_one_host_take_turns() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/a", page("a", &[]));
    site.has("/b", page("b", &[]));
    let first = owner
        .crawl(&app, json!({ "url": format!("{SITE}/a"), "mode": "PAGE" }))
        .await;
    let second = owner
        .crawl(&app, json!({ "url": format!("{SITE}/b"), "mode": "PAGE" }))
        .await;
    owner.steps(&app, &first).await.unwrap();
    let next = owner.steps(&app, &second).await.unwrap().unwrap();
    assert_eq!(site.take(), ["/robots.txt"]);
    assert!(next > edge_core::ports::Clock::now(&*app.clock));
    owner.finish(&app, &first).await;
    owner.finish(&app, &second).await;
    assert_eq!(site.take(), ["/a", "/b"]);
}

#[tokio::test]
async fn a_missing_robots_txt_allows_all_an_unreachable_one_nothing() {
    for (reply, is_allowed) in [
        (Reply::status(404), true),
        (Reply::status(403), true),
        (Reply::to("https://cdn.example.org/robots.txt"), true),
        (Reply::to("/robots.txt"), true),
        (Reply::status(500), false),
        (Reply::status(503), false),
        (Reply::status(429), false),
        (Reply::Refused, false),
        (Reply::to("http://169.254.169.254/robots.txt"), false),
    ] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        let site = &app.receiver.site;
        site.has("/robots.txt", reply.clone());
        site.has("/a", page("a", &[]));
        let source = owner
            .crawl(&app, json!({ "url": format!("{SITE}/a"), "mode": "PAGE" }))
            .await;
        let shown = owner.finish(&app, &source).await;
        let asked = site.take();
        assert_eq!(asked.contains(&"/a".to_owned()), is_allowed, "{reply:?}");
        assert!(!asked.iter().any(|it| it.contains("169.254")));
        if !is_allowed {
            assert_eq!(shown["status"], "FAILED");
            let error = shown["progress"]["error"].as_str().unwrap();
            assert!(error.contains("robots.txt could not be read"), "{error}");
            assert!(
                asked.len() > 1 || matches!(reply, Reply::Says { status: 301, .. }),
                "it is tried again"
            );
        }
    }
}

#[tokio::test]
async fn a_late_or_redirected_robots_txt_is_obeyed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/robots.txt", Reply::status(503));
    site.has("/a", page("a", &[]));
    let source = owner
        .crawl(&app, json!({ "url": format!("{SITE}/a"), "mode": "PAGE" }))
        .await;
    owner.steps(&app, &source).await.unwrap();
    site.has("/robots.txt", Reply::to("https://cdn.example.org/rules"));
    site.has("https://cdn.example.org/rules", robots("User-agent: *\nDisallow: /a"));
    let shown = owner.finish(&app, &source).await;
    assert_eq!(
        site.take(),
        ["/robots.txt", "/robots.txt", "https://cdn.example.org/rules"]
    );
    assert!(
        shown["progress"]["error"].as_str().unwrap().contains("forbids"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_large_robots_txt_is_read_as_far_as_it_must_be() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let filler = "# nothing\n".repeat(200_000);
    site.has(
        "/robots.txt",
        robots(&format!("User-agent: *\nDisallow: /a\n{filler}Disallow: /b\n")),
    );
    for path in ["/a", "/b"] {
        site.has(path, page(path, &[]));
        let source = owner
            .crawl(&app, json!({ "url": format!("{SITE}{path}"), "mode": "PAGE" }))
            .await;
        owner.finish(&app, &source).await;
    }
    assert_eq!(owner.known_pages(&app).await, ["/b"]);
    let kept: usize = app.sql.column("SELECT length(rules) FROM crawl_hosts")[0]
        .parse()
        .unwrap();
    assert!(kept <= 500 * 1024, "{kept}");
}

#[tokio::test]
async fn retry_after_is_obeyed_and_failed_pages_are_retried() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/a", Reply::status(429).with("retry-after", "120"));
    let source = owner
        .crawl(&app, json!({ "url": format!("{SITE}/a"), "mode": "PAGE" }))
        .await;
    owner.steps(&app, &source).await.unwrap();
    app.clock.advance(2 * SECOND);
    let next = owner.steps(&app, &source).await.unwrap().unwrap();
    let wait = next.0 - edge_core::ports::Clock::now(&*app.clock).0;
    assert!((2 * MINUTE - SECOND..=2 * MINUTE).contains(&wait), "{wait}");
    site.has("/a", page("a", &[]));
    assert_eq!(owner.finish(&app, &source).await["status"], "COMPLETED");
    assert_eq!(site.take(), ["/robots.txt", "/a", "/a"]);

    site.has("/b", Reply::Refused);
    let source = owner.again(&app, "ann@example.com").await;
    let source = source
        .crawl(&app, json!({ "url": format!("{SITE}/b"), "mode": "PAGE" }))
        .await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "FAILED");
    assert!(
        shown["progress"]["error"]
            .as_str()
            .unwrap()
            .contains("connection refused"),
        "{shown}"
    );
    assert_eq!(site.take().iter().filter(|it| *it == "/b").count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_site_that_is_silent_slow_or_endless_is_cut_off() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/silent", "/drips", "/endless", "/fine"]));
    site.has("/silent", Reply::Silent);
    site.has("/drips", Reply::Drips);
    site.has("/endless", Reply::Endless);
    site.has("/fine", page("fine", &[]));
    let began = tokio::time::Instant::now();
    let source = owner.crawl(&app, json!({})).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "COMPLETED");
    assert!(began.elapsed().as_secs() < 4 * 2 * 21, "{:?}", began.elapsed());
    let outcome = owner.outcome(&app, &source).await;
    assert_eq!(outcome["/silent"], "failed: no answer within 20 seconds");
    assert_eq!(outcome["/drips"], "failed: the answer was not there after 20 seconds");
    assert_eq!(outcome["/endless"], "skipped: larger than 4 MB");
    assert_eq!(outcome["/fine"], "done");
}
