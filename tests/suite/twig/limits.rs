//! Requests of a workspace by minute and by day, as its plan allows.
use super::webhooks::refused;
use crate::harness::TestApp;
use crate::harness::program::Program;
use edge_model::key::KeyKind;
use edge_model::time::{DAY, MINUTE};

const PATH: &str = "/api/webhooks";

#[tokio::test]
async fn a_plan_limits_requests_a_minute_over_all_keys() {
    let app = TestApp::new();
    for (plan, limit) in [
        ("FREE", 20),
        ("STARTER", 100),
        ("PROFESSIONAL", 100),
        ("ENTERPRISE", 1_000),
    ] {
        let owner = app.owner(&format!("{plan}@example.com").to_lowercase()).await;
        app.set_plan(&owner, plan).await;
        let mut keys = vec![];
        for _ in 0..2 {
            keys.push(owner.program_key(&app, KeyKind::Twig).await);
        }
        for left in (0..limit).rev() {
            let answer = app.get(PATH).bearer(&keys[left % 2]).send().await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("x-ratelimit-limit"), Some(limit.to_string().as_str()));
            assert_eq!(answer.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
        }
        let answer = app.get(PATH).bearer(&keys[0]).send().await;
        refused(&answer, 429, "rate_limit_exceeded", None);
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        app.clock.advance(wait * 1_000);
        assert_eq!(app.get(PATH).bearer(&keys[0]).send().await.status, 200);
    }
}

#[tokio::test]
async fn a_day_ends_at_midnight_and_has_its_own_limit() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    for _ in 0..50 {
        for _ in 0..20 {
            assert_eq!(program.get(&app, PATH).await.status, 200);
        }
        app.clock.advance(MINUTE);
    }
    let answer = program.get(&app, PATH).await;
    refused(&answer, 429, "rate_limit_exceeded", None);
    assert_eq!(answer.header("x-ratelimit-limit"), Some("1000"));
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(wait * 1_000 > DAY - 2 * 60 * MINUTE, "the day has just begun: {wait}");
    app.clock.advance(wait * 1_000);
    assert_eq!(program.get(&app, PATH).await.status, 200);
}
