//! Sign-ups: a code confirms the sign-up that it was mailed for, and nobody else's password.
use crate::harness::World;
use crate::harness::request::Answer;
use edge_model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

const EMAIL: &str = "victim@example.com";
const OWN: &str = "correct horse battery";
const FOREIGN: &str = "a password of somebody else";
const HOME: &str = "203.0.113.5";
const AWAY: &str = "198.51.100.1";

async fn post(world: &World, from: &str, what: &str, body: Value) -> Answer {
    let call = world.post(&format!("/api/v1/auth/{what}"), body);
    call.header("cf-connecting-ip", from).send().await
}

/// Signs up and returns the id of the sign-up.
async fn sign_up(world: &World, from: &str, password: &str) -> Value {
    let body = json!({ "email": EMAIL, "password": password, "full_name": password });
    post(world, from, "signup", body).await.expect(201)["signup_id"].clone()
}

async fn verify(world: &World, from: &str, code: &str, id: Option<&Value>) -> Answer {
    let mut body = json!({ "email": EMAIL, "otp_code": code });
    if let Some(id) = id {
        body["signup_id"] = id.clone();
    }
    post(world, from, "verify-otp", body).await
}

async fn log_in(world: &World, from: &str, password: &str) -> Answer {
    let body = json!({ "email": EMAIL, "password": password });
    post(world, from, "login", body).await
}

fn mails(world: &World) -> usize {
    world.mailbox.all().iter().filter(|it| it.to == EMAIL).count()
}

fn wrong() -> (u16, String, Option<String>) {
    (400, "INVALID_OTP".into(), Some("otp_code".into()))
}

#[tokio::test]
async fn earlier_sign_ups_of_a_stranger_do_not_set_the_password() {
    let world = World::new();
    for _ in 0..3 {
        sign_up(&world, AWAY, FOREIGN).await;
    }
    sign_up(&world, HOME, OWN).await;
    assert_eq!(mails(&world), 4, "the stranger's mails do not count against the owner");
    let confirmed = verify(&world, HOME, &world.mailbox.code_for(EMAIL), None)
        .await
        .expect(200);
    assert_eq!(confirmed["user"]["full_name"], OWN);
    assert_eq!(
        log_in(&world, AWAY, FOREIGN).await.status,
        403,
        "a sign-up that nobody can confirm"
    );
    assert_eq!(log_in(&world, HOME, FOREIGN).await.status, 401);
    log_in(&world, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn a_code_of_another_sign_up_is_refused() {
    let world = World::new();
    let id = sign_up(&world, HOME, OWN).await;
    let own = world.mailbox.code_for(EMAIL);
    sign_up(&world, AWAY, FOREIGN).await;
    let foreign = world.mailbox.code_for(EMAIL);
    assert_ne!(own, foreign);
    assert_eq!(verify(&world, HOME, &foreign, None).await.refusal(), wrong());
    assert_eq!(verify(&world, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    // Another network has no sign-up of its own, and an id that is not known names none.
    assert_eq!(verify(&world, "192.0.2.77", &own, None).await.refusal(), wrong());
    let unknown = json!("signup_0000000000000000000000");
    assert_eq!(verify(&world, HOME, &own, Some(&unknown)).await.refusal(), wrong());
    // The id is as good elsewhere as at home.
    verify(&world, "192.0.2.77", &own, Some(&id)).await.expect(200);
    log_in(&world, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn a_code_of_a_neighbor_does_not_confirm_with_an_id() {
    let world = World::new();
    let id = sign_up(&world, HOME, OWN).await;
    let own = world.mailbox.code_for(EMAIL);
    sign_up(&world, HOME, FOREIGN).await;
    let foreign = world.mailbox.code_for(EMAIL);
    assert_eq!(verify(&world, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    verify(&world, HOME, &own, Some(&id)).await.expect(200);
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.status, 401);
}

#[tokio::test]
async fn a_sign_up_that_causes_no_mail_takes_no_older_code() {
    let world = World::new();
    let mut answers = vec![];
    for _ in 0..3 {
        answers.push(sign_up(&world, HOME, FOREIGN).await);
    }
    let foreign = world.mailbox.code_for(EMAIL);
    let id = sign_up(&world, HOME, OWN).await;
    assert_eq!(mails(&world), 3);
    assert_eq!(verify(&world, HOME, &foreign, None).await.refusal(), wrong());
    assert_eq!(verify(&world, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    // From other networks a code comes for it.
    let body = json!({ "email": EMAIL, "signup_id": id });
    post(&world, AWAY, "resend-otp", body).await.expect(200);
    verify(&world, HOME, &world.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
    log_in(&world, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn of_two_sign_ups_at_once_the_confirmed_one_ends_the_other() {
    let world = World::new();
    let (own, foreign) = tokio::join!(sign_up(&world, HOME, OWN), sign_up(&world, AWAY, FOREIGN));
    assert_ne!(own, foreign);
    assert_eq!(world.sql.column("SELECT id FROM sign_ups").len(), 2);
    assert_eq!(mails(&world), 2);
    let codes: Vec<_> = world.mailbox.all().iter().map(|it| it.text.clone()).collect();
    let code_in = |text: &str| {
        text.lines()
            .find(|it| it.len() == 6 && it.parse::<u32>().is_ok())
            .unwrap()
            .to_owned()
    };
    let mut confirmed = 0;
    for code in codes.iter().map(|it| code_in(it)) {
        confirmed += usize::from(verify(&world, HOME, &code, Some(&own)).await.status == 200);
    }
    assert_eq!(confirmed, 1);
    for code in codes.iter().map(|it| code_in(it)) {
        assert_eq!(verify(&world, AWAY, &code, Some(&foreign)).await.refusal(), wrong());
    }
    let body = json!({ "email": EMAIL, "signup_id": foreign });
    post(&world, AWAY, "resend-otp", body).await.expect(200);
    assert_eq!(mails(&world), 2);
    log_in(&world, HOME, OWN).await.expect(200);
    assert_eq!(log_in(&world, HOME, FOREIGN).await.status, 401);
    // Its password is still told to be unconfirmed, as if nothing had happened, until its day is over.
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.status, 403);
    world.clock.advance(DAY);
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.status, 401);
    log_in(&world, AWAY, OWN).await.expect(200);
}

#[tokio::test]
async fn who_knows_a_waiting_password_is_told_to_confirm() {
    let world = World::new();
    sign_up(&world, HOME, OWN).await;
    sign_up(&world, AWAY, FOREIGN).await;
    let unconfirmed = (403, "EMAIL_NOT_VERIFIED".to_owned(), None);
    assert_eq!(log_in(&world, HOME, OWN).await.refusal(), unconfirmed);
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.refusal(), unconfirmed);
    // Neither learns of the other.
    assert_eq!(log_in(&world, HOME, FOREIGN).await.status, 401);
    assert_eq!(log_in(&world, AWAY, OWN).await.status, 401);
    let stranger = log_in(&world, "192.0.2.1", "no password of theirs").await;
    let body = json!({ "email": "nobody@example.com", "password": "no password of theirs" });
    let unknown = post(&world, "192.0.2.1", "login", body).await;
    assert_eq!((stranger.status, stranger.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn signing_in_after_a_sign_up_tells_nothing_of_the_address() {
    let world = World::new();
    sign_up(&world, HOME, OWN).await;
    verify(&world, HOME, &world.mailbox.code_for(EMAIL), None)
        .await
        .expect(200);
    sign_up(&world, AWAY, FOREIGN).await;
    let known = log_in(&world, AWAY, FOREIGN).await;
    let body = json!({ "email": "nobody@example.com", "password": FOREIGN, "full_name": "X" });
    post(&world, AWAY, "signup", body.clone()).await.expect(201);
    let unknown = post(&world, AWAY, "login", body).await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    assert_eq!(known.status, 403);
    log_in(&world, AWAY, OWN).await.expect(200);
    assert_eq!(world.sql.column("SELECT full_name FROM accounts"), [OWN]);
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_confirmed_sign_up() {
    let world = World::new();
    let owner = world.owner("owner@example.com").await;
    sign_up(&world, AWAY, FOREIGN).await;
    let body = json!({ "email": EMAIL, "role": "ADMIN" });
    owner.post(&world, "/invitations", body).await.expect(201);
    sign_up(&world, HOME, OWN).await;
    let code = world.mailbox.code_for(EMAIL);
    // The stranger has nothing to accept with.
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.status, 403);
    let verified = verify(&world, HOME, &code, None).await.expect(200);
    let token = verified["access_token"].as_str().unwrap();
    let received = world.get("/api/v1/invitations").bearer(token).send().await.expect(200);
    let id = received["invitations"][0]["id"].as_str().unwrap();
    let accept = world.post(&format!("/api/v1/invitations/{id}/accept"), json!({}));
    accept.bearer(token).send().await.expect(200);
    assert_eq!(log_in(&world, AWAY, FOREIGN).await.status, 403);
}

#[tokio::test]
async fn codes_are_sent_again_to_the_holder_of_a_sign_up() {
    let world = World::new();
    let id = sign_up(&world, HOME, OWN).await;
    let email_only = json!({ "email": EMAIL });
    post(&world, AWAY, "resend-otp", email_only.clone()).await.expect(200);
    assert_eq!(mails(&world), 1, "no sign-up of that network waits");
    post(&world, AWAY, "resend-otp", json!({ "email": EMAIL, "signup_id": id }))
        .await
        .expect(200);
    let replaced = world.mailbox.code_for(EMAIL);
    post(&world, HOME, "resend-otp", email_only).await.expect(200);
    assert_eq!(mails(&world), 3);
    assert_eq!(verify(&world, HOME, &replaced, Some(&id)).await.refusal(), wrong());
    verify(&world, HOME, &world.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
}

#[tokio::test]
async fn one_address_gets_ten_mails_a_day_and_then_one_an_hour() {
    let world = World::new();
    for number in 0..15 {
        sign_up(&world, &format!("198.51.{number}.1"), FOREIGN).await;
    }
    assert_eq!(mails(&world), 10);
    world.clock.advance(HOUR + MINUTE);
    for number in 0..3 {
        sign_up(&world, &format!("203.0.113.{number}"), FOREIGN).await;
    }
    assert_eq!(mails(&world), 11);
    world.clock.advance(DAY);
    sign_up(&world, HOME, OWN).await;
    assert_eq!(mails(&world), 12);
}

#[tokio::test]
async fn one_block_of_networks_leaves_mails_to_the_owner() {
    for blocks in [
        &["2001:db8:1"][..],
        &["2001:db8:1", "2001:db8:2", "2001:db8:3"],
        &["2001:db8:1", "198.51"],
    ] {
        let world = World::new();
        for block in blocks {
            for number in 0..12 {
                let from = match block.contains(':') {
                    true => format!("{block}:{}::1", number / 3),
                    false => format!("{block}.100.{number}"),
                };
                sign_up(&world, &from, FOREIGN).await;
            }
        }
        let strangers = mails(&world);
        assert_eq!(strangers, (3 * blocks.len()).min(7), "{blocks:?}");
        sign_up(&world, HOME, OWN).await;
        assert_eq!(mails(&world), strangers + 1, "{blocks:?}");
        verify(&world, HOME, &world.mailbox.code_for(EMAIL), None)
            .await
            .expect(200);
        log_in(&world, HOME, OWN).await.expect(200);
    }
}

#[tokio::test]
async fn a_code_of_a_neighbor_does_not_confirm_without_an_id() {
    for is_stranger_last in [true, false] {
        let world = World::new();
        if is_stranger_last {
            sign_up(&world, HOME, OWN).await;
            sign_up(&world, HOME, FOREIGN).await;
        } else {
            sign_up(&world, HOME, FOREIGN).await;
            sign_up(&world, HOME, OWN).await;
        }
        let newest = world.mailbox.code_for(EMAIL);
        let refused = verify(&world, HOME, &newest, None).await;
        assert_eq!(refused.refusal(), wrong());
        assert!(refused.text().contains("signup_id"), "{}", refused.text());
        // Nor is another code mailed for one of them.
        let body = json!({ "email": EMAIL });
        post(&world, HOME, "resend-otp", body).await.expect(200);
        assert_eq!(mails(&world), 2);
        // Once the codes are over, signing up again is the only one.
        world.clock.advance(11 * MINUTE);
        sign_up(&world, HOME, OWN).await;
        verify(&world, HOME, &world.mailbox.code_for(EMAIL), None)
            .await
            .expect(200);
        log_in(&world, HOME, OWN).await.expect(200);
        assert_ne!(log_in(&world, HOME, FOREIGN).await.status, 200);
    }
}

#[tokio::test]
async fn a_wrong_code_tells_nothing_of_a_neighbors_sign_up() {
    let world = World::new();
    sign_up(&world, HOME, FOREIGN).await;
    let alone = verify(&world, HOME, "000000", None).await;
    sign_up(&world, HOME, OWN).await;
    let with_neighbor = verify(&world, HOME, "000000", None).await;
    assert_eq!(
        (alone.status, alone.text()),
        (with_neighbor.status, with_neighbor.text())
    );
}

#[tokio::test]
async fn who_signs_up_twice_with_one_password_gets_in() {
    for is_id_sent in [false, true] {
        let world = World::new();
        let first = sign_up(&world, HOME, OWN).await;
        let code_of_first = world.mailbox.code_for(EMAIL);
        sign_up(&world, HOME, OWN).await;
        let newest = world.mailbox.code_for(EMAIL);
        let answer = match is_id_sent {
            true => verify(&world, HOME, &code_of_first, Some(&first)).await,
            false => verify(&world, HOME, &newest, None).await,
        };
        answer.expect(200);
        log_in(&world, HOME, OWN).await.expect(200);
    }
}

#[tokio::test]
async fn a_repeated_sign_up_beyond_the_limit_takes_the_code_before() {
    let world = World::new();
    for _ in 0..5 {
        sign_up(&world, HOME, OWN).await;
    }
    assert_eq!(mails(&world), 3);
    verify(&world, HOME, &world.mailbox.code_for(EMAIL), None)
        .await
        .expect(200);
    log_in(&world, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn one_network_causes_twenty_mails_an_hour_to_strangers() {
    let world = World::new();
    let known = world.sign_up("known@example.com").await;
    assert!(!known.is_empty());
    let before = world.mailbox.all().len();
    let mut answers = vec![];
    for number in 0..24 {
        let body = json!({ "email": format!("guest{number}@example.com"), "password": OWN, "full_name": "X" });
        let answer = post(&world, AWAY, "signup", body).await;
        assert_eq!(answer.expect(201)["expires_in_minutes"], 10);
        answers.push(answer.status);
    }
    assert_eq!(world.mailbox.all().len() - before, 20);
    for what in ["forgot-password", "resend-otp"] {
        let body = json!({ "email": "known@example.com" });
        post(&world, AWAY, what, body).await.expect(200);
    }
    assert_eq!(world.mailbox.all().len() - before, 20);
    // Others are not affected, and an hour later it is not either.
    post(&world, HOME, "forgot-password", json!({ "email": "known@example.com" }))
        .await
        .expect(200);
    assert_eq!(world.mailbox.all().len() - before, 21);
    world.clock.advance(HOUR);
    post(&world, AWAY, "forgot-password", json!({ "email": "known@example.com" }))
        .await
        .expect(200);
    assert_eq!(world.mailbox.all().len() - before, 22);
}

#[tokio::test]
async fn spellings_of_one_mailbox_are_counted_together() {
    let world = World::new();
    let spellings = [
        "victim@gmail.com",
        "vic.tim@gmail.com",
        "victim+1@gmail.com",
        "v.ictim+2@googlemail.com",
    ];
    for email in spellings.iter().chain(&["victim+3@gmail.com", "victim+4@gmail.com"]) {
        let body = json!({ "email": email, "password": OWN, "full_name": "X" });
        post(&world, AWAY, "signup", body).await.expect(201);
    }
    let to: Vec<_> = world.mailbox.all().iter().map(|it| it.to.clone()).collect();
    assert_eq!(to, spellings[..3], "each to the address as it was written");
    // They are different accounts all the same.
    for email in &spellings[..3] {
        let body = json!({ "email": email, "otp_code": world.mailbox.code_for(email) });
        post(&world, AWAY, "verify-otp", body).await.expect(200);
    }
    assert_eq!(world.sql.column("SELECT email FROM accounts ORDER BY email").len(), 3);
}

#[tokio::test]
async fn a_stranger_cannot_fill_the_table_of_sign_ups() {
    let world = World::new();
    for _ in 0..20 {
        sign_up(&world, AWAY, FOREIGN).await;
    }
    assert_eq!(
        world.sql.column("SELECT id FROM sign_ups").len(),
        4,
        "three with a mail and the newest"
    );
}

#[tokio::test]
async fn a_sign_up_waits_for_a_day() {
    let world = World::new();
    let id = sign_up(&world, HOME, OWN).await;
    world.clock.advance(DAY - HOUR);
    let body = json!({ "email": EMAIL, "signup_id": id });
    post(&world, HOME, "resend-otp", body.clone()).await.expect(200);
    assert_eq!(mails(&world), 2);
    world.clock.advance(HOUR);
    post(&world, HOME, "resend-otp", body).await.expect(200);
    assert_eq!(mails(&world), 2);
    assert_eq!(log_in(&world, HOME, OWN).await.status, 401);
}

#[tokio::test]
async fn an_unconfirmed_account_of_an_old_release_signs_up_again() {
    let world = World::new();
    world.sql.execute(
        "INSERT INTO accounts VALUES ('user_old', ?1, 'Old', '$argon2id$', NULL, ?2)",
        &[&EMAIL, &crate::harness::START],
    );
    let id = sign_up(&world, HOME, OWN).await;
    verify(&world, HOME, &world.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
    log_in(&world, HOME, OWN).await.expect(200);
    assert_eq!(world.sql.column("SELECT full_name FROM accounts"), [OWN]);
}
