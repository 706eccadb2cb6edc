//! Requests per minute: exact, whatever comes at once.
use crate::harness::{Tenant, shared_worker};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xtask::api::{Answer, Body};

/// A FREE workspace may ask so often a minute (`public/docs/limits.md#what-are-the-limits-of-each-plan`).
const LIMIT: u64 = 60;

/// Sleeps into the first seconds of a minute, which is when a window begins.
pub(crate) fn wait_for_a_new_minute() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() % 60_000;
    thread::sleep(Duration::from_millis(u64::try_from(60_200 - now).unwrap()));
}

/// Asks for the workspace `times` times, over eight connections at once.
fn hammer(tenant: &Tenant, times: usize) -> Vec<Answer> {
    thread::scope(|scope| {
        let asking = |_| {
            scope.spawn(|| {
                (0..times / 8)
                    .map(|_| tenant.api.get(&tenant.workspace).unwrap())
                    .collect()
            })
        };
        let all: Vec<_> = (0..8).map(asking).collect();
        all.into_iter()
            .flat_map(|one| -> Vec<Answer> { one.join().unwrap() })
            .collect()
    })
}

#[test]
fn as_many_requests_pass_as_the_plan_allows() {
    let (tenant, neighbour) = (
        Tenant::new(shared_worker(), "FREE"),
        Tenant::new(shared_worker(), "FREE"),
    );
    wait_for_a_new_minute();
    let answers = hammer(&tenant, 104);
    let (passed, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((passed.len() as u64, refused.len() as u64), (LIMIT, 104 - LIMIT));

    let number = |answer: &Answer, name: &str| answer.header(name).parse::<u64>().unwrap_or(u64::MAX);
    let remaining: BTreeSet<u64> = passed.iter().map(|it| number(it, "x-ratelimit-remaining")).collect();
    assert_eq!(
        remaining,
        (0..LIMIT).collect::<BTreeSet<_>>(),
        "every request that passed was counted once"
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for answer in &answers {
        assert_eq!(number(answer, "x-ratelimit-limit"), LIMIT);
        let reset = number(answer, "x-ratelimit-reset");
        assert!(reset % 60 == 0 && reset > now && reset <= now + 60, "{reset} at {now}");
    }
    for answer in refused {
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (429, Some("RATE_LIMITED"))
        );
        assert_eq!(number(answer, "x-ratelimit-remaining"), 0);
        assert!(
            (1..=60).contains(&number(answer, "retry-after")),
            "{}",
            answer.header("retry-after")
        );
    }
    assert_eq!(neighbour.api.get(&neighbour.workspace).unwrap().status, 200);
}

#[test]
fn an_abused_public_key_leaves_its_owner_everything() {
    let tenant = Tenant::new(shared_worker(), "FREE");
    let agent = tenant.agent(&tenant.collection());
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let keys = tenant.api.get(&tenant.path("api-keys")).unwrap().json();
    let revoke = tenant.path(&format!("api-keys/{}", keys["api_keys"][0]["id"].as_str().unwrap()));
    let config = format!("/api/v1/widget/config/{agent}");
    wait_for_a_new_minute();
    let statuses: Vec<u16> = (0..80).map(|_| page.get(&config).unwrap().status).collect();
    // All of them come from one address, which has half of the visitors' requests.
    assert_eq!(statuses.iter().filter(|it| **it == 200).count() as u64, LIMIT / 2);
    assert_eq!(statuses.iter().filter(|it| **it == 429).count() as u64, 80 - LIMIT / 2);
    let reading = tenant.api.get(&tenant.workspace).unwrap();
    assert_eq!((reading.status, reading.header("x-ratelimit-remaining")), (200, "59"));
    let revoked = tenant.api.send("DELETE", &revoke, Body::Empty).unwrap();
    assert_eq!(revoked.status, 200);
    assert_eq!(page.get(&config).unwrap().status, 401);
}
