//! What a crawl comes across: links, sitemaps, redirects, canonical addresses, patterns, traps.
use crate::harness::TestApp;
use crate::harness::site::{Reply, SITE, page, page_with};
use serde_json::json;

fn xml(text: String) -> Reply {
    Reply::new(200, "application/xml", text)
}

fn urlset(paths: &[&str]) -> Reply {
    let entries = paths.iter().map(|it| format!("<url><loc>{SITE}{it}</loc></url>"));
    xml(format!(
        "<?xml version='1.0'?><urlset>{}</urlset>",
        entries.collect::<String>()
    ))
}

fn index(paths: &[&str]) -> Reply {
    let entries = paths
        .iter()
        .map(|it| format!("<sitemap><loc>{SITE}{it}</loc></sitemap>"));
    xml(format!(
        "<?xml version='1.0'?><sitemapindex>{}</sitemapindex>",
        entries.collect::<String>()
    ))
}

#[tokio::test]
async fn pages_found_by_links_and_sitemaps_are_answered_from() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has(
        "/robots.txt",
        Reply::new(200, "text/plain", format!("Sitemap: {SITE}/maps.xml")),
    );
    site.has("/maps.xml", index(&["/map1.xml", "/maps.xml", "/map2.xml"]));
    site.has("/map1.xml", urlset(&["/orphan", "/a"]));
    site.has(
        "/",
        page(
            "home",
            &["/a", "https://elsewhere.org/x", "mailto:a@b.c", "/a#part", "/photo.png"],
        ),
    );
    site.has("/a", page("apples", &["/", "b?utm_source=x"]));
    site.has("/b", page("bananas", &["/a"]));
    site.has("/orphan", page("oranges", &[]));
    let source = owner.crawl(&app, json!({ "title": "Our site" })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(
        (&shown["status"], &shown["title"], &shown["source_type"]),
        (&json!("COMPLETED"), &json!("Our site"), &json!("URL"))
    );
    assert_eq!(owner.known_pages(&app).await, ["/", "/a", "/b", "/orphan"]);
    let mut asked = site.take();
    asked.sort();
    assert_eq!(
        asked,
        [
            "/",
            "/a",
            "/b",
            "/map1.xml",
            "/map2.xml",
            "/maps.xml",
            "/orphan",
            "/robots.txt"
        ]
    );
    let owner = owner.again(&app, "ann@example.com").await;
    let list = owner.get(&app, "/documents").await.expect(200);
    assert_eq!(list["total"], 5);
    let row = list["documents"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == source.as_str())
        .unwrap()
        .clone();
    assert!(
        row["chunk_count"].as_u64().unwrap() >= 4 && row["progress"]["pages_done"] == 4,
        "{row}"
    );
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let answer = owner.test(&app, &agent, "What is the page about bananas about?").await;
    assert_eq!(answer["sources"][0]["url"], format!("{SITE}/b"), "{answer}");
}

#[tokio::test]
async fn a_sitemap_is_a_source_of_its_own_and_one_page_is_one_page() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/map.xml", urlset(&["/a", "/b"]));
    site.has("/list", urlset(&["/a"]));
    site.has("/a", page("a", &["/c"]));
    site.has("/b", page("b", &["/c"]));
    site.has("/c", page("c", &["/a"]));
    let source = owner.crawl(&app, json!({ "url": format!("{SITE}/map.xml") })).await;
    assert_eq!(owner.finish(&app, &source).await["crawl"]["mode"], "SITEMAP");
    assert_eq!(owner.known_pages(&app).await, ["/a", "/b"]);
    let owner = owner.again(&app, "ann@example.com").await;
    let source = owner
        .crawl(&app, json!({ "url": format!("{SITE}/c"), "max_pages": 1 }))
        .await;
    assert_eq!(owner.finish(&app, &source).await["crawl"]["mode"], "PAGE");
    assert_eq!(owner.known_pages(&app).await, ["/a", "/b", "/c"]);
}

#[tokio::test]
async fn a_sitemap_that_is_a_bomb_or_goes_in_circles_does_no_harm() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let paths: Vec<String> = (0..200).map(|it| format!("/map-{it}.xml")).collect();
    let all: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.has("/maps.xml", index(&all));
    for path in &all {
        site.has(path, index(&all));
    }
    let laughs = "<!DOCTYPE l [<!ENTITY a 'aaaaaaaa'>]><urlset><url><loc>https://example.com/&a;</loc></url></urlset>";
    site.has("/map-0.xml", xml(laughs.into()));
    site.has("/map-1.xml", urlset(&["/a"]));
    site.has("/a", page("a", &[]));
    let source = owner.crawl(&app, json!({ "url": format!("{SITE}/maps.xml") })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["progress"]["pages_done"], 1);
    let asked = site.take();
    assert!(asked.len() < 60, "{}", asked.len());
    let outcome = owner.outcome(&app, &source).await;
    assert!(
        outcome["/map-0.xml"].starts_with("skipped: the sitemap is damaged"),
        "{}",
        outcome["/map-0.xml"]
    );
}

#[tokio::test]
async fn redirects_are_followed_by_hand_and_only_where_allowed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has(
        "/robots.txt",
        Reply::new(200, "text/plain", "User-agent: *\nDisallow: /closed"),
    );
    let links = [
        "/moved",
        "/inside",
        "/metadata",
        "/away",
        "/loop1",
        "/self",
        "/closing",
        "/hop0",
        "/nowhere",
        "/meta",
    ];
    site.has("/", page("home", &links));
    site.has("/moved", Reply::to("/new#part"));
    site.has("/new", page("new", &[]));
    site.has("/inside", Reply::to("http://127.0.0.1:8080/admin"));
    site.has("/metadata", Reply::to("http://[::ffff:169.254.169.254]/latest"));
    site.has("/away", Reply::to("https://elsewhere.org/"));
    site.has("/loop1", Reply::to("/loop2"));
    site.has("/loop2", Reply::to("/loop1"));
    site.has("/self", Reply::to("/self"));
    site.has("/closing", Reply::to("/closed/x"));
    for hop in 0..8 {
        site.has(&format!("/hop{hop}"), Reply::to(&format!("/hop{}", hop + 1)));
    }
    site.has("/nowhere", Reply::status(302));
    site.has(
        "/meta",
        page_with("meta", "<meta http-equiv=refresh content='0; url=/meta-new'>", &[]),
    );
    site.has("/meta-new", page("metanew", &[]));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/meta-new", "/new"]);
    let asked = site.take();
    assert!(
        asked.iter().all(|it| it.starts_with('/') && it != "/closed/x"),
        "{asked:?}"
    );
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), asked.len(), "each once: {asked:?}");
    assert!(!asked.contains(&"/hop6".to_owned()));
    let outcome = owner.outcome(&app, &source).await;
    for (path, reason) in [
        ("/moved", "skipped: redirects to another address"),
        (
            "/inside",
            "skipped: redirects to an address that must not lead to a private address",
        ),
        (
            "/metadata",
            "skipped: redirects to an address that must not lead to a private address",
        ),
        ("/away", "skipped: redirects to another host, elsewhere.org"),
        ("/self", "skipped: redirects to itself"),
        ("/hop5", "skipped: more than 5 redirects"),
        ("/nowhere", "skipped: redirects to nowhere"),
    ] {
        assert_eq!(outcome[path], reason, "{path}");
    }
}

#[tokio::test]
async fn a_start_may_redirect_within_its_host_only() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", Reply::to("https://www.example.com/"));
    site.has("https://www.example.com/", page("home", &["/a"]));
    site.has("https://www.example.com/a", page("a", &[]));
    let source = owner.crawl(&app, json!({})).await;
    assert_eq!(owner.finish(&app, &source).await["progress"]["pages_done"], 2);
    site.has("https://old.org/", Reply::to("https://new.org/"));
    let owner = owner.again(&app, "ann@example.com").await;
    let source = owner.crawl(&app, json!({ "url": "https://old.org/" })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "FAILED");
    assert_eq!(
        shown["progress"]["error"],
        "https://old.org/: redirects to another host, new.org"
    );
}

#[tokio::test]
async fn canonical_addresses_count_unless_they_cannot_be_had() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let canonical = |title: &str, to: &str| page_with(title, &format!("<link rel=canonical href='{to}'>"), &[]);
    site.has("/", page("home", &["/a?print=1", "/b", "/c", "/d", "/e", "/f"]));
    site.has("/a?print=1", canonical("a for print", "/a"));
    site.has("/a", canonical("a", "/a"));
    // One that is gone, one of another host, two that name each other, the front page.
    site.has("/b", canonical("b", "/gone"));
    site.has("/c", canonical("c", "https://elsewhere.org/c"));
    site.has("/d", canonical("d", "/e"));
    site.has("/e", canonical("e", "/d"));
    site.has("/f", canonical("f", "/"));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let known = owner.known_pages(&app).await;
    assert_eq!(
        known,
        ["/", "/a", "/b", "/c", "/e", "/f"],
        "{:?}",
        owner.outcome(&app, &source).await
    );
}

#[tokio::test]
async fn what_pages_ask_of_crawlers_is_done() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has("/", page("home", &["/noindex", "/nofollow", "/header", "/file.txt"]));
    site.has(
        "/noindex",
        page_with("noindex", "<meta name=robots content=noindex>", &["/behind-noindex"]),
    );
    site.has(
        "/nofollow",
        page_with("nofollow", "<meta name=robots content=nofollow>", &["/behind-nofollow"]),
    );
    site.has(
        "/header",
        page("header", &["/behind-header"]).with("x-robots-tag", "noindex, nofollow"),
    );
    site.has(
        "/file.txt",
        Reply::new(200, "text/plain", "A text.").with("x-robots-tag", "none"),
    );
    for path in ["/behind-noindex", "/behind-nofollow", "/behind-header"] {
        site.has(path, page(path, &[]));
    }
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/behind-noindex", "/nofollow"]);
}

#[tokio::test]
async fn patterns_hosts_and_the_limit_say_what_is_taken_in() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let start = page(
        "home",
        &[
            "/docs/a/deep",
            "/docs/b",
            "/docs/internal/c",
            "/blog/d",
            "https://docs.example.com/docs/e",
        ],
    );
    site.has("/", start);
    for path in [
        "/docs/a/deep",
        "/docs/b",
        "/docs/internal/c",
        "/blog/d",
        "https://docs.example.com/docs/e",
    ] {
        site.has(path, page(path, &[]));
    }
    let body = json!({ "include_patterns": ["/docs/*"], "exclude_patterns": ["*/internal/*"], "allowed_hosts": ["*.example.com"] });
    let source = owner.crawl(&app, body).await;
    owner.finish(&app, &source).await;
    let known = owner.known_pages(&app).await;
    assert_eq!(known, ["https://docs.example.com/docs/e", "/docs/a/deep", "/docs/b"]);
    let asked = site.take();
    assert!(
        !asked.iter().any(|it| it.contains("internal") || it.contains("blog")),
        "{asked:?}"
    );

    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let paths: Vec<String> = (0..30).map(|it| format!("/p{it}")).collect();
    let links: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.has("/", page("home", &links));
    for path in &links {
        site.has(path, page(path, &links));
    }
    let source = owner.crawl(&app, json!({ "max_pages": 10 })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await.len(), 10);
    assert_eq!(
        (&shown["progress"]["pages_done"], &shown["progress"]["pages_total"]),
        (&json!(10), &json!(10))
    );
    assert_eq!(
        owner.outcome(&app, &source).await["/p9"],
        "skipped: the limit of pages was reached"
    );
}

#[tokio::test]
async fn files_are_taken_in_like_pages_and_the_same_content_once() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has(
        "/",
        page(
            "home",
            &["/notes.txt", "/copy.txt", "/fake", "/data", "/empty", "/feed"],
        ),
    );
    let text = "The car park is behind the shop.";
    site.has("/notes.txt", Reply::new(200, "text/plain", text));
    site.has("/copy.txt", Reply::new(200, "text/plain", text));
    site.has(
        "/fake",
        Reply::new(200, "text/html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice()),
    );
    site.has("/data", Reply::new(200, "application/octet-stream", "x"));
    site.has("/empty", Reply::new(200, "text/html", "<body><nav>x</nav></body>"));
    site.has("/feed", Reply::new(200, "application/rss+xml", "<rss/>"));
    let source = owner.crawl(&app, json!({})).await;
    owner.finish(&app, &source).await;
    let outcome = owner.outcome(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await, ["/", "/copy.txt"], "{outcome:?}");
    assert_eq!(
        outcome["/notes.txt"],
        format!("skipped: the same content as {SITE}/copy.txt")
    );
    assert_eq!(
        outcome["/data"],
        "skipped: no page or document (type application/octet-stream)"
    );
    assert_eq!(outcome["/empty"], "skipped: no text was found in it");
    assert!(outcome["/fake"].contains("image"), "{}", outcome["/fake"]);
    let failed = app
        .sql
        .column("SELECT title FROM documents WHERE status <> 'COMPLETED'");
    assert_eq!(failed, Vec::<String>::new());
}

#[tokio::test]
async fn traps_hold_no_crawl() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    site.has(
        "/",
        page(
            "home",
            &[
                "/calendar/2026/1",
                "/shop?a=0&b=0",
                "/deep/1",
                "/s?PHPSESSID=00000000000000000001",
            ],
        ),
    );
    for month in 0..400 {
        let path = |it: i32| format!("/calendar/{}/{}", 2026 + it / 12, 1 + it % 12);
        site.has(&path(month), page(&path(month), &[&path(month + 1)]));
    }
    for a in 0..300 {
        site.has(
            &format!("/shop?a={a}&b=0"),
            page(&format!("shop {a}"), &[&format!("/shop?a={}&b=0", a + 1)]),
        );
        site.has(
            &format!("/deep/{a}"),
            page(&format!("deep {a}"), &[&format!("/deep/{}", a + 1)]),
        );
    }
    site.has("/s", page("session", &["/s?PHPSESSID=00000000000000000002"]));
    let source = owner.crawl(&app, json!({ "max_pages": 1_000 })).await;
    owner.finish(&app, &source).await;
    let asked = site.take();
    let count = |part: &str| asked.iter().filter(|it| it.starts_with(part)).count();
    assert!((5..=30).contains(&count("/calendar")), "{}", count("/calendar"));
    assert!((5..=45).contains(&count("/shop")), "{}", count("/shop"));
    assert!((5..=30).contains(&count("/deep")), "{}", count("/deep"));
    assert_eq!(count("/s?") + count("/s"), count("/shop") + count("/sitemap") + 1);
}

#[tokio::test]
async fn what_will_not_do_is_named() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    for (field, value) in [
        ("url", json!("http://localhost/")),
        ("url", json!("http://10.0.0.1/")),
        ("url", json!("ftp://example.com/")),
        ("url", json!("nonsense")),
        ("max_pages", json!(0)),
        ("max_pages", json!(5_001)),
        ("mode", json!("EVERYTHING")),
        ("refresh_frequency", json!("SOMETIMES")),
        ("include_patterns[0]", json!([""])),
        ("exclude_patterns[1]", json!(["/a", "x".repeat(301)])),
        ("allowed_hosts[0]", json!(["https://a.b/"])),
        ("title", json!("")),
    ] {
        let name = field.split('[').next().unwrap();
        let mut body = json!({ "url": format!("{SITE}/"), "collection_id": collection });
        body[name] = value;
        let answer = owner.post(&app, "/documents/url", body).await;
        assert_eq!(
            answer.refusal(),
            (400, "VALIDATION_ERROR".into(), Some(field.into())),
            "{}",
            answer.text()
        );
    }
    let body = json!({ "url": format!("{SITE}/"), "collection_id": "col_0" });
    assert_eq!(owner.post(&app, "/documents/url", body).await.status, 404);
    assert_eq!(app.sql.column("SELECT 1 FROM sources").len(), 0);
}

#[tokio::test]
async fn many_long_addresses_stay_within_the_database_limits() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let site = &app.receiver.site;
    let long: Vec<String> = (0..900).map(|it| format!("/{}{it}?a=1", "x".repeat(1_900))).collect();
    // Spelled out, each letter takes six.
    let longer = format!("/{}", "ü".repeat(900));
    let mut paths: Vec<&str> = long.iter().map(String::as_str).collect();
    paths.extend([longer.as_str(), "/a"]);
    site.has("/map.xml", urlset(&paths));
    site.has("/a", page("apples", &[&longer]));
    let source = owner.crawl(&app, json!({ "url": format!("{SITE}/map.xml") })).await;
    let shown = owner.finish(&app, &source).await;
    assert_eq!(shown["status"], "COMPLETED");
    assert_eq!(owner.known_pages(&app).await, ["/a"]);
    let longest = app.sql.column("SELECT max(length(url)) FROM crawl_pages");
    assert!(longest[0].parse::<usize>().unwrap() <= 2_048, "{longest:?}");
    let kept = app
        .sql
        .column("SELECT count(*) FROM crawl_pages WHERE state = 'skipped'");
    let kept: usize = kept[0].parse().unwrap();
    assert!((1..300).contains(&kept), "{kept}: a long address counts for several");
}
