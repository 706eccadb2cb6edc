//! Guessing codes: how many guesses count, and that nobody keeps an owner from confirming or from a new password.
use crate::harness::World;
use crate::harness::request::Answer;
use edge_model::time::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ANN: &str = "ann@example.com";
const HOME: &str = "203.0.113.5";
const NEW: &str = "a wholly new password";

fn world() -> World {
    World::with_settings(&[("PUBLIC_URL", "https://chat.example.com")])
}

async fn post(world: &World, from: &str, what: &str, body: Value) -> Answer {
    let call = world.post(&format!("/api/v1/auth/{what}"), body);
    call.header("cf-connecting-ip", from).send().await
}

async fn forgot(world: &World, from: &str) {
    post(world, from, "forgot-password", json!({ "email": ANN }))
        .await
        .expect(200);
}

async fn reset(world: &World, from: &str, code: &str) -> Answer {
    let body = json!({ "email": ANN, "otp_code": code, "password": NEW });
    post(world, from, "reset-password", body).await
}

async fn follow_link(world: &World, from: &str, token: &str) -> Answer {
    post(
        world,
        from,
        "reset-password",
        json!({ "token": token, "password": NEW }),
    )
    .await
}

async fn log_in(world: &World, password: &str) -> Answer {
    post(world, HOME, "login", json!({ "email": ANN, "password": password })).await
}

/// Returns a code that is none of those in Ann's mails.
fn guess(world: &World, number: u32) -> String {
    let mails: String = world.mailbox.all().iter().map(|it| it.text.clone()).collect();
    let mut guesses = (number..).map(|it| format!("{:06}", it * 7 % 1_000_000));
    guesses.find(|it| !mails.contains(it.as_str())).unwrap()
}

/// Sends wrong codes and returns how often each status was answered.
async fn attack(world: &World, what: &str, count: u32, network: impl Fn(u32) -> String) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for number in 0..count {
        let body = json!({ "email": ANN, "otp_code": guess(world, number), "password": NEW });
        let answer = post(world, &network(number), what, body).await;
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
fn compared(world: &World) -> u32 {
    world.sql.column("SELECT coalesce(sum(tries), 0) FROM code_tries")[0]
        .parse()
        .unwrap()
}

#[tokio::test]
async fn strangers_cannot_keep_an_owner_from_a_new_password() {
    let world = world();
    world.sign_up(ANN).await;
    let stranger = one_network(0);
    for _ in 0..3 {
        forgot(&world, &stranger).await;
        for number in 0..5 {
            assert_eq!(reset(&world, &stranger, &guess(&world, number)).await.status, 400);
        }
    }
    let before = world.mailbox.all().len();
    forgot(&world, HOME).await;
    assert_eq!(
        world.mailbox.all().len(),
        before + 1,
        "the stranger's mails do not count"
    );
    let code = world.mailbox.code_for(ANN);
    for number in 0..5 {
        reset(&world, &stranger, &guess(&world, number)).await;
    }
    reset(&world, HOME, &code).await.expect(200);
    log_in(&world, NEW).await.expect(200);
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
        let world = world();
        world.sign_up(ANN).await;
        let at_sign_up = compared(&world);
        forgot(&world, HOME).await;
        let (code, token) = (world.mailbox.code_for(ANN), world.mailbox.token_for(ANN));
        assert_eq!(attack(&world, "reset-password", 1_000, network).await, statuses);
        assert_eq!(compared(&world) - at_sign_up, most);
        // The owner notices nothing: the code is good, the next one too, and the link.
        reset(&world, HOME, &code).await.expect(200);
        assert_eq!(
            follow_link(&world, HOME, &token).await.status,
            400,
            "used with its code"
        );
        forgot(&world, HOME).await;
        reset(&world, HOME, &world.mailbox.code_for(ANN)).await.expect(200);
        forgot(&world, HOME).await;
        follow_link(&world, HOME, &world.mailbox.token_for(ANN))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn of_a_thousand_wrong_codes_for_a_sign_up_few_count() {
    let sign_up = json!({ "email": ANN, "password": "correct horse battery", "full_name": "Ann" });
    for network in [one_network as fn(u32) -> String, many_networks] {
        let world = world();
        let signed_up = post(&world, HOME, "signup", sign_up.clone()).await.expect(201);
        let code = world.mailbox.code_for(ANN);
        attack(&world, "verify-otp", 1_000, network).await;
        assert_eq!(compared(&world), 0, "no other network has this sign-up");
        let body = json!({ "email": ANN, "otp_code": code, "signup_id": signed_up["signup_id"] });
        post(&world, HOME, "verify-otp", body).await.expect(200);
    }
    // Who shares the owner's network uses up the network's tries, and not those of who holds the sign-up.
    let world = world();
    let signed_up = post(&world, HOME, "signup", sign_up).await.expect(201);
    let code = world.mailbox.code_for(ANN);
    attack(&world, "verify-otp", 100, |_| HOME.into()).await;
    assert_eq!(compared(&world), 5);
    let mut body = json!({ "email": ANN, "otp_code": code });
    assert_eq!(post(&world, HOME, "verify-otp", body.clone()).await.status, 400);
    body["signup_id"] = signed_up["signup_id"].clone();
    post(&world, HOME, "verify-otp", body).await.expect(200);
}

#[tokio::test]
async fn a_day_has_fewer_than_a_hundred_guesses_for_an_address() {
    let world = world();
    world.sign_up(ANN).await;
    let at_sign_up = compared(&world);
    for round in 0..12 {
        let own = format!("198.51.100.{round}");
        forgot(&world, &own).await;
        for number in 0..5 {
            reset(&world, &own, &guess(&world, number)).await;
        }
        for number in 0..30 {
            reset(&world, &many_networks(round * 30 + number), &guess(&world, number)).await;
        }
    }
    let guesses = compared(&world) - at_sign_up;
    assert!((80..100).contains(&guesses), "{guesses}");
    // Codes are over for the day, and the newest link in the inbox is not.
    world.clock.advance(30 * MINUTE);
    forgot(&world, HOME).await;
    let token = world.mailbox.token_for(ANN);
    assert_eq!(reset(&world, HOME, &world.mailbox.code_for(ANN)).await.status, 400);
    follow_link(&world, HOME, &token).await.expect(200);
}

#[tokio::test]
async fn a_valid_link_is_in_the_inbox_whenever_no_mail_is_sent() {
    let world = world();
    world.sign_up(ANN).await;
    // A stranger asks every minute from another network, for a day.
    for minute in 0..24 * 60 {
        let mails = world.mailbox.all().len();
        forgot(&world, &many_networks(minute)).await;
        if world.mailbox.all().len() == mails && minute % 97 == 0 {
            let id = world.mailbox.token_for(ANN).split_once('.').unwrap().0.to_owned();
            let now = edge_core::ports::Clock::now(&*world.clock).0;
            let ends = world
                .sql
                .column(&format!("SELECT link_expires_at FROM mailed_codes WHERE id = '{id}'"));
            assert!(ends[0].parse::<i64>().unwrap() > now, "in minute {minute}");
        }
        world.clock.advance(MINUTE);
    }
    let mails = world.mailbox.all().len() - 1;
    assert!((30..=34).contains(&mails), "{mails} mails in a day");
}

#[tokio::test]
async fn a_link_sets_a_new_password_once_within_an_hour() {
    let world = world();
    let session = world.sign_up(ANN).await;
    forgot(&world, HOME).await;
    let token = world.mailbox.token_for(ANN);
    let text = world.mailbox.all().pop().unwrap().text;
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
        assert_eq!(follow_link(&world, HOME, &forged).await.refusal(), refused, "{forged}");
    }
    // A weak password uses nothing up.
    let weak = json!({ "token": token, "password": "short" });
    assert_eq!(post(&world, HOME, "reset-password", weak).await.status, 400);
    world.clock.advance(HOUR - MINUTE);
    follow_link(&world, "192.0.2.9", &token).await.expect(200);
    assert_eq!(follow_link(&world, HOME, &token).await.refusal(), refused);
    log_in(&world, NEW).await.expect(200);
    let me = world.get("/api/v1/auth/me").bearer(&session).send().await;
    assert_eq!(me.status, 401, "all sessions end");
    forgot(&world, HOME).await;
    let late = world.mailbox.token_for(ANN);
    world.clock.advance(HOUR + SECOND);
    assert_eq!(follow_link(&world, HOME, &late).await.refusal(), refused);
}

#[tokio::test]
async fn a_new_password_ends_all_other_codes_and_links() {
    let world = world();
    world.sign_up(ANN).await;
    forgot(&world, "192.0.2.1").await;
    let (code, token) = (world.mailbox.code_for(ANN), world.mailbox.token_for(ANN));
    forgot(&world, HOME).await;
    // Both are valid at once, and a mailed code proves as much wherever it was asked for.
    let newest = world.mailbox.code_for(ANN);
    reset(&world, HOME, &newest).await.expect(200);
    assert_eq!(reset(&world, "192.0.2.1", &code).await.status, 400);
    assert_eq!(follow_link(&world, "192.0.2.1", &token).await.status, 400);
}

#[tokio::test]
async fn what_a_new_password_needs_is_named() {
    let world = world();
    for (body, field) in [
        (json!({ "password": NEW }), "email"),
        (json!({ "email": ANN, "password": NEW }), "otp_code"),
        (json!({ "otp_code": "123456", "password": NEW }), "email"),
        (json!({ "token": "x" }), "password"),
        (json!({ "token": 7, "password": NEW }), "token"),
    ] {
        let answer = post(&world, HOME, "reset-password", body.clone()).await;
        let named = (400, "VALIDATION_ERROR".to_owned(), Some(field.to_owned()));
        assert_eq!(answer.refusal(), named, "{body}");
    }
}

#[tokio::test]
async fn mails_without_a_public_address_hold_no_link() {
    let world = World::with_settings(&[("PUBLIC_URL", "")]);
    world.sign_up(ANN).await;
    forgot(&world, HOME).await;
    let text = world.mailbox.all().pop().unwrap().text;
    assert!(!text.contains("link") && !text.contains("token"), "{text}");
    reset(&world, HOME, &world.mailbox.code_for(ANN)).await.expect(200);
}
