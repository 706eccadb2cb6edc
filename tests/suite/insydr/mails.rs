//! Mails leave by jobs: none is lost, and none tells a known address from an unknown one.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use edge_model::time::{HOUR, MINUTE, TimeDelta};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const ANN: &str = "ann@example.com";

async fn post(app: &TestApp, what: &str, body: Value) -> Answer {
    app.post(&format!("/api/v1/auth/{what}"), body).send().await
}

async fn sign_up(app: &TestApp, email: &str) -> Answer {
    let body = json!({ "email": email, "password": "correct horse battery", "full_name": "Ann Example" });
    post(app, "signup", body).await
}

/// What a stranger can see of a request: the answer, and what it took.
async fn seen(app: &TestApp, what: &str, email: &str) -> (u16, String, usize, usize) {
    app.sql.begin_counting();
    app.wakes.take();
    let answer = match what {
        "signup" => sign_up(app, email).await,
        "reset-password" => {
            let body = json!({ "email": email, "otp_code": "x", "password": "a wholly new password" });
            post(app, what, body).await
        }
        "verify-otp" => post(app, what, json!({ "email": email, "otp_code": "x" })).await,
        _ => post(app, what, json!({ "email": email })).await,
    };
    let mut text = answer.text().replace(email, "<email>");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    if let Some(id) = body["signup_id"].as_str() {
        text = text.replace(id, "<id>");
    }
    (answer.status, text, app.sql.trips(), app.wakes.take().len())
}

#[tokio::test]
async fn a_known_address_takes_as_much_as_an_unknown_one() {
    for what in [
        "signup",
        "resend-otp",
        "forgot-password",
        "reset-password",
        "verify-otp",
    ] {
        let app = TestApp::new();
        app.sign_up("known@example.com").await;
        sign_up(&app, "waiting@example.com").await;
        app.holds_mails.store(true, Ordering::Relaxed);
        let unknown = seen(&app, what, "unknown@example.com").await;
        for email in ["known@example.com", "waiting@example.com"] {
            assert_eq!(seen(&app, what, email).await, unknown, "{what} {email}");
        }
        assert!(unknown.2 > 0);
    }
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_later() {
    let app = TestApp::new();
    app.mailbox.fail_next();
    sign_up(&app, ANN).await.expect(201);
    assert_eq!(app.mailbox.all().len(), 0);
    app.clock.advance(MINUTE);
    // What is tidied away is about invitations that are gone, and there are none.
    edge_core::retention::tidy(&app.inner).await.unwrap();
    let queue = app.sql.column("SELECT workspace_id FROM jobs").remove(0);
    edge_core::workers::drain(&app.inner, &edge_model::WorkspaceId::new(queue), TimeDelta::minutes(1))
        .await
        .unwrap();
    let body = json!({ "email": ANN, "otp_code": app.mailbox.code_for(ANN) });
    post(&app, "verify-otp", body).await.expect(200);
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
}

#[tokio::test]
async fn what_waits_to_be_mailed_holds_no_code() {
    let app = TestApp::new();
    app.holds_mails.store(true, Ordering::Relaxed);
    sign_up(&app, ANN).await.expect(201);
    let rows = app.everything();
    assert!(rows.iter().any(|it| it.contains("send_mail")));
    app.holds_mails.store(false, Ordering::Relaxed);
    app.send_mails().await;
    let code = app.mailbox.code_for(ANN);
    assert!(rows.iter().all(|it| !it.contains(&code)), "{code}");
}

#[tokio::test]
async fn a_code_that_was_replaced_before_it_was_mailed_is_not_mailed() {
    let app = TestApp::new();
    app.holds_mails.store(true, Ordering::Relaxed);
    sign_up(&app, ANN).await.expect(201);
    post(&app, "resend-otp", json!({ "email": ANN })).await.expect(200);
    app.holds_mails.store(false, Ordering::Relaxed);
    app.send_mails().await;
    assert_eq!(app.mailbox.all().len(), 1);
    let body = json!({ "email": ANN, "otp_code": app.mailbox.code_for(ANN) });
    post(&app, "verify-otp", body).await.expect(200);
}

#[tokio::test]
async fn an_account_is_told_of_three_attempts_an_hour() {
    let app = TestApp::new();
    app.sign_up(ANN).await;
    let before = app.mailbox.all().len();
    for _ in 0..5 {
        sign_up(&app, ANN).await.expect(201);
    }
    assert_eq!(app.mailbox.all().len(), before + 3);
    app.clock.advance(HOUR);
    sign_up(&app, ANN).await.expect(201);
    assert_eq!(app.mailbox.all().len(), before + 4);
}

#[tokio::test]
async fn a_name_cannot_pass_for_the_words_of_a_mail() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    // One from before names had to be a single line.
    let name = "Acme\n\nYour account is locked.\nBcc: all@example.com";
    app.sql.execute("UPDATE workspaces SET name = ?1", &[&name.to_owned()]);
    let body = json!({ "email": "bob@example.com", "role": "VIEWER" });
    owner.post(&app, "/invitations", body).await.expect(201);
    app.drain(&owner).await;
    let mail = app.mailbox.all().pop().unwrap();
    assert_eq!(mail.to, "bob@example.com");
    assert!(
        !mail.subject.contains('\n') && !mail.subject.contains("Acme"),
        "{}",
        mail.subject
    );
    assert!(
        mail.text
            .contains("\"Acme Your account is locked. Bcc: all at example. com\""),
        "{}",
        mail.text
    );
}
