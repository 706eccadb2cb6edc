//! Signing in, tokens, and how they end.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use edge_model::time::{DAY, MINUTE, SECOND};
use futures_util::future::join_all;
use serde_json::json;

const ANN: &str = "ann@example.com";
/// What the harness signs everybody up with.
const PASSWORD: &str = "correct horse battery";

async fn log_in(app: &TestApp, email: &str, password: &str, from: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    let call = app.post("/api/v1/auth/login", body);
    call.header("cf-connecting-ip", from).send().await
}

async fn token(app: &TestApp) -> String {
    let answer = log_in(app, ANN, PASSWORD, "192.0.2.1").await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn me(app: &TestApp, token: &str) -> Answer {
    app.get("/api/v1/auth/me").bearer(token).send().await
}

fn refused(status: u16, code: &str) -> (u16, String, Option<String>) {
    (status, code.into(), None)
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_refused_alike() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    let wrong = log_in(&app, ANN, "not the password", "192.0.2.1").await;
    let unknown = log_in(&app, "nobody@example.com", PASSWORD, "192.0.2.1").await;
    let no_address = log_in(&app, "nobody", "", "192.0.2.1").await;
    assert_eq!(wrong.refusal(), refused(401, "INVALID_CREDENTIALS"));
    assert_eq!((unknown.status, unknown.text()), (wrong.status, wrong.text()));
    assert_eq!((no_address.status, no_address.text()), (wrong.status, wrong.text()));
    let long = log_in(&app, ANN, &"x".repeat(10_000), "192.0.2.1").await;
    assert_eq!((long.status, long.text()), (wrong.status, wrong.text()));
}

#[tokio::test]
async fn an_unverified_address_is_revealed_only_with_the_password() {
    let app = TestApp::new();
    let body = json!({ "email": ANN, "password": PASSWORD, "full_name": "Ann Example" });
    let sign_up = app.post("/api/v1/auth/signup", body);
    sign_up.header("cf-connecting-ip", "192.0.2.1").send().await.expect(201);
    let right = log_in(&app, ANN, PASSWORD, "192.0.2.1").await;
    assert_eq!(right.refusal(), refused(403, "EMAIL_NOT_VERIFIED"));
    let wrong = log_in(&app, ANN, "not the password", "192.0.2.1").await;
    assert_eq!(wrong.refusal(), refused(401, "INVALID_CREDENTIALS"));
    assert_eq!(app.sql.column("SELECT id FROM sessions").len(), 0);
}

#[tokio::test]
async fn the_sixth_wrong_guess_waits_and_other_accounts_do_not() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    app.sign_up("bob@example.com").await;
    for _ in 0..5 {
        let answer = log_in(&app, ANN, "not the password", "192.0.2.1").await;
        assert_eq!(answer.refusal(), refused(401, "INVALID_CREDENTIALS"));
    }
    let sixth = log_in(&app, ANN, "not the password", "192.0.2.1").await;
    assert_eq!(sixth.refusal(), refused(429, "RATE_LIMITED"));
    let wait: i64 = sixth.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    // The right password does not get past it, and a guess in another case is a guess.
    assert_eq!(log_in(&app, ANN, PASSWORD, "192.0.2.1").await.status, 429);
    assert_eq!(
        log_in(&app, " ANN@example.com", PASSWORD, "192.0.2.1").await.status,
        429
    );
    // Another address of the same caller, and Ann elsewhere, are let in.
    log_in(&app, "bob@example.com", PASSWORD, "192.0.2.1").await.expect(200);
    log_in(&app, ANN, PASSWORD, "192.0.2.2").await.expect(200);
    // An unknown address is counted like a known one.
    for _ in 0..5 {
        assert_eq!(log_in(&app, "nobody@example.com", "x", "192.0.2.3").await.status, 401);
    }
    assert_eq!(log_in(&app, "nobody@example.com", "x", "192.0.2.3").await.status, 429);
    app.clock.advance(wait * SECOND);
    log_in(&app, ANN, PASSWORD, "192.0.2.1").await.expect(200);
}

#[tokio::test]
async fn one_caller_has_twenty_wrong_guesses_over_all_addresses() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    for number in 0..20 {
        let email = format!("user{number}@example.com");
        assert_eq!(log_in(&app, &email, "x", "192.0.2.1").await.status, 401, "{number}");
    }
    assert_eq!(
        log_in(&app, ANN, PASSWORD, "192.0.2.1").await.refusal(),
        refused(429, "RATE_LIMITED")
    );
    log_in(&app, ANN, PASSWORD, "192.0.2.2").await.expect(200);
}

#[tokio::test]
async fn guesses_that_are_sent_together_are_counted_one_by_one() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    let guesses = (0..12).map(|_| log_in(&app, ANN, "not the password", "192.0.2.1"));
    let answers = join_all(guesses).await;
    assert_eq!(answers.iter().filter(|it| it.status == 401).count(), 5);
    assert_eq!(answers.iter().filter(|it| it.status == 429).count(), 7);
    let everybody: Vec<String> = (0..30).map(|it| format!("user{it}@example.com")).collect();
    let guesses = everybody.iter().map(|it| log_in(&app, it, "x", "192.0.2.2"));
    let answers = join_all(guesses).await;
    assert_eq!(answers.iter().filter(|it| it.status == 401).count(), 20);
}

#[tokio::test]
async fn signing_in_rightly_is_no_guess() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    for _ in 0..12 {
        log_in(&app, ANN, PASSWORD, "192.0.2.1").await.expect(200);
    }
}

#[tokio::test]
async fn a_token_that_is_not_ours_opens_nothing() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .expect(200);
    let elsewhere = TestApp::with_settings(&[("AUTH_SECRET", "another secret of thirty-two letters")]);
    let foreign = elsewhere.sign_up(ANN).await;
    let parts: Vec<&str> = owner.token.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let flipped = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // {"alg":"none","typ":"JWT"} and {"alg":"RS256","typ":"JWT"}
    let (none, rsa) = (
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",
    );
    let wrong = [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{rsa}.{claims}.{signature}"),
        format!("{header}.{}.{signature}", flipped(claims, 20)),
        format!("{header}.{claims}.{}", flipped(signature, 10)),
        format!("{header}.{claims}.{}", &signature[..20]),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{}.{signature}", owner.token),
        "a.b.c".into(),
        "x".repeat(10_000),
        foreign,
        config["visitor_token"].as_str().unwrap().to_owned(),
        key,
    ];
    for token in &wrong {
        for path in ["/api/v1/auth/me", "/api/v1/workspaces", &owner.path("")] {
            let answer = app.get(path).bearer(token).send().await;
            assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"), "{path} {token}");
        }
    }
    for header in ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", &owner.token] {
        let answer = app.get("/api/v1/auth/me").header("authorization", header).send().await;
        assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"), "{header}");
    }
    me(&app, &owner.token).await.expect(200);
}

#[tokio::test]
async fn a_token_is_good_for_a_day() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    let token = token(&app).await;
    app.clock.advance(DAY - 5 * SECOND);
    me(&app, &token).await.expect(200);
    app.clock.advance(10 * SECOND);
    assert_eq!(me(&app, &token).await.refusal(), refused(401, "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn signing_out_ends_the_token_and_no_other() {
    let app = TestApp::new();
    let first = app.sign_up(ANN).await;
    let second = token(&app).await;
    assert_ne!(first, second);
    let answer = app
        .call(http::Method::POST, "/api/v1/auth/logout")
        .bearer(&first)
        .send()
        .await;
    let answer = answer.expect(200);
    assert!(
        answer["message"].is_string() && answer.as_object().unwrap().len() == 1,
        "{answer}"
    );
    assert_eq!(me(&app, &first).await.refusal(), refused(401, "UNAUTHORIZED"));
    let again = app.post("/api/v1/auth/logout", json!({})).bearer(&first).send().await;
    assert_eq!(again.refusal(), refused(401, "UNAUTHORIZED"));
    me(&app, &second).await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let app = TestApp::new();
    let first = app.sign_up(ANN).await;
    let bobs = app.sign_up("bob@example.com").await;
    let second = token(&app).await;
    let body = json!({ "email": ANN });
    app.post("/api/v1/auth/forgot-password", body).send().await.expect(200);
    // Asking for it ends nothing.
    me(&app, &first).await.expect(200);
    let code = app.mailbox.code_for(ANN);
    let body = json!({ "email": ANN, "otp_code": code, "password": "a wholly new password" });
    let answer = app.post("/api/v1/auth/reset-password", body).send().await.expect(200);
    assert!(
        answer["message"].is_string() && answer.as_object().unwrap().len() == 1,
        "{answer}"
    );
    for token in [&first, &second] {
        assert_eq!(me(&app, token).await.refusal(), refused(401, "UNAUTHORIZED"));
    }
    me(&app, &bobs).await.expect(200);
    assert_eq!(log_in(&app, ANN, PASSWORD, "192.0.2.1").await.status, 401);
    log_in(&app, ANN, "a wholly new password", "192.0.2.1")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_sign_up_that_waits_has_no_password_to_reset() {
    let app = TestApp::new();
    let body = json!({ "email": ANN, "password": PASSWORD, "full_name": "Ann Example" });
    app.post("/api/v1/auth/signup", body).send().await.expect(201);
    let body = json!({ "email": ANN });
    app.post("/api/v1/auth/forgot-password", body).send().await.expect(200);
    assert_eq!(app.mailbox.all().len(), 1, "the code of the sign-up alone");
}

#[tokio::test]
async fn guesses_of_a_quarter_of_an_hour_ago_are_forgotten() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    for _ in 0..4 {
        assert_eq!(log_in(&app, ANN, "x", "192.0.2.1").await.status, 401);
    }
    app.clock.advance(15 * MINUTE);
    for _ in 0..4 {
        assert_eq!(log_in(&app, ANN, "x", "192.0.2.1").await.status, 401);
    }
    log_in(&app, ANN, PASSWORD, "192.0.2.1").await.expect(200);
}

#[tokio::test]
async fn an_account_deleted_while_its_owner_signs_in_is_unknown() {
    let app = TestApp::new();
    let first = app.sign_up(ANN).await;
    let delete = async {
        let call = app.call(http::Method::DELETE, "/api/v1/auth/me").bearer(&first);
        call.json(&json!({ "password": PASSWORD })).send().await.expect(200);
    };
    let (answer, ()) = tokio::join!(
        log_in(&app, ANN, PASSWORD, "192.0.2.1"),
        app.sql.hold_next("INSERT INTO sessions", delete)
    );
    assert_eq!(answer.refusal(), refused(401, "INVALID_CREDENTIALS"));
}
