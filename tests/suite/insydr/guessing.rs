//! Passwords and tokens that are guessed from many addresses: how many guesses are looked at, and what the owner
//! notices.
use crate::harness::request::Answer;
use crate::harness::{OPERATOR_TOKEN, TestApp};
use edge_model::time::{DAY, MINUTE, SECOND};
use http::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery";
/// Where Ann has signed in before, and where she has not.
const HOME: &str = "198.51.100.7";
const HOTEL: &str = "203.0.113.9";

async fn log_in(app: &TestApp, email: &str, password: &str, from: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    let call = app.post("/api/v1/auth/login", body);
    call.header("cf-connecting-ip", from).send().await
}

/// An installation that Ann has signed up at, and has signed in to from home.
async fn installed() -> TestApp {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    app
}

/// Guesses Ann's password once from each address, and counts the guesses that were looked at.
async fn looked_at(app: &TestApp, addresses: impl Iterator<Item = String>) -> usize {
    let mut count = 0;
    for address in addresses {
        let answer = log_in(app, ANN, "not the password", &address).await;
        count += usize::from(answer.status == 401);
        assert!(answer.status == 401 || is_refused(&answer), "{}", answer.text());
    }
    count
}

fn is_refused(answer: &Answer) -> bool {
    let wait = answer.header("retry-after").map(|it| it.parse::<u64>().unwrap());
    answer.status == 429 && wait.is_some_and(|it| (1..=900).contains(&it))
}

#[tokio::test]
async fn of_a_thousand_guesses_from_one_64_five_are_looked_at() {
    let app = installed().await;
    let one_64 = (0..1_000).map(|it| format!("2001:db8:1:1::{it:x}"));
    assert_eq!(looked_at(&app, one_64).await, 5);
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    log_in(&app, ANN, PASSWORD, HOTEL).await.expect(200);
    log_in(&app, ANN, PASSWORD, "2001:db8:1:2::1").await.expect(200);
    assert_eq!(log_in(&app, ANN, PASSWORD, "2001:db8:1:1:ffff::1").await.status, 429);
}

#[tokio::test]
async fn of_a_thousand_guesses_from_one_48_fifty_are_looked_at() {
    let app = installed().await;
    let one_48 = (0..1_000).map(|it| format!("2001:db8:1:{it:x}::1"));
    assert_eq!(looked_at(&app, one_48).await, 50);
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    log_in(&app, ANN, PASSWORD, HOTEL).await.expect(200);
}

#[tokio::test]
async fn of_a_thousand_networks_a_hundred_guesses_are_looked_at() {
    let app = installed().await;
    let everywhere = |round: usize| (0..1_000).map(move |it| format!("10.{round}.{}.{}", it / 250, it % 250));
    assert_eq!(looked_at(&app, everywhere(0)).await, 100);
    for _ in 0..3 {
        log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    }
    // From where she has never been she proves by mail who she is, and is known there from then on.
    assert!(is_refused(&log_in(&app, ANN, PASSWORD, HOTEL).await));
    let reset = |body| {
        let call = app.post("/api/v1/auth/reset-password", body);
        call.header("cf-connecting-ip", HOTEL).send()
    };
    let forgot = app.post("/api/v1/auth/forgot-password", json!({ "email": ANN }));
    forgot.send().await.expect(200);
    let code = app.mailbox.code_for(ANN);
    let new = "a wholly new password";
    reset(json!({ "email": ANN, "otp_code": code, "password": new }))
        .await
        .expect(200);
    log_in(&app, ANN, new, HOTEL).await.expect(200);
    // A network that is known has its own five guesses all the same.
    for _ in 0..5 {
        assert_eq!(log_in(&app, ANN, "not the password", HOME).await.status, 401);
    }
    assert!(is_refused(&log_in(&app, ANN, new, HOME).await));
    // A quarter of an hour later all begins anew.
    app.clock.advance(15 * MINUTE);
    assert_eq!(looked_at(&app, everywhere(1).take(3)).await, 3);
}

#[tokio::test]
async fn a_network_stays_known_while_its_owner_signs_in() {
    let app = installed().await;
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    app.clock.advance(59 * DAY);
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
    app.clock.advance(59 * DAY);
    let networks = (0..1_000).map(|it| format!("10.1.{}.{}", it / 250, it % 250));
    assert_eq!(looked_at(&app, networks).await, 100);
    log_in(&app, ANN, PASSWORD, HOME).await.expect(200);
}

#[tokio::test]
async fn an_unknown_account_is_refused_as_a_known_one_is() {
    let app = TestApp::new();
    let mut statuses = vec![];
    for number in 0..102 {
        let from = format!("10.0.0.{number}");
        statuses.push(log_in(&app, "nobody@example.com", PASSWORD, &from).await.status);
    }
    assert_eq!(statuses[..100], [401; 100]);
    assert_eq!(statuses[100..], [429; 2]);
}

#[tokio::test]
async fn one_64_has_twenty_guesses_over_all_accounts() {
    let app = installed().await;
    let mut looked = [0, 0];
    for (network, count) in looked.iter_mut().enumerate() {
        for number in 0..30 {
            let email = format!("user{number}@example.com");
            let from = format!("2001:db8:1:{network}::{number:x}");
            *count += usize::from(log_in(&app, &email, "x", &from).await.status == 401);
        }
    }
    assert_eq!(looked, [20, 20]);
}

#[tokio::test]
async fn a_refused_guess_leaves_nothing_behind() {
    let app = installed().await;
    for number in 0..20 {
        log_in(&app, &format!("user{number}@example.com"), "x", "192.0.2.1").await;
    }
    let scopes = app.limiter.scopes();
    for number in 20..70 {
        let answer = log_in(&app, &format!("user{number}@example.com"), "x", "192.0.2.1").await;
        assert_eq!(answer.status, 429);
    }
    assert_eq!(app.limiter.scopes(), scopes);
}

#[tokio::test]
async fn codes_and_sign_ups_are_counted_by_network_as_well() {
    let app = TestApp::new();
    let mut statuses = vec![];
    for number in 0..101 {
        let body = json!({ "email": format!("user{number}@example.com") });
        let call = app.post("/api/v1/auth/forgot-password", body);
        let address = format!("2001:db8:1:1::{number:x}");
        statuses.push(call.header("cf-connecting-ip", &address).send().await.status);
    }
    assert_eq!(statuses.iter().filter(|it| **it == 200).count(), 100);
    assert_eq!(statuses[100], 429);
    let body = json!({ "email": ANN });
    let call = app.post("/api/v1/auth/forgot-password", body);
    call.header("cf-connecting-ip", "2001:db8:1:2::1")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn wrong_operator_tokens_are_throttled_by_network() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let path = format!("/api/v1/operator/workspaces/{}/plan", owner.workspace);
    let call = |token: &str, from: &str| {
        let call = app.call(Method::PUT, &path).json(&json!({ "plan": "STARTER" }));
        call.header("x-operator-token", token)
            .header("cf-connecting-ip", from)
            .send()
    };
    let mut statuses = vec![];
    for number in 0..50 {
        let token = format!("operator-token-{number}");
        statuses.push(call(&token, &format!("2001:db8:1:1::{number:x}")).await.status);
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 40]);
    // The operator elsewhere notices nothing, and has no limit.
    for _ in 0..30 {
        call(OPERATOR_TOKEN, HOME).await.expect(200);
    }
    let refused = call(OPERATOR_TOKEN, "2001:db8:1:1::1").await;
    assert!(is_refused(&refused));
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    app.clock.advance(wait * SECOND);
    call(OPERATOR_TOKEN, "2001:db8:1:1::1").await.expect(200);
}
