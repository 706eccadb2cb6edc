//! Deleting an account: nothing of the person is left, and nothing of others is lost.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::{Owner, World};
use edge_model::time::MINUTE;
use http::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery";

async fn close(world: &World, token: &str, password: &str) -> Answer {
    let call = world.call(Method::DELETE, "/api/v1/auth/me").bearer(token);
    call.json(&json!({ "password": password })).send().await
}

async fn set_role(world: &World, who: &Owner, token: &str, role: &str) {
    let user = id(&world.get("/api/v1/auth/me").bearer(token).send().await.expect(200));
    who.patch(world, &format!("/members/{user}"), json!({ "role": role }))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_of_the_person() {
    let world = World::new();
    let ann = world.owner(ANN).await;
    let bob = world.owner("bob@example.com").await;
    // Something of everything: a workspace of her own, a place in another, an invitation, a code, a second session.
    ann.learn(&world, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    let agent = world.published_agent(&ann, json!({})).await;
    let key = world.widget_key(&ann).await;
    world.ask(&key, &agent, "s", "When are you open?").send().await;
    world.sql.execute(
        "INSERT INTO memberships SELECT ?1, id, 'ADMIN', 0 FROM accounts WHERE email = 'ann@example.com'",
        &[&bob.workspace],
    );
    let third = world.owner("eve@example.com").await;
    let body = json!({ "email": ANN, "role": "VIEWER" });
    third.post(&world, "/invitations", body).await.expect(201);
    world
        .post("/api/v1/auth/forgot-password", json!({ "email": ANN }))
        .send()
        .await
        .expect(200);
    let login = json!({ "email": ANN, "password": PASSWORD });
    world.post("/api/v1/auth/login", login.clone()).send().await.expect(200);
    let anns = id(&world.get("/api/v1/auth/me").bearer(&ann.token).send().await.expect(200));
    let bobs = world.get(&bob.path("")).bearer(&bob.token).send().await.expect(200);
    close(&world, &ann.token, PASSWORD).await.expect(200);
    for answer in [
        world.get("/api/v1/auth/me").bearer(&ann.token).send().await,
        world.post("/api/v1/auth/login", login).send().await,
    ] {
        assert_eq!(answer.status, 401);
    }
    world.drain(&ann).await;
    world.drain(&third).await;
    edge_core::workers::sweep(&world.app).await.unwrap();
    world.clock.advance(16 * MINUTE);
    world.drain(&ann).await;
    let traces = |it: &String| it.contains(ANN) || it.contains(&anns) || it.contains(&ann.workspace);
    let left: Vec<_> = world.everything().into_iter().filter(traces).collect();
    assert_eq!(left, Vec::<String>::new());
    assert!(world.blobs.keys().iter().all(|it| !it.contains(&ann.workspace)));
    let scopes = world.ledger.scopes();
    assert!(
        scopes.iter().all(|it| *it != anns && *it != ann.workspace),
        "{scopes:?}"
    );
    // Bob has what he had, and Ann may begin anew.
    assert_eq!(
        world.get(&bob.path("")).bearer(&bob.token).send().await.expect(200),
        bobs
    );
    world.sign_up(ANN).await;
}

#[tokio::test]
async fn an_account_goes_only_with_its_password() {
    let world = World::new();
    let ann = world.owner(ANN).await;
    let wrong = (403, "INVALID_CREDENTIALS".into(), Some("password".into()));
    for _ in 0..5 {
        assert_eq!(close(&world, &ann.token, "not the password").await.refusal(), wrong);
    }
    let answer = close(&world, &ann.token, PASSWORD).await;
    assert_eq!(answer.refusal(), (429, "RATE_LIMITED".into(), None));
    let call = world.call(Method::DELETE, "/api/v1/auth/me").bearer(&ann.token);
    let answer = call.json(&json!({})).send().await;
    assert_eq!(
        answer.refusal(),
        (400, "VALIDATION_ERROR".into(), Some("password".into()))
    );
    ann.get(&world, "").await.expect(200);
}

#[tokio::test]
async fn a_workspace_with_others_is_not_left_without_an_owner() {
    let world = World::new();
    let ann = world.owner(ANN).await;
    let bob = world.join(&ann, "bob@example.com", "MEMBER").await;
    let answer = close(&world, &ann.token, PASSWORD).await;
    assert_eq!(answer.refusal(), (409, "CONFLICT".into(), None));
    assert!(answer.text().contains("My Company"), "{}", answer.text());
    ann.get(&world, "").await.expect(200);
    set_role(&world, &ann, &bob.token, "OWNER").await;
    close(&world, &ann.token, PASSWORD).await.expect(200);
    assert_eq!(bob.get(&world, "").await.expect(200)["role"], "OWNER");
    let members = bob.get(&world, "/members").await.expect(200);
    assert_eq!(
        (&members["total"], &members["members"][0]["email"]),
        (&json!(1), &json!("bob@example.com"))
    );
    close(&world, &bob.token, PASSWORD).await.expect(200);
    assert_eq!(world.sql.column("SELECT id FROM workspaces").len(), 0);
}

#[tokio::test]
async fn late_writes_into_a_deleted_workspace_are_erased() {
    let world = World::new();
    let ann = world.owner(ANN).await;
    ann.learn(&world, "hours.md", "# Opening hours\n\nWe are open from nine to five.")
        .await;
    ann.delete(&world, "").await.expect(200);
    world.drain(&ann).await;
    let late = format!("index/{}/late", ann.workspace);
    edge_core::ports::Blobs::put(&*world.blobs, &late, b"late")
        .await
        .unwrap();
    let others = "index/ws_other/segment";
    edge_core::ports::Blobs::put(&*world.blobs, others, b"theirs")
        .await
        .unwrap();
    edge_core::workers::sweep(&world.app).await.unwrap();
    world.clock.advance(16 * MINUTE);
    assert_eq!(world.drain(&ann).await, None);
    assert_eq!(world.blobs.keys(), [others]);
    assert_eq!(world.sql.column("SELECT id FROM jobs").len(), 0);
    assert!(!world.ledger.scopes().contains(&ann.workspace));
}
