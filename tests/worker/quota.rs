//! Messages per month: exact at the edge of the plan.
use crate::harness::{Tenant, shared_worker};
use crate::limits::wait_for_a_new_minute;
use serde_json::json;
use std::thread;
use xtask::api::Api;

/// A FREE workspace's messages a month (`public/docs/limits.md#what-are-the-limits-of-each-plan`).
const LIMIT: usize = 100;
/// How many messages are left when the race begins.
const LEFT: usize = 5;

#[test]
fn the_last_messages_of_a_month_go_to_as_many_as_there_are() {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let agent = tenant.agent(&tenant.collection());
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    for _ in 0..LIMIT - LEFT {
        assert_eq!(ask(&page, &agent).0, 200);
    }
    tenant.set_plan("FREE");
    // The requests of this minute count against the smaller plan as well.
    wait_for_a_new_minute();
    let answers: Vec<(u16, String)> = thread::scope(|scope| {
        let asking: Vec<_> = (0..LEFT * 4).map(|_| scope.spawn(|| ask(&page, &agent))).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let passed = answers.iter().filter(|(status, _)| *status == 200).count();
    let over = answers
        .iter()
        .filter(|(status, code)| *status == 429 && code == "MESSAGE_LIMIT_REACHED")
        .count();
    assert_eq!((passed, over), (LEFT, LEFT * 3), "{answers:?}");
}

fn ask(page: &Api, agent: &str) -> (u16, String) {
    let question = json!({ "agent_id": agent, "session_id": "q", "message": "Is anybody there?" });
    let answer = page.post("/api/v1/widget/chat", &question).unwrap();
    (
        answer.status,
        answer.json()["code"].as_str().unwrap_or_default().to_owned(),
    )
}
