//! Guessing codes: how many count, and that no stranger keeps an owner from confirming or from a new password.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use edge_model::time::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ANN: &str = "ann@example.com";
const HOME: &str = "203.0.113.5";
const NEW: &str = "a wholly new password";

fn app() -> TestApp {
    TestApp::with_settings(&[("PUBLIC_URL", "https://chat.example.com")])
}

async fn post(app: &TestApp, from: &str, what: &str, body: Value) -> Answer {
    let call = app.post(&format!("/api/v1/auth/{what}"), body);
    call.header("cf-connecting-ip", from).send().await
}

async fn forgot(app: &TestApp, from: &str) {
    post(app, from, "forgot-password", json!({ "email": ANN }))
        .await
        .expect(200);
}

async fn reset(app: &TestApp, from: &str, code: &str) -> Answer {
    let body = json!({ "email": ANN, "otp_code": code, "password": NEW });
    post(app, from, "reset-password", body).await
}

async fn follow_link(app: &TestApp, from: &str, token: &str) -> Answer {
    post(app, from, "reset-password", json!({ "token": token, "password": NEW })).await
}

async fn log_in(app: &TestApp, password: &str) -> Answer {
    post(app, HOME, "login", json!({ "email": ANN, "password": password })).await
}

/// Returns a code that is none of those in Ann's mails.
fn guess(app: &TestApp, number: u32) -> String {
    let mails: String = app.mailbox.all().iter().map(|it| it.text.clone()).collect();
    let mut guesses = (number..).map(|it| format!("{:06}", it * 7 % 1_000_000));
    guesses.find(|it| !mails.contains(it.as_str())).unwrap()
}

/// Sends wrong codes and returns how often each status was answered.
async fn attack(app: &TestApp, what: &str, count: u32, network: impl Fn(u32) -> String) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for number in 0..count {
        let body = json!({ "email": ANN, "otp_code": guess(app, number), "password": NEW });
        let answer = post(app, &network(number), what, body).await;
        assert_ne!(answer.status, 200);
        *statuses.entry(answer.status).or_default() += 1;
    }
    statuses
}

/// Addresses of one /64 are one network.
fn one_network(number: u32) -> String {
    format!("2001:db8:1:1::{number:x}")
}

fn many_networks(number: u32) -> String {
    format!("100.64.{}.{}", number / 250, number % 250)
}

/// Returns how many comparisons with a code there were.
fn compared(app: &TestApp) -> u32 {
    app.sql.column("SELECT coalesce(sum(tries), 0) FROM code_tries")[0]
        .parse()
        .unwrap()
}

#[tokio::test]
async fn strangers_cannot_keep_an_owner_from_a_new_password() {
    let app = app();
    app.sign_up(ANN).await;
    let stranger = one_network(0);
    for _ in 0..3 {
        forgot(&app, &stranger).await;
        for number in 0..5 {
            assert_eq!(reset(&app, &stranger, &guess(&app, number)).await.status, 400);
        }
    }
    let before = app.mailbox.all().len();
    forgot(&app, HOME).await;
    assert_eq!(app.mailbox.all().len(), before + 1, "the stranger's mails do not count");
    let code = app.mailbox.code_for(ANN);
    for number in 0..5 {
        reset(&app, &stranger, &guess(&app, number)).await;
    }
    reset(&app, HOME, &code).await.expect(200);
    log_in(&app, NEW).await.expect(200);
}

#[tokio::test]
async fn of_a_thousand_wrong_codes_for_a_new_password_few_count() {
    for (network, statuses, most) in [
        (
            one_network as fn(u32) -> String,
            BTreeMap::from([(400, 300), (429, 700)]),
            5,
        ),
        (many_networks, BTreeMap::from([(400, 1_000)]), 15),
    ] {
        let app = app();
        app.sign_up(ANN).await;
        let at_sign_up = compared(&app);
        forgot(&app, HOME).await;
        let (code, token) = (app.mailbox.code_for(ANN), app.mailbox.token_for(ANN));
        assert_eq!(attack(&app, "reset-password", 1_000, network).await, statuses);
        assert_eq!(compared(&app) - at_sign_up, most);
        // The owner notices nothing: the code is good, the next one too, and the link.
        reset(&app, HOME, &code).await.expect(200);
        assert_eq!(follow_link(&app, HOME, &token).await.status, 400, "used with its code");
        forgot(&app, HOME).await;
        reset(&app, HOME, &app.mailbox.code_for(ANN)).await.expect(200);
        forgot(&app, HOME).await;
        follow_link(&app, HOME, &app.mailbox.token_for(ANN)).await.expect(200);
    }
}

#[tokio::test]
async fn of_a_thousand_wrong_codes_for_a_sign_up_few_count() {
    let sign_up = json!({ "email": ANN, "password": "correct horse battery", "full_name": "Ann" });
    for network in [one_network as fn(u32) -> String, many_networks] {
        let app = app();
        let signed_up = post(&app, HOME, "signup", sign_up.clone()).await.expect(201);
        let code = app.mailbox.code_for(ANN);
        attack(&app, "verify-otp", 1_000, network).await;
        assert_eq!(compared(&app), 0, "no other network has this sign-up");
        let body = json!({ "email": ANN, "otp_code": code, "signup_id": signed_up["signup_id"] });
        post(&app, HOME, "verify-otp", body).await.expect(200);
    }
    // A stranger in the owner's network uses up the network's tries, and not those of the sign-up's holder.
    let app = app();
    let signed_up = post(&app, HOME, "signup", sign_up).await.expect(201);
    let code = app.mailbox.code_for(ANN);
    attack(&app, "verify-otp", 100, |_| HOME.into()).await;
    assert_eq!(compared(&app), 5);
    let mut body = json!({ "email": ANN, "otp_code": code });
    assert_eq!(post(&app, HOME, "verify-otp", body.clone()).await.status, 400);
    body["signup_id"] = signed_up["signup_id"].clone();
    post(&app, HOME, "verify-otp", body).await.expect(200);
}

#[tokio::test]
async fn a_day_has_fewer_than_a_hundred_guesses_for_an_address() {
    let app = app();
    app.sign_up(ANN).await;
    let at_sign_up = compared(&app);
    for round in 0..12 {
        let own = format!("198.51.100.{round}");
        forgot(&app, &own).await;
        for number in 0..5 {
            reset(&app, &own, &guess(&app, number)).await;
        }
        for number in 0..30 {
            reset(&app, &many_networks(round * 30 + number), &guess(&app, number)).await;
        }
    }
    let guesses = compared(&app) - at_sign_up;
    assert!((80..100).contains(&guesses), "{guesses}");
    // Codes are over for the day, and the newest link in the inbox is not.
    app.clock.advance(30 * MINUTE);
    forgot(&app, HOME).await;
    let token = app.mailbox.token_for(ANN);
    assert_eq!(reset(&app, HOME, &app.mailbox.code_for(ANN)).await.status, 400);
    follow_link(&app, HOME, &token).await.expect(200);
}

#[tokio::test]
async fn a_valid_link_is_in_the_inbox_whenever_no_mail_is_sent() {
    let app = app();
    app.sign_up(ANN).await;
    // A stranger asks every minute from another network, for a day.
    for minute in 0..24 * 60 {
        let mails = app.mailbox.all().len();
        forgot(&app, &many_networks(minute)).await;
        if app.mailbox.all().len() == mails && minute % 97 == 0 {
            let id = app.mailbox.token_for(ANN).split_once('.').unwrap().0.to_owned();
            let now = edge_core::ports::Clock::now(&*app.clock).0;
            let ends = app
                .sql
                .column(&format!("SELECT link_expires_at FROM mailed_codes WHERE id = '{id}'"));
            assert!(ends[0].parse::<i64>().unwrap() > now, "in minute {minute}");
        }
        app.clock.advance(MINUTE);
    }
    let mails = app.mailbox.all().len() - 1;
    assert!((30..=34).contains(&mails), "{mails} mails in a day");
}

#[tokio::test]
async fn a_link_sets_a_new_password_once_within_an_hour() {
    let app = app();
    let session = app.sign_up(ANN).await;
    forgot(&app, HOME).await;
    let token = app.mailbox.token_for(ANN);
    let text = app.mailbox.all().pop().unwrap().text;
    let link = format!("https://chat.example.com/dashboard/reset-password#token={token}");
    assert!(text.contains(&link), "{text}");
    let refused = (400, "INVALID_OTP".to_owned(), Some("token".to_owned()));
    let forged = [
        String::new(),
        "x".into(),
        token.split_once('.').unwrap().0.into(),
        format!("{token}A"),
        token.chars().rev().collect(),
        format!("code_0000000000000000000000.{}", token.split_once('.').unwrap().1),
    ];
    for forged in forged {
        assert_eq!(follow_link(&app, HOME, &forged).await.refusal(), refused, "{forged}");
    }
    // A weak password uses nothing up.
    let weak = json!({ "token": token, "password": "short" });
    assert_eq!(post(&app, HOME, "reset-password", weak).await.status, 400);
    app.clock.advance(HOUR - MINUTE);
    follow_link(&app, "192.0.2.9", &token).await.expect(200);
    assert_eq!(follow_link(&app, HOME, &token).await.refusal(), refused);
    log_in(&app, NEW).await.expect(200);
    let me = app.get("/api/v1/auth/me").bearer(&session).send().await;
    assert_eq!(me.status, 401, "all sessions end");
    forgot(&app, HOME).await;
    let late = app.mailbox.token_for(ANN);
    app.clock.advance(HOUR + SECOND);
    assert_eq!(follow_link(&app, HOME, &late).await.refusal(), refused);
}

#[tokio::test]
async fn a_new_password_ends_all_other_codes_and_links() {
    let app = app();
    app.sign_up(ANN).await;
    forgot(&app, "192.0.2.1").await;
    let (code, token) = (app.mailbox.code_for(ANN), app.mailbox.token_for(ANN));
    forgot(&app, HOME).await;
    // Both are valid at once, and a mailed code proves as much wherever it was asked for.
    let newest = app.mailbox.code_for(ANN);
    reset(&app, HOME, &newest).await.expect(200);
    assert_eq!(reset(&app, "192.0.2.1", &code).await.status, 400);
    assert_eq!(follow_link(&app, "192.0.2.1", &token).await.status, 400);
}

#[tokio::test]
async fn what_a_new_password_needs_is_named() {
    let app = app();
    for (body, field) in [
        (json!({ "password": NEW }), "email"),
        (json!({ "email": ANN, "password": NEW }), "otp_code"),
        (json!({ "otp_code": "123456", "password": NEW }), "email"),
        (json!({ "token": "x" }), "password"),
        (json!({ "token": 7, "password": NEW }), "token"),
    ] {
        let answer = post(&app, HOME, "reset-password", body.clone()).await;
        let named = (400, "VALIDATION_ERROR".to_owned(), Some(field.to_owned()));
        assert_eq!(answer.refusal(), named, "{body}");
    }
}

#[tokio::test]
async fn mails_without_a_public_address_hold_no_link() {
    let app = TestApp::with_settings(&[("PUBLIC_URL", "")]);
    app.sign_up(ANN).await;
    forgot(&app, HOME).await;
    let text = app.mailbox.all().pop().unwrap().text;
    assert!(!text.contains("link") && !text.contains("token"), "{text}");
    reset(&app, HOME, &app.mailbox.code_for(ANN)).await.expect(200);
}
