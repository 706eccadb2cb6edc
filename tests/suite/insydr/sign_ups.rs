//! Sign-ups: a code confirms the sign-up that it was mailed for, and no other one's password.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use edge_model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

const EMAIL: &str = "victim@example.com";
const OWN: &str = "correct horse battery";
const FOREIGN: &str = "a password of somebody else";
const HOME: &str = "203.0.113.5";
const AWAY: &str = "198.51.100.1";

async fn post(app: &TestApp, from: &str, what: &str, body: Value) -> Answer {
    let call = app.post(&format!("/api/v1/auth/{what}"), body);
    call.header("cf-connecting-ip", from).send().await
}

/// Signs up and returns the id of the sign-up.
async fn sign_up(app: &TestApp, from: &str, password: &str) -> Value {
    let body = json!({ "email": EMAIL, "password": password, "full_name": password });
    post(app, from, "signup", body).await.expect(201)["signup_id"].clone()
}

async fn verify(app: &TestApp, from: &str, code: &str, id: Option<&Value>) -> Answer {
    let mut body = json!({ "email": EMAIL, "otp_code": code });
    if let Some(id) = id {
        body["signup_id"] = id.clone();
    }
    post(app, from, "verify-otp", body).await
}

async fn log_in(app: &TestApp, from: &str, password: &str) -> Answer {
    let body = json!({ "email": EMAIL, "password": password });
    post(app, from, "login", body).await
}

fn mails(app: &TestApp) -> usize {
    app.mailbox.all().iter().filter(|it| it.to == EMAIL).count()
}

fn wrong() -> (u16, String, Option<String>) {
    (400, "INVALID_OTP".into(), Some("otp_code".into()))
}

#[tokio::test]
async fn earlier_sign_ups_of_a_stranger_do_not_set_the_password() {
    let app = TestApp::new();
    for _ in 0..3 {
        sign_up(&app, AWAY, FOREIGN).await;
    }
    sign_up(&app, HOME, OWN).await;
    assert_eq!(mails(&app), 4, "the stranger's mails do not count against the owner");
    let confirmed = verify(&app, HOME, &app.mailbox.code_for(EMAIL), None).await.expect(200);
    assert_eq!(confirmed["user"]["full_name"], OWN);
    assert_eq!(
        log_in(&app, AWAY, FOREIGN).await.status,
        403,
        "a sign-up that nobody can confirm"
    );
    assert_eq!(log_in(&app, HOME, FOREIGN).await.status, 401);
    log_in(&app, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn a_code_of_another_sign_up_is_refused() {
    let app = TestApp::new();
    let id = sign_up(&app, HOME, OWN).await;
    let own = app.mailbox.code_for(EMAIL);
    sign_up(&app, AWAY, FOREIGN).await;
    let foreign = app.mailbox.code_for(EMAIL);
    assert_ne!(own, foreign);
    assert_eq!(verify(&app, HOME, &foreign, None).await.refusal(), wrong());
    assert_eq!(verify(&app, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    // Another network has no sign-up of its own, and an id that is not known names none.
    assert_eq!(verify(&app, "192.0.2.77", &own, None).await.refusal(), wrong());
    let unknown = json!("signup_0000000000000000000000");
    assert_eq!(verify(&app, HOME, &own, Some(&unknown)).await.refusal(), wrong());
    // The id is as good elsewhere as at home.
    verify(&app, "192.0.2.77", &own, Some(&id)).await.expect(200);
    log_in(&app, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn a_code_of_a_neighbor_does_not_confirm_with_an_id() {
    let app = TestApp::new();
    let id = sign_up(&app, HOME, OWN).await;
    let own = app.mailbox.code_for(EMAIL);
    sign_up(&app, HOME, FOREIGN).await;
    let foreign = app.mailbox.code_for(EMAIL);
    assert_eq!(verify(&app, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    verify(&app, HOME, &own, Some(&id)).await.expect(200);
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.status, 401);
}

#[tokio::test]
async fn a_sign_up_that_causes_no_mail_takes_no_older_code() {
    let app = TestApp::new();
    let mut answers = vec![];
    for _ in 0..3 {
        answers.push(sign_up(&app, HOME, FOREIGN).await);
    }
    let foreign = app.mailbox.code_for(EMAIL);
    let id = sign_up(&app, HOME, OWN).await;
    assert_eq!(mails(&app), 3);
    assert_eq!(verify(&app, HOME, &foreign, None).await.refusal(), wrong());
    assert_eq!(verify(&app, HOME, &foreign, Some(&id)).await.refusal(), wrong());
    // From other networks a code comes for it.
    let body = json!({ "email": EMAIL, "signup_id": id });
    post(&app, AWAY, "resend-otp", body).await.expect(200);
    verify(&app, HOME, &app.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
    log_in(&app, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn of_two_sign_ups_at_once_the_confirmed_one_ends_the_other() {
    let app = TestApp::new();
    let (own, foreign) = tokio::join!(sign_up(&app, HOME, OWN), sign_up(&app, AWAY, FOREIGN));
    assert_ne!(own, foreign);
    assert_eq!(app.sql.column("SELECT id FROM sign_ups").len(), 2);
    assert_eq!(mails(&app), 2);
    let codes: Vec<_> = app.mailbox.all().iter().map(|it| it.text.clone()).collect();
    let code_in = |text: &str| {
        text.lines()
            .find(|it| it.len() == 6 && it.parse::<u32>().is_ok())
            .unwrap()
            .to_owned()
    };
    let mut confirmed = 0;
    for code in codes.iter().map(|it| code_in(it)) {
        confirmed += usize::from(verify(&app, HOME, &code, Some(&own)).await.status == 200);
    }
    assert_eq!(confirmed, 1);
    for code in codes.iter().map(|it| code_in(it)) {
        assert_eq!(verify(&app, AWAY, &code, Some(&foreign)).await.refusal(), wrong());
    }
    let body = json!({ "email": EMAIL, "signup_id": foreign });
    post(&app, AWAY, "resend-otp", body).await.expect(200);
    assert_eq!(mails(&app), 2);
    log_in(&app, HOME, OWN).await.expect(200);
    assert_eq!(log_in(&app, HOME, FOREIGN).await.status, 401);
    // Its password is still told to be unconfirmed, as if nothing had happened, until its day is over.
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.status, 403);
    app.clock.advance(DAY);
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.status, 401);
    log_in(&app, AWAY, OWN).await.expect(200);
}

#[tokio::test]
async fn who_knows_a_waiting_password_is_told_to_confirm() {
    let app = TestApp::new();
    sign_up(&app, HOME, OWN).await;
    sign_up(&app, AWAY, FOREIGN).await;
    let unconfirmed = (403, "EMAIL_NOT_VERIFIED".to_owned(), None);
    assert_eq!(log_in(&app, HOME, OWN).await.refusal(), unconfirmed);
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.refusal(), unconfirmed);
    // Neither learns of the other.
    assert_eq!(log_in(&app, HOME, FOREIGN).await.status, 401);
    assert_eq!(log_in(&app, AWAY, OWN).await.status, 401);
    let stranger = log_in(&app, "192.0.2.1", "no password of theirs").await;
    let body = json!({ "email": "nobody@example.com", "password": "no password of theirs" });
    let unknown = post(&app, "192.0.2.1", "login", body).await;
    assert_eq!((stranger.status, stranger.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn signing_in_after_a_sign_up_tells_nothing_of_the_address() {
    let app = TestApp::new();
    sign_up(&app, HOME, OWN).await;
    verify(&app, HOME, &app.mailbox.code_for(EMAIL), None).await.expect(200);
    sign_up(&app, AWAY, FOREIGN).await;
    let known = log_in(&app, AWAY, FOREIGN).await;
    let body = json!({ "email": "nobody@example.com", "password": FOREIGN, "full_name": "X" });
    post(&app, AWAY, "signup", body.clone()).await.expect(201);
    let unknown = post(&app, AWAY, "login", body).await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    assert_eq!(known.status, 403);
    log_in(&app, AWAY, OWN).await.expect(200);
    assert_eq!(app.sql.column("SELECT full_name FROM accounts"), [OWN]);
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_confirmed_sign_up() {
    let app = TestApp::new();
    let owner = app.owner("owner@example.com").await;
    sign_up(&app, AWAY, FOREIGN).await;
    let body = json!({ "email": EMAIL, "role": "ADMIN" });
    owner.post(&app, "/invitations", body).await.expect(201);
    sign_up(&app, HOME, OWN).await;
    let code = app.mailbox.code_for(EMAIL);
    // The stranger has nothing to accept with.
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.status, 403);
    let verified = verify(&app, HOME, &code, None).await.expect(200);
    let token = verified["access_token"].as_str().unwrap();
    let received = app.get("/api/v1/invitations").bearer(token).send().await.expect(200);
    let id = received["invitations"][0]["id"].as_str().unwrap();
    let accept = app.post(&format!("/api/v1/invitations/{id}/accept"), json!({}));
    accept.bearer(token).send().await.expect(200);
    assert_eq!(log_in(&app, AWAY, FOREIGN).await.status, 403);
}

#[tokio::test]
async fn codes_are_sent_again_to_the_holder_of_a_sign_up() {
    let app = TestApp::new();
    let id = sign_up(&app, HOME, OWN).await;
    let email_only = json!({ "email": EMAIL });
    post(&app, AWAY, "resend-otp", email_only.clone()).await.expect(200);
    assert_eq!(mails(&app), 1, "no sign-up of that network waits");
    post(&app, AWAY, "resend-otp", json!({ "email": EMAIL, "signup_id": id }))
        .await
        .expect(200);
    let replaced = app.mailbox.code_for(EMAIL);
    post(&app, HOME, "resend-otp", email_only).await.expect(200);
    assert_eq!(mails(&app), 3);
    assert_eq!(verify(&app, HOME, &replaced, Some(&id)).await.refusal(), wrong());
    verify(&app, HOME, &app.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
}

#[tokio::test]
async fn one_address_gets_ten_mails_a_day_and_then_one_an_hour() {
    let app = TestApp::new();
    for number in 0..15 {
        sign_up(&app, &format!("198.51.{number}.1"), FOREIGN).await;
    }
    assert_eq!(mails(&app), 10);
    app.clock.advance(HOUR + MINUTE);
    for number in 0..3 {
        sign_up(&app, &format!("203.0.113.{number}"), FOREIGN).await;
    }
    assert_eq!(mails(&app), 11);
    app.clock.advance(DAY);
    sign_up(&app, HOME, OWN).await;
    assert_eq!(mails(&app), 12);
}

#[tokio::test]
async fn one_block_of_networks_leaves_mails_to_the_owner() {
    for blocks in [
        &["2001:db8:1"][..],
        &["2001:db8:1", "2001:db8:2", "2001:db8:3"],
        &["2001:db8:1", "198.51"],
    ] {
        let app = TestApp::new();
        for block in blocks {
            for number in 0..12 {
                let from = match block.contains(':') {
                    true => format!("{block}:{}::1", number / 3),
                    false => format!("{block}.100.{number}"),
                };
                sign_up(&app, &from, FOREIGN).await;
            }
        }
        let strangers = mails(&app);
        assert_eq!(strangers, (3 * blocks.len()).min(7), "{blocks:?}");
        sign_up(&app, HOME, OWN).await;
        assert_eq!(mails(&app), strangers + 1, "{blocks:?}");
        verify(&app, HOME, &app.mailbox.code_for(EMAIL), None).await.expect(200);
        log_in(&app, HOME, OWN).await.expect(200);
    }
}

#[tokio::test]
async fn a_code_of_a_neighbor_does_not_confirm_without_an_id() {
    for is_stranger_last in [true, false] {
        let app = TestApp::new();
        if is_stranger_last {
            sign_up(&app, HOME, OWN).await;
            sign_up(&app, HOME, FOREIGN).await;
        } else {
            sign_up(&app, HOME, FOREIGN).await;
            sign_up(&app, HOME, OWN).await;
        }
        let newest = app.mailbox.code_for(EMAIL);
        let refused = verify(&app, HOME, &newest, None).await;
        assert_eq!(refused.refusal(), wrong());
        assert!(refused.text().contains("signup_id"), "{}", refused.text());
        // Nor is another code mailed for one of them.
        let body = json!({ "email": EMAIL });
        post(&app, HOME, "resend-otp", body).await.expect(200);
        assert_eq!(mails(&app), 2);
        // Once the codes are over, signing up again is the only one.
        app.clock.advance(11 * MINUTE);
        sign_up(&app, HOME, OWN).await;
        verify(&app, HOME, &app.mailbox.code_for(EMAIL), None).await.expect(200);
        log_in(&app, HOME, OWN).await.expect(200);
        assert_ne!(log_in(&app, HOME, FOREIGN).await.status, 200);
    }
}

#[tokio::test]
async fn a_wrong_code_tells_nothing_of_a_neighbors_sign_up() {
    let app = TestApp::new();
    sign_up(&app, HOME, FOREIGN).await;
    let alone = verify(&app, HOME, "000000", None).await;
    sign_up(&app, HOME, OWN).await;
    let with_neighbor = verify(&app, HOME, "000000", None).await;
    assert_eq!(
        (alone.status, alone.text()),
        (with_neighbor.status, with_neighbor.text())
    );
}

#[tokio::test]
async fn who_signs_up_twice_with_one_password_gets_in() {
    for is_id_sent in [false, true] {
        let app = TestApp::new();
        let first = sign_up(&app, HOME, OWN).await;
        let code_of_first = app.mailbox.code_for(EMAIL);
        sign_up(&app, HOME, OWN).await;
        let newest = app.mailbox.code_for(EMAIL);
        let answer = match is_id_sent {
            true => verify(&app, HOME, &code_of_first, Some(&first)).await,
            false => verify(&app, HOME, &newest, None).await,
        };
        answer.expect(200);
        log_in(&app, HOME, OWN).await.expect(200);
    }
}

#[tokio::test]
async fn a_repeated_sign_up_beyond_the_limit_takes_the_code_before() {
    let app = TestApp::new();
    for _ in 0..5 {
        sign_up(&app, HOME, OWN).await;
    }
    assert_eq!(mails(&app), 3);
    verify(&app, HOME, &app.mailbox.code_for(EMAIL), None).await.expect(200);
    log_in(&app, HOME, OWN).await.expect(200);
}

#[tokio::test]
async fn one_network_causes_twenty_mails_an_hour_to_strangers() {
    let app = TestApp::new();
    let known = app.sign_up("known@example.com").await;
    assert!(!known.is_empty());
    let before = app.mailbox.all().len();
    let mut answers = vec![];
    for number in 0..24 {
        let body = json!({ "email": format!("guest{number}@example.com"), "password": OWN, "full_name": "X" });
        let answer = post(&app, AWAY, "signup", body).await;
        assert_eq!(answer.expect(201)["expires_in_minutes"], 10);
        answers.push(answer.status);
    }
    assert_eq!(app.mailbox.all().len() - before, 20);
    for what in ["forgot-password", "resend-otp"] {
        let body = json!({ "email": "known@example.com" });
        post(&app, AWAY, what, body).await.expect(200);
    }
    assert_eq!(app.mailbox.all().len() - before, 20);
    // Others are not affected, and an hour later it is not either.
    post(&app, HOME, "forgot-password", json!({ "email": "known@example.com" }))
        .await
        .expect(200);
    assert_eq!(app.mailbox.all().len() - before, 21);
    app.clock.advance(HOUR);
    post(&app, AWAY, "forgot-password", json!({ "email": "known@example.com" }))
        .await
        .expect(200);
    assert_eq!(app.mailbox.all().len() - before, 22);
}

#[tokio::test]
async fn spellings_of_one_mailbox_are_counted_together() {
    let app = TestApp::new();
    let spellings = [
        "victim@gmail.com",
        "vic.tim@gmail.com",
        "victim+1@gmail.com",
        "v.ictim+2@googlemail.com",
    ];
    for email in spellings.iter().chain(&["victim+3@gmail.com", "victim+4@gmail.com"]) {
        let body = json!({ "email": email, "password": OWN, "full_name": "X" });
        post(&app, AWAY, "signup", body).await.expect(201);
    }
    let to: Vec<_> = app.mailbox.all().iter().map(|it| it.to.clone()).collect();
    assert_eq!(to, spellings[..3], "each to the address as it was written");
    // They are different accounts all the same.
    for email in &spellings[..3] {
        let body = json!({ "email": email, "otp_code": app.mailbox.code_for(email) });
        post(&app, AWAY, "verify-otp", body).await.expect(200);
    }
    assert_eq!(app.sql.column("SELECT email FROM accounts ORDER BY email").len(), 3);
}

#[tokio::test]
async fn a_stranger_cannot_fill_the_table_of_sign_ups() {
    let app = TestApp::new();
    for _ in 0..20 {
        sign_up(&app, AWAY, FOREIGN).await;
    }
    assert_eq!(
        app.sql.column("SELECT id FROM sign_ups").len(),
        4,
        "three with a mail and the newest"
    );
}

#[tokio::test]
async fn a_sign_up_waits_for_a_day() {
    let app = TestApp::new();
    let id = sign_up(&app, HOME, OWN).await;
    app.clock.advance(DAY - HOUR);
    let body = json!({ "email": EMAIL, "signup_id": id });
    post(&app, HOME, "resend-otp", body.clone()).await.expect(200);
    assert_eq!(mails(&app), 2);
    app.clock.advance(HOUR);
    post(&app, HOME, "resend-otp", body).await.expect(200);
    assert_eq!(mails(&app), 2);
    assert_eq!(log_in(&app, HOME, OWN).await.status, 401);
}

#[tokio::test]
async fn an_unconfirmed_account_of_an_old_release_signs_up_again() {
    let app = TestApp::new();
    app.sql.execute(
        "INSERT INTO accounts VALUES ('user_old', ?1, 'Old', '$argon2id$', NULL, ?2)",
        &[&EMAIL, &crate::harness::START],
    );
    let id = sign_up(&app, HOME, OWN).await;
    verify(&app, HOME, &app.mailbox.code_for(EMAIL), Some(&id))
        .await
        .expect(200);
    log_in(&app, HOME, OWN).await.expect(200);
    assert_eq!(app.sql.column("SELECT full_name FROM accounts"), [OWN]);
}
