//! Secrets are in no row, no answer and no mail.
use crate::harness::TestApp;
use serde_json::json;

#[tokio::test]
async fn no_row_holds_a_password_a_code_a_key_or_a_token() {
    let app = TestApp::with_settings(&[("PUBLIC_URL", "https://chat.example.com")]);
    let owner = app.owner("ann@example.com").await;
    let mut secrets = vec![
        "correct horse battery".to_owned(),
        "a wholly new password".to_owned(),
        owner.token.clone(),
    ];
    let agent = app.published_agent(&owner, json!({})).await;
    for kind in ["widget", "twig", "twin", "builder"] {
        let body = json!({ "name": "Key", "kind": kind, "allowed_domains": ["example.com"] });
        let key = owner.post(&app, "/api-keys", body).await.expect(201);
        secrets.push(key["key"].as_str().unwrap().to_owned());
    }
    let key = secrets[3].clone();
    let config = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .widget(&key)
        .send()
        .await
        .expect(200);
    secrets.push(config["visitor_token"].as_str().unwrap().to_owned());
    assert_eq!(
        app.ask(&key, &agent, "s", "What does it cost?").send().await.status,
        200
    );
    let reset = json!({ "email": "ann@example.com" });
    app.post("/api/v1/auth/forgot-password", reset).send().await.expect(200);
    secrets.push(app.mailbox.code_for("ann@example.com"));
    secrets.push(
        app.mailbox
            .token_for("ann@example.com")
            .split_once('.')
            .unwrap()
            .1
            .to_owned(),
    );
    let waiting = json!({ "email": "bob@example.com", "password": "a wholly new password", "full_name": "Bob" });
    app.post("/api/v1/auth/signup", waiting).send().await.expect(201);
    secrets.push(app.mailbox.code_for("bob@example.com"));
    let rows = app.everything();
    for known in ["ann@example.com", "bob@example.com", "My Company", "What does it cost?"] {
        assert!(
            rows.iter().any(|it| it == known),
            "the rows were not looked through: {known}"
        );
    }
    for secret in &secrets {
        assert!(
            rows.iter().all(|it| !it.contains(secret.as_str())),
            "{secret} is in a row"
        );
    }
    let hashes = app.sql.column(
        "SELECT password_hash FROM accounts UNION SELECT password_hash FROM sign_ups WHERE password_hash <> ''",
    );
    assert!(
        hashes
            .iter()
            .all(|it| it.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")),
        "{hashes:?}"
    );
    let mails: String = app.mailbox.all().iter().map(|it| it.text.clone()).collect();
    assert!(
        !mails.contains("password\n") && !mails.contains("correct horse"),
        "{mails}"
    );
}

#[tokio::test]
async fn the_same_password_is_not_the_same_hash() {
    let app = TestApp::new();
    app.sign_up("ann@example.com").await;
    app.sign_up("bob@example.com").await;
    let hashes = app.sql.column("SELECT DISTINCT password_hash FROM accounts");
    assert_eq!(hashes.len(), 2);
}

#[tokio::test]
async fn no_answer_shows_a_hash_or_a_key_again() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    let hash = app.sql.column("SELECT hash FROM api_keys").remove(0);
    let id = app.sql.column("SELECT id FROM api_keys").remove(0);
    let answers = [
        app.get("/api/v1/auth/me").bearer(&owner.token).send().await,
        app.get("/api/v1/workspaces").bearer(&owner.token).send().await,
        owner.get(&app, "").await,
        owner.get(&app, "/api-keys").await,
        owner.delete(&app, &format!("/api-keys/{id}")).await,
        owner.get(&app, "/api-keys").await,
    ];
    for answer in answers {
        let text = answer.text();
        assert!(
            !text.contains(&key) && !text.contains(&hash) && !text.contains("argon2"),
            "{text}"
        );
    }
}
