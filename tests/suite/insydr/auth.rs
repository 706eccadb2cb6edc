//! Signing up, signing in, one's own profile.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use serde_json::{Value, json};

const EMAIL: &str = "user@example.com";
const PASSWORD: &str = "SecurePass123!";

/// The document's own request.
fn sample() -> Value {
    json!({ "email": EMAIL, "password": PASSWORD, "full_name": "John Doe" })
}

async fn sign_up(app: &TestApp, body: Value) -> Answer {
    app.post("/api/v1/auth/signup", body).send().await
}

async fn verify(app: &TestApp, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "otp_code": code });
    app.post("/api/v1/auth/verify-otp", body).send().await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    app.post("/api/v1/auth/login", body).send().await
}

/// Signs the document's user up and verifies the address.
async fn john(app: &TestApp) -> String {
    sign_up(app, sample()).await.expect(201);
    let answer = verify(app, EMAIL, &app.mailbox.code_for(EMAIL)).await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Returns the answer to a sign-up without its id, which is another each time.
fn seen(answer: &Answer) -> String {
    let id = answer.expect(201)["signup_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("signup_") && id.len() == 29, "{id}");
    answer.text().replace(&id, "")
}

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

#[tokio::test]
async fn signing_up_answers_as_documented_and_mails_a_code() {
    let app = TestApp::new();
    let answer = sign_up(&app, sample()).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let documented = json!({
        "message": "Account created. Verify email with OTP.",
        "email": "user@example.com",
        "expires_in_minutes": 10,
        // Not in the document: an extension.
        "signup_id": "<signup_>"
    });
    is(&answer.expect(201), &documented);
    let mails = app.mailbox.all();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, EMAIL);
    assert_eq!(app.mailbox.code_for(EMAIL).len(), 6);
}

#[tokio::test]
async fn verifying_answers_as_documented_without_a_token_type() {
    let app = TestApp::new();
    sign_up(&app, sample()).await.expect(201);
    let answer = verify(&app, EMAIL, &app.mailbox.code_for(EMAIL)).await.expect(200);
    let user = json!({
        "id": "<user_>",
        "email": "user@example.com",
        "full_name": "John Doe",
        "created_at": "2026-01-26T00:00:00Z"
    });
    is(&answer, &json!({ "access_token": "<token>", "user": user }));
}

#[tokio::test]
async fn signing_in_answers_as_documented() {
    let app = TestApp::new();
    john(&app).await;
    let answer = log_in(&app, EMAIL, PASSWORD).await.expect(200);
    let documented = json!({
        "access_token": "<token>",
        "token_type": "bearer",
        "user": {
            "id": "<user_>",
            "email": "user@example.com",
            "full_name": "John Doe",
            "created_at": "2026-01-26T00:00:00Z"
        }
    });
    is(&answer, &documented);
}

#[tokio::test]
async fn ones_profile_is_as_documented() {
    let app = TestApp::new();
    let token = john(&app).await;
    let answer = app.get("/api/v1/auth/me").bearer(&token).send().await.expect(200);
    let documented = json!({
        "id": "<user_>",
        "email": "user@example.com",
        "full_name": "John Doe",
        "email_verified": true,
        "created_at": "2026-01-26T00:00:00Z"
    });
    is(&answer, &documented);
}

#[tokio::test]
async fn only_ones_name_can_be_changed() {
    let app = TestApp::new();
    let token = john(&app).await;
    let change = |body: Value| app.patch("/api/v1/auth/me", body).bearer(&token).send();
    let body = json!({
        "full_name": "  Johanna Doe ",
        "email": "other@example.com",
        "id": "user_1",
        "email_verified": false,
        "created_at": "2000-01-01T00:00:00Z"
    });
    let changed = change(body).await.expect(200);
    let documented = json!({
        "id": "<user_>",
        "email": "user@example.com",
        "full_name": "Johanna Doe",
        "email_verified": true,
        "created_at": "2026-01-26T00:00:00Z"
    });
    is(&changed, &documented);
    let me = app.get("/api/v1/auth/me").bearer(&token).send().await.expect(200);
    assert_eq!(me, changed);
    for body in [
        json!({}),
        json!({ "full_name": " " }),
        json!({ "full_name": null }),
        json!({ "full_name": "x".repeat(201) }),
    ] {
        assert_eq!(change(body.clone()).await.refusal(), named("full_name"), "{body}");
    }
}

#[tokio::test]
async fn what_will_not_do_is_named() {
    let app = TestApp::new();
    let wrong = [
        ("email", json!("")),
        ("email", json!("user")),
        ("email", json!("user@localhost")),
        ("email", json!("a b@example.com")),
        ("email", json!(format!("{}@example.com", "a".repeat(65)))),
        ("email", json!(7)),
        ("email", json!(["user@example.com"])),
        ("full_name", json!("")),
        ("full_name", json!("a\u{0}b")),
        ("full_name", json!("x".repeat(201))),
        ("full_name", json!(null)),
        ("password", json!(12_345_678)),
        ("password", json!("")),
    ];
    for (field, value) in wrong {
        let mut body = sample();
        body[field] = value.clone();
        assert_eq!(sign_up(&app, body).await.refusal(), named(field), "{field}: {value}");
    }
    for field in ["email", "password", "full_name"] {
        let mut body = sample();
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(sign_up(&app, body).await.refusal(), named(field));
    }
    assert_eq!(app.mailbox.all().len(), 0);
    assert_eq!(app.sql.column("SELECT id FROM accounts").len(), 0);
}

#[tokio::test]
async fn a_password_has_8_to_128_characters_and_is_not_a_common_one() {
    let app = TestApp::new();
    let attempt = |password: String, email: &str| {
        let body = json!({ "email": email, "password": password, "full_name": "John Doe" });
        sign_up(&app, body)
    };
    for weak in [
        "1234567",
        "пароль7",
        "password",
        "PassWord",
        "12345678",
        "iloveyou",
        "password1",
    ] {
        assert_eq!(attempt(weak.into(), EMAIL).await.refusal(), named("password"), "{weak}");
    }
    assert_eq!(attempt("x1".repeat(64) + "x", EMAIL).await.refusal(), named("password"));
    assert_eq!(app.sql.column("SELECT id FROM accounts").len(), 0);
    // No rules of composition, any script, white space as it is.
    let good = [
        "пароль78".to_owned(),
        "x1".repeat(64),
        " eight 8 ".to_owned(),
        "🔑".repeat(8),
    ];
    for (number, password) in good.into_iter().enumerate() {
        let email = format!("user{number}@example.com");
        attempt(password.clone(), &email).await.expect(201);
        verify(&app, &email, &app.mailbox.code_for(&email)).await.expect(200);
        log_in(&app, &email, &password).await.expect(200);
        let trimmed = log_in(&app, &email, password.trim()).await.status;
        assert_eq!(trimmed == 200, password.trim() == password);
    }
}

#[tokio::test]
async fn an_address_is_the_same_in_any_case() {
    let app = TestApp::new();
    let mut body = sample();
    body["email"] = json!(" User@Example.COM ");
    has(&sign_up(&app, body).await.expect(201), &json!({ "email": EMAIL }));
    let code = app.mailbox.code_for(EMAIL);
    verify(&app, "USER@example.com", &code).await.expect(200);
    log_in(&app, "uSer@eXample.com", PASSWORD).await.expect(200);
    sign_up(&app, sample()).await.expect(201);
    assert_eq!(app.sql.column("SELECT email FROM accounts"), [EMAIL]);
}

#[tokio::test]
async fn signing_up_with_a_known_address_tells_only_its_owner() {
    let app = TestApp::new();
    let first = sign_up(&app, sample()).await;
    verify(&app, EMAIL, &app.mailbox.code_for(EMAIL)).await.expect(200);
    let strangers = json!({ "email": EMAIL, "password": "another good password", "full_name": "Mallory" });
    let second = sign_up(&app, strangers).await;
    assert_eq!((second.status, seen(&second)), (first.status, seen(&first)));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&second), names(&first));
    let mails = app.mailbox.all();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].to, EMAIL);
    let has_code = mails[1]
        .text
        .lines()
        .any(|it| it.len() == 6 && it.parse::<u32>().is_ok());
    assert!(!has_code, "{}", mails[1].text);
    // Nothing of the account has changed.
    log_in(&app, EMAIL, PASSWORD).await.expect(200);
    // As for an address without an account.
    let waiting = log_in(&app, EMAIL, "another good password").await;
    assert_eq!(waiting.refusal(), (403, "EMAIL_NOT_VERIFIED".into(), None));
    assert_eq!(app.sql.column("SELECT full_name FROM accounts"), ["John Doe"]);
}

#[tokio::test]
async fn the_newest_code_counts_after_signing_up_again() {
    let app = TestApp::new();
    let first = sign_up(&app, sample()).await;
    let old = app.mailbox.code_for(EMAIL);
    let second = sign_up(&app, sample()).await;
    assert_eq!((second.status, seen(&second)), (first.status, seen(&first)));
    let new = app.mailbox.code_for(EMAIL);
    assert_ne!(old, new);
    assert_eq!(verify(&app, EMAIL, &old).await.status, 400);
    verify(&app, EMAIL, &new).await.expect(200);
    log_in(&app, EMAIL, PASSWORD).await.expect(200);
    assert_eq!(app.sql.column("SELECT id FROM accounts").len(), 1);
}
