//! Deleting an account: nothing of the person is left, and nothing of others is lost.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::{Owner, TestApp};
use edge_model::time::MINUTE;
use http::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery";

async fn close(app: &TestApp, token: &str, password: &str) -> Answer {
    let call = app.call(Method::DELETE, "/api/v1/auth/me").bearer(token);
    call.json(&json!({ "password": password })).send().await
}

async fn set_role(app: &TestApp, who: &Owner, token: &str, role: &str) {
    let user = id(&app.get("/api/v1/auth/me").bearer(token).send().await.expect(200));
    who.patch(app, &format!("/members/{user}"), json!({ "role": role }))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_of_the_person() {
    let app = TestApp::new();
    let ann = app.owner(ANN).await;
    let bob = app.owner("bob@example.com").await;
    // Something of everything: a workspace of her own, a place in another, an invitation, a code, a second session.
    ann.upload_and_index(&app, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    let agent = app.published_agent(&ann, json!({})).await;
    let key = app.widget_key(&ann).await;
    app.ask(&key, &agent, "s", "When are you open?").send().await;
    app.sql.execute(
        "INSERT INTO memberships SELECT ?1, id, 'ADMIN', 0, 0 FROM accounts WHERE email = 'ann@example.com'",
        &[&bob.workspace],
    );
    let third = app.owner("eve@example.com").await;
    let body = json!({ "email": ANN, "role": "VIEWER" });
    third.post(&app, "/invitations", body).await.expect(201);
    app.post("/api/v1/auth/forgot-password", json!({ "email": ANN }))
        .send()
        .await
        .expect(200);
    let login = json!({ "email": ANN, "password": PASSWORD });
    app.post("/api/v1/auth/login", login.clone()).send().await.expect(200);
    let anns = id(&app.get("/api/v1/auth/me").bearer(&ann.token).send().await.expect(200));
    let bobs = app.get(&bob.path("")).bearer(&bob.token).send().await.expect(200);
    close(&app, &ann.token, PASSWORD).await.expect(200);
    for answer in [
        app.get("/api/v1/auth/me").bearer(&ann.token).send().await,
        app.post("/api/v1/auth/login", login).send().await,
    ] {
        assert_eq!(answer.status, 401);
    }
    app.drain(&ann).await;
    app.drain(&third).await;
    edge_core::workers::sweep(&app.inner).await.unwrap();
    app.clock.advance(16 * MINUTE);
    app.drain(&ann).await;
    let traces = |it: &String| it.contains(ANN) || it.contains(&anns) || it.contains(&ann.workspace);
    let left: Vec<_> = app.everything().into_iter().filter(traces).collect();
    assert_eq!(left, Vec::<String>::new());
    assert!(app.blobs.keys().iter().all(|it| !it.contains(&ann.workspace)));
    let scopes = app.limiter.scopes();
    assert!(
        scopes.iter().all(|it| *it != anns && *it != ann.workspace),
        "{scopes:?}"
    );
    // Bob's workspace is unchanged, and Ann's address can sign up again.
    assert_eq!(app.get(&bob.path("")).bearer(&bob.token).send().await.expect(200), bobs);
    app.sign_up(ANN).await;
}

#[tokio::test]
async fn an_account_goes_only_with_its_password() {
    let app = TestApp::new();
    let ann = app.owner(ANN).await;
    let wrong = (403, "INVALID_CREDENTIALS".into(), Some("password".into()));
    for _ in 0..5 {
        assert_eq!(close(&app, &ann.token, "not the password").await.refusal(), wrong);
    }
    let answer = close(&app, &ann.token, PASSWORD).await;
    assert_eq!(answer.refusal(), (429, "RATE_LIMITED".into(), None));
    let call = app.call(Method::DELETE, "/api/v1/auth/me").bearer(&ann.token);
    let answer = call.json(&json!({})).send().await;
    assert_eq!(
        answer.refusal(),
        (400, "VALIDATION_ERROR".into(), Some("password".into()))
    );
    ann.get(&app, "").await.expect(200);
}

#[tokio::test]
async fn a_workspace_with_others_is_not_left_without_an_owner() {
    let app = TestApp::new();
    let ann = app.owner(ANN).await;
    let bob = app.join(&ann, "bob@example.com", "MEMBER").await;
    let answer = close(&app, &ann.token, PASSWORD).await;
    assert_eq!(answer.refusal(), (409, "CONFLICT".into(), None));
    assert!(answer.text().contains("My Company"), "{}", answer.text());
    ann.get(&app, "").await.expect(200);
    set_role(&app, &ann, &bob.token, "OWNER").await;
    close(&app, &ann.token, PASSWORD).await.expect(200);
    assert_eq!(bob.get(&app, "").await.expect(200)["role"], "OWNER");
    let members = bob.get(&app, "/members").await.expect(200);
    assert_eq!(
        (&members["total"], &members["members"][0]["email"]),
        (&json!(1), &json!("bob@example.com"))
    );
    close(&app, &bob.token, PASSWORD).await.expect(200);
    assert_eq!(app.sql.column("SELECT id FROM workspaces").len(), 0);
}

#[tokio::test]
async fn late_writes_into_a_deleted_workspace_are_erased() {
    let app = TestApp::new();
    let ann = app.owner(ANN).await;
    ann.upload_and_index(&app, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    ann.delete(&app, "").await.expect(200);
    app.drain(&ann).await;
    let late = format!("index/{}/late", ann.workspace);
    edge_core::ports::Blobs::put(&*app.blobs, &late, b"late").await.unwrap();
    let others = "index/ws_other/segment";
    edge_core::ports::Blobs::put(&*app.blobs, others, b"theirs")
        .await
        .unwrap();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    app.clock.advance(16 * MINUTE);
    assert_eq!(app.drain(&ann).await, None);
    assert_eq!(app.blobs.keys(), [others]);
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
    assert!(!app.limiter.scopes().contains(&ann.workspace));
}
