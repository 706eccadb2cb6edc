//! One-time codes: ten minutes, once, five tries, three mails an hour.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use edge_model::time::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";

async fn sign_up(app: &TestApp, email: &str) -> Value {
    let body = json!({ "email": email, "password": "correct horse battery", "full_name": "Ann Example" });
    app.post("/api/v1/auth/signup", body).send().await.expect(201)
}

async fn verify(app: &TestApp, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "otp_code": code });
    app.post("/api/v1/auth/verify-otp", body).send().await
}

async fn resend(app: &TestApp, email: &str) -> Answer {
    let body = json!({ "email": email });
    app.post("/api/v1/auth/resend-otp", body).send().await
}

async fn forgot(app: &TestApp, email: &str) -> Answer {
    let body = json!({ "email": email });
    app.post("/api/v1/auth/forgot-password", body).send().await
}

async fn reset(app: &TestApp, email: &str, code: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "otp_code": code, "password": password });
    app.post("/api/v1/auth/reset-password", body).send().await
}

/// Returns a code that is not the one given.
fn other_than(code: &str, number: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + number) % 1_000_000)
}

fn wrong() -> (u16, String, Option<String>) {
    (400, "INVALID_OTP".into(), Some("otp_code".into()))
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_the_right_one_still_counts() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    assert_eq!(verify(&app, ANN, &other_than(&code, 1)).await.refusal(), wrong());
    verify(&app, ANN, &format!(" {code} ")).await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_a_code_is_a_wrong_code() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    for malformed in ["", "abcdef", &code[..5], &format!("{code}0"), "' OR 1=1"] {
        // Each on a code of its own, so that the tries do not run out.
        app.sql.execute("DELETE FROM code_tries", &[]);
        assert_eq!(verify(&app, ANN, malformed).await.refusal(), wrong(), "{malformed}");
    }
    let body = json!({ "email": ANN, "otp_code": 123_456 });
    let answer = app.post("/api/v1/auth/verify-otp", body).send().await;
    assert_eq!(
        answer.refusal(),
        (400, "VALIDATION_ERROR".into(), Some("otp_code".into()))
    );
}

#[tokio::test]
async fn an_unknown_address_is_refused_like_a_wrong_code() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    let known = verify(&app, ANN, &other_than(&code, 1)).await;
    let unknown = verify(&app, "nobody@example.com", &code).await;
    assert_eq!((unknown.status, unknown.text()), (known.status, known.text()));
    let known = reset(&app, ANN, "000000", "a wholly new password").await;
    let unknown = reset(&app, "nobody@example.com", "000000", "a wholly new password").await;
    assert_eq!((unknown.status, unknown.text()), (known.status, known.text()));
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    for (age, status) in [(10 * MINUTE - SECOND, 200), (10 * MINUTE + SECOND, 400)] {
        let app = TestApp::new();
        sign_up(&app, ANN).await;
        app.clock.advance(age);
        let answer = verify(&app, ANN, &app.mailbox.code_for(ANN)).await;
        assert_eq!(answer.status, status, "after {age} ms: {}", answer.text());
        if status == 400 {
            assert_eq!(answer.refusal(), wrong());
        }
    }
}

#[tokio::test]
async fn a_code_is_good_for_one_use() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    verify(&app, ANN, &code).await.expect(200);
    assert_eq!(verify(&app, ANN, &code).await.refusal(), wrong());
}

#[tokio::test]
async fn of_two_who_use_a_code_at_once_one_gets_in() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    let (a, b) = tokio::join!(verify(&app, ANN, &code), verify(&app, ANN, &code));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(app.sql.column("SELECT id FROM sessions").len(), 1);
}

#[tokio::test]
async fn after_five_wrong_tries_a_code_is_dead_and_a_new_one_lives() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    for number in 1..=5 {
        assert_eq!(verify(&app, ANN, &other_than(&code, number)).await.refusal(), wrong());
    }
    assert_eq!(verify(&app, ANN, &code).await.refusal(), wrong());
    resend(&app, ANN).await.expect(200);
    verify(&app, ANN, &app.mailbox.code_for(ANN)).await.expect(200);
}

#[tokio::test]
async fn the_fifth_try_may_be_the_right_one() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let code = app.mailbox.code_for(ANN);
    for number in 1..=4 {
        assert_eq!(verify(&app, ANN, &other_than(&code, number)).await.status, 400);
    }
    verify(&app, ANN, &code).await.expect(200);
}

#[tokio::test]
async fn a_code_is_bound_to_its_address_and_to_what_it_is_for() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let anns = app.mailbox.code_for(ANN);
    sign_up(&app, "bob@example.com").await;
    assert_eq!(verify(&app, "bob@example.com", &anns).await.refusal(), wrong());
    assert_eq!(
        reset(&app, ANN, &anns, "a wholly new password").await.refusal(),
        wrong()
    );
    verify(&app, ANN, &anns).await.expect(200);
    forgot(&app, ANN).await.expect(200);
    let to_reset = app.mailbox.code_for(ANN);
    assert_eq!(verify(&app, ANN, &to_reset).await.refusal(), wrong());
    reset(&app, ANN, &to_reset, "a wholly new password").await.expect(200);
}

#[tokio::test]
async fn a_resent_code_replaces_the_one_before() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let old = app.mailbox.code_for(ANN);
    let answer = resend(&app, ANN).await.expect(200);
    assert!(
        answer["message"].is_string() && answer.as_object().unwrap().len() == 1,
        "{answer}"
    );
    assert_eq!(verify(&app, ANN, &old).await.refusal(), wrong());
    verify(&app, ANN, &app.mailbox.code_for(ANN)).await.expect(200);
}

#[tokio::test]
async fn resending_and_forgetting_say_the_same_of_every_address() {
    let app = TestApp::new();
    sign_up(&app, "waiting@example.com").await;
    app.sign_up(ANN).await;
    let before = app.mailbox.all().len();
    let mut answers = vec![];
    for email in ["waiting@example.com", ANN, "nobody@example.com"] {
        let answer = resend(&app, email).await;
        answers.push((answer.status, answer.text()));
    }
    assert!(answers.iter().all(|it| *it == answers[0] && it.0 == 200), "{answers:?}");
    // Only who waits for a code gets one.
    let mails = app.mailbox.all();
    assert_eq!(
        mails[before..].iter().map(|it| it.to.as_str()).collect::<Vec<_>>(),
        ["waiting@example.com"]
    );
    let known = forgot(&app, ANN).await;
    let unknown = forgot(&app, "nobody@example.com").await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    assert_eq!(known.status, 200);
    assert_eq!(app.mailbox.all().len(), mails.len() + 1);
    for answer in [resend(&app, "nobody").await, forgot(&app, "nobody").await] {
        assert_eq!(answer.refusal(), (400, "VALIDATION_ERROR".into(), Some("email".into())));
    }
}

#[tokio::test]
async fn more_than_three_codes_an_hour_are_silently_not_mailed() {
    let app = TestApp::new();
    sign_up(&app, ANN).await;
    let mut answers = vec![];
    for _ in 0..5 {
        let answer = resend(&app, ANN).await;
        answers.push((answer.status, answer.text()));
    }
    assert!(answers.iter().all(|it| *it == answers[0] && it.0 == 200), "{answers:?}");
    assert_eq!(app.mailbox.all().len(), 3);
    // Signing up again with the same password accepts the codes that were mailed before.
    sign_up(&app, ANN).await;
    assert_eq!(app.mailbox.all().len(), 3);
    let body = json!({ "email": ANN, "otp_code": app.mailbox.code_for(ANN) });
    app.post("/api/v1/auth/verify-otp", body).send().await.expect(200);
    for _ in 0..5 {
        forgot(&app, ANN).await.expect(200);
    }
    assert_eq!(app.mailbox.all().len(), 6, "a purpose has its own three");
    app.clock.advance(HOUR);
    forgot(&app, ANN).await.expect(200);
    assert_eq!(app.mailbox.all().len(), 7);
}

#[tokio::test]
async fn a_weak_new_password_does_not_use_the_code_up() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    forgot(&app, ANN).await.expect(200);
    let code = app.mailbox.code_for(ANN);
    for weak in ["short", "password", &"x1".repeat(65)] {
        let answer = reset(&app, ANN, &code, weak).await;
        assert_eq!(
            answer.refusal(),
            (400, "VALIDATION_ERROR".into(), Some("password".into()))
        );
    }
    reset(&app, ANN, &code, "a wholly new password").await.expect(200);
    assert_eq!(reset(&app, ANN, &code, "yet another password").await.refusal(), wrong());
}

#[tokio::test]
async fn a_reset_code_ends_after_five_tries_or_ten_minutes() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    forgot(&app, ANN).await.expect(200);
    let code = app.mailbox.code_for(ANN);
    for number in 1..=5 {
        let guess = other_than(&code, number);
        assert_eq!(
            reset(&app, ANN, &guess, "a wholly new password").await.refusal(),
            wrong()
        );
    }
    assert_eq!(
        reset(&app, ANN, &code, "a wholly new password").await.refusal(),
        wrong()
    );
    forgot(&app, ANN).await.expect(200);
    app.clock.advance(10 * MINUTE + SECOND);
    let code = app.mailbox.code_for(ANN);
    assert_eq!(
        reset(&app, ANN, &code, "a wholly new password").await.refusal(),
        wrong()
    );
}
