//! A crawl over real connections: it survives a crash, falls into no trap, and asks for nothing that is forbidden.
use crate::harness::{Tenant, own_plan, place_of};
use crate::website::{PAGES, Website};
use serde_json::{Value, json};
use shared::agent::TestAnswer;
use std::thread;
use std::time::{Duration, Instant};
use xtask::server::Server;

/// How long all of it may take.
const CRAWL_TIMEOUT: Duration = Duration::from_secs(900);

fn shown(tenant: &Tenant, source: &str) -> Value {
    tenant
        .api
        .get(&tenant.path(&format!("documents/{source}")))
        .unwrap()
        .ok()
        .unwrap()
}

/// Waits until so many pages are done, or the crawl is over.
fn wait(tenant: &Tenant, source: &str, pages: u64) -> Value {
    let began = Instant::now();
    loop {
        let source = shown(tenant, source);
        let progress = &source["progress"];
        if progress["pages_done"].as_u64().unwrap() >= pages || source["status"] != "PROCESSING" {
            return source;
        }
        assert!(began.elapsed() < CRAWL_TIMEOUT, "{progress}");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_site_with_traps_is_crawled_once_despite_a_crash() {
    let site = Website::start();
    let mut plan = own_plan("crawling");
    plan.settings
        .insert("ALLOW_PRIVATE_HOSTS".into(), format!("127.0.0.1:{}", site.port));
    plan.settings.insert("CRAWL_DELAY".into(), "0".into());
    let server = Server::start(plan).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    let most = 450;
    let body = json!({ "url": site.url("/"), "collection_id": collection, "max_pages": most });
    let accepted: Value = tenant
        .api
        .post(&tenant.path("documents/url"), &body)
        .unwrap()
        .ok()
        .unwrap();
    let source = accepted["id"].as_str().unwrap();

    wait(&tenant, source, 100);
    let before = site.asked().values().sum::<usize>();
    let plan = server.kill();
    let server = Server::start(plan).unwrap();
    let ended = wait(&tenant, source, u64::MAX);
    assert_eq!(ended["status"], "COMPLETED", "{ended}");
    assert_eq!(ended["progress"]["pages_done"], most, "{ended}");
    assert!(
        before < site.asked().values().sum::<usize>(),
        "it was killed in the middle"
    );

    let asked = site.asked();
    let forbidden = asked
        .keys()
        .filter(|it| it.starts_with("/secret") || it.contains("action="));
    assert_eq!(forbidden.count(), 0, "{asked:?}");
    assert!(
        asked
            .keys()
            .all(|it| !it.contains("SESSID") && !it.ends_with(".exe") && !it.contains("/a/b"))
    );
    // The page that was under way at the crash is asked for again, and what failed is tried again.
    let again: Vec<_> = asked
        .iter()
        .filter(|it| *it.1 > 1 && it.0 != "/slow" && it.0 != "/robots.txt")
        .collect();
    assert!(again.len() <= 1, "{again:?}");
    let calendar = asked.keys().filter(|it| it.starts_with("/calendar")).count();
    assert!(calendar <= 30, "{calendar}");
    assert!(asked.len() <= PAGES + 60, "{}", asked.len());

    let path = tenant.path(&format!("documents/{source}/pages?status=SKIPPED&limit=1000"));
    let skipped: Value = tenant.api.get(&path).unwrap().ok().unwrap();
    let reason = |path: &str| {
        let pages = skipped["pages"].as_array().unwrap();
        let page = pages.iter().find(|it| it["url"] == site.url(path).as_str());
        page.map_or(String::new(), |it| it["reason"].as_str().unwrap().to_owned())
    };
    assert!(reason("/huge").starts_with("larger than"), "{}", reason("/huge"));
    assert!(reason("/private").contains("private address"), "{}", reason("/private"));
    assert!(reason("/picture").contains("image/png"), "{}", reason("/picture"));
    assert!(
        reason("/secret/plan").contains("robots.txt"),
        "{}",
        reason("/secret/plan")
    );

    // Every page that was taken in is answered from, with its address.
    let began = Instant::now();
    loop {
        let path = tenant.path("documents?status=COMPLETED&limit=1000");
        let list: Value = tenant.api.get(&path).unwrap().ok().unwrap();
        if list["total"] == most + 1 {
            break;
        }
        assert!(began.elapsed() < CRAWL_TIMEOUT, "only {} are worked on", list["total"]);
        thread::sleep(Duration::from_millis(500));
    }
    let agent = tenant.agent(&collection);
    let path = tenant.path(&format!("agents/{agent}/test"));
    let question = json!({ "message": "What is the number of room 77?" });
    let answer: TestAnswer = tenant.api.post(&path, &question).unwrap().ok().unwrap();
    assert!(answer.response.contains("1539"), "{answer:?}");
    drop(server);
}
