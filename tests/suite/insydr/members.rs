//! Members and invitations.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::shape::is;
use crate::harness::{Owner, TestApp};
use edge_model::time::DAY;
use http::Method;
use serde_json::{Value, json};

const BOB: &str = "bob@example.com";

fn conflict() -> (u16, String, Option<String>) {
    (409, "CONFLICT".into(), None)
}

fn not_found() -> (u16, String, Option<String>) {
    (404, "NOT_FOUND".into(), None)
}

fn forbidden() -> (u16, String, Option<String>) {
    (403, "FORBIDDEN".into(), None)
}

async fn invite(app: &TestApp, owner: &Owner, email: &str, role: &str) -> Answer {
    let body = json!({ "email": email, "role": role });
    owner.post(app, "/invitations", body).await
}

async fn user_id(app: &TestApp, token: &str) -> String {
    id(&app.get("/api/v1/auth/me").bearer(token).send().await.expect(200))
}

async fn received(app: &TestApp, token: &str) -> Value {
    let answer = app.get("/api/v1/invitations").bearer(token).send().await;
    answer.expect(200)
}

async fn accept(app: &TestApp, token: &str, invitation: &str) -> Answer {
    let path = format!("/api/v1/invitations/{invitation}/accept");
    app.post(&path, json!({})).bearer(token).send().await
}

async fn set_role(app: &TestApp, who: &Owner, user: &str, role: &str) -> Answer {
    who.patch(app, &format!("/members/{user}"), json!({ "role": role }))
        .await
}

async fn remove(app: &TestApp, who: &Owner, user: &str) -> Answer {
    who.delete(app, &format!("/members/{user}")).await
}

#[tokio::test]
async fn members_are_listed_newest_first_with_their_roles() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    app.join(&ann, BOB, "VIEWER").await;
    let list = ann.get(&app, "/members").await.expect(200);
    let member = |email: &str, role: &str| json!({ "user_id": "<user_>", "email": email, "full_name": "Ann Example", "role": role, "joined_at": "<time>" });
    let expected = json!({
        "members": [member("ann@example.com", "OWNER"), member(BOB, "VIEWER")],
        "total": 2,
        "next_cursor": null
    });
    is(&list, &expected);
    let first = ann.get(&app, "/members?limit=1").await.expect(200);
    assert_eq!(
        (&first["total"], first["members"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ann
        .get(&app, &format!("/members?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second["members"][0]["email"], BOB);
}

#[tokio::test]
async fn who_is_invited_gets_a_mail_and_becomes_a_member_by_accepting() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let answer = invite(&app, &ann, " BOB@example.com ", "MEMBER").await.expect(201);
    let expected = json!({
        "id": "<inv_>", "workspace_id": ann.workspace, "workspace_name": "My Company", "email": BOB, "role": "MEMBER",
        "invited_by": "Ann Example", "created_by": { "kind": "person", "id": "<user_>", "name": "Ann Example" },
        "expires_at": "2026-02-02T00:00:00Z", "created_at": "2026-01-26T00:00:00Z", "is_mailed": true
    });
    is(&answer, &expected);
    app.drain(&ann).await;
    let mail = app.mailbox.all().pop().unwrap();
    assert_eq!(mail.to, BOB);
    assert!(
        mail.text.contains("My Company") && mail.text.contains("as MEMBER"),
        "{}",
        mail.text
    );
    let token = app.sign_up(BOB).await;
    let list = received(&app, &token).await;
    is(
        &list,
        &json!({ "invitations": [expected], "total": 1, "next_cursor": null }),
    );
    let joined = accept(&app, &token, &id(&answer)).await.expect(200);
    is(
        &joined,
        &json!({ "workspace_id": ann.workspace, "role": "MEMBER", "message": "<text>" }),
    );
    let bob = Owner {
        token,
        workspace: ann.workspace.clone(),
    };
    assert_eq!(bob.get(&app, "").await.expect(200)["role"], "MEMBER");
    // It is used up.
    assert_eq!(accept(&app, &bob.token, &id(&answer)).await.refusal(), not_found());
    assert_eq!(ann.get(&app, "/invitations").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn an_invitation_is_for_its_address_alone() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let invitation = id(&invite(&app, &ann, BOB, "ADMIN").await.expect(201));
    let eve = app.sign_up("eve@example.com").await;
    let path = format!("/api/v1/invitations/{invitation}");
    let nobodys = accept(&app, &eve, "inv_0000000000000000000000").await;
    for answer in [
        accept(&app, &eve, &invitation).await,
        app.delete(&path).bearer(&eve).send().await,
    ] {
        assert_eq!((answer.status, answer.text()), (404, nobodys.text()));
    }
    assert_eq!(received(&app, &eve).await["total"], 0);
    let bob = app.sign_up(BOB).await;
    app.delete(&path).bearer(&bob).send().await.expect(200);
    assert_eq!(accept(&app, &bob, &invitation).await.refusal(), not_found());
}

#[tokio::test]
async fn an_invitation_is_open_for_seven_days_or_until_withdrawn() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.sign_up(BOB).await;
    let withdrawn = id(&invite(&app, &ann, BOB, "VIEWER").await.expect(201));
    ann.delete(&app, &format!("/invitations/{withdrawn}")).await.expect(200);
    let again = ann.delete(&app, &format!("/invitations/{withdrawn}")).await;
    assert_eq!(again.refusal(), not_found());
    assert_eq!(accept(&app, &bob, &withdrawn).await.refusal(), not_found());
    // It is not listed any more.
    let before = app.mailbox.all().len();
    app.drain(&ann).await;
    assert_eq!(app.mailbox.all().len(), before);
    let late = id(&invite(&app, &ann, BOB, "VIEWER").await.expect(201));
    app.clock.advance(7 * DAY);
    let body = json!({ "email": BOB, "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
    let bob = answer["access_token"].as_str().unwrap().to_owned();
    assert_eq!(accept(&app, &bob, &late).await.refusal(), not_found());
}

#[tokio::test]
async fn inviting_again_replaces_and_inviting_a_member_is_refused() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let first = id(&invite(&app, &ann, BOB, "VIEWER").await.expect(201));
    let second = id(&invite(&app, &ann, BOB, "ADMIN").await.expect(201));
    let list = ann.get(&app, "/invitations").await.expect(200);
    assert_eq!(
        (&list["total"], &list["invitations"][0]["id"]),
        (&json!(1), &json!(second))
    );
    let bob = app.sign_up(BOB).await;
    assert_eq!(accept(&app, &bob, &first).await.refusal(), not_found());
    accept(&app, &bob, &second).await.expect(200);
    let refusal = (409, "CONFLICT".into(), Some("email".into()));
    assert_eq!(invite(&app, &ann, BOB, "VIEWER").await.refusal(), refusal);
}

#[tokio::test]
async fn bad_input_is_named() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let named = |field: &str| (400, "VALIDATION_ERROR".into(), Some(field.into()));
    assert_eq!(invite(&app, &ann, "bob", "VIEWER").await.refusal(), named("email"));
    assert_eq!(invite(&app, &ann, BOB, "viewer").await.refusal(), named("role"));
    assert_eq!(
        ann.post(&app, "/invitations", json!({})).await.refusal(),
        named("email")
    );
    let own = user_id(&app, &ann.token).await;
    assert_eq!(set_role(&app, &ann, &own, "KING").await.refusal(), named("role"));
    assert_eq!(ann.get(&app, "/members?limit=0").await.refusal(), named("limit"));
}

#[tokio::test]
async fn the_last_owner_can_neither_leave_nor_be_demoted() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let anns = user_id(&app, &ann.token).await;
    assert_eq!(remove(&app, &ann, &anns).await.refusal(), conflict());
    assert_eq!(set_role(&app, &ann, &anns, "ADMIN").await.refusal(), conflict());
    assert_eq!(ann.get(&app, "").await.expect(200)["role"], "OWNER");
    // With another one it is another matter, and the workspace names the one who is left.
    let bob = app.join(&ann, BOB, "MEMBER").await;
    let bobs = user_id(&app, &bob.token).await;
    let promoted = set_role(&app, &ann, &bobs, "OWNER").await.expect(200);
    assert_eq!((&promoted["role"], &promoted["email"]), (&json!("OWNER"), &json!(BOB)));
    remove(&app, &ann, &anns).await.expect(200);
    assert_eq!(ann.get(&app, "").await.refusal(), not_found());
    assert_eq!(
        app.sql.column("SELECT owner_id FROM workspaces"),
        std::slice::from_ref(&bobs)
    );
    assert_eq!(remove(&app, &bob, &bobs).await.refusal(), conflict());
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, BOB, "OWNER").await;
    let (anns, bobs) = (user_id(&app, &ann.token).await, user_id(&app, &bob.token).await);
    let (a, b) = tokio::join!(remove(&app, &ann, &anns), remove(&app, &bob, &bobs));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.sql.column("SELECT role FROM memberships"), ["OWNER"]);
}

#[tokio::test]
async fn an_admin_does_not_touch_owners_and_makes_none() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, BOB, "ADMIN").await;
    app.join(&ann, "eve@example.com", "OWNER").await;
    let (anns, bobs) = (user_id(&app, &ann.token).await, user_id(&app, &bob.token).await);
    for answer in [
        set_role(&app, &bob, &anns, "VIEWER").await,
        set_role(&app, &bob, &bobs, "OWNER").await,
        remove(&app, &bob, &anns).await,
        invite(&app, &bob, "new@example.com", "OWNER").await,
    ] {
        assert_eq!(answer.refusal(), forbidden());
    }
    set_role(&app, &bob, &bobs, "VIEWER").await.expect(200);
    assert_eq!(set_role(&app, &bob, &bobs, "ADMIN").await.refusal(), forbidden());
}

#[tokio::test]
async fn everybody_may_leave_and_who_is_removed_is_out_at_once() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, BOB, "VIEWER").await;
    let bobs = user_id(&app, &bob.token).await;
    remove(&app, &bob, &bobs).await.expect(200);
    assert_eq!(bob.get(&app, "").await.refusal(), not_found());
    assert_eq!(remove(&app, &ann, &bobs).await.refusal(), not_found());
    let eve = app.join(&ann, "eve@example.com", "MEMBER").await;
    let eves = user_id(&app, &eve.token).await;
    remove(&app, &ann, &eves).await.expect(200);
    let answer = eve.call(&app, Method::GET, "/agents").send().await;
    assert_eq!(answer.refusal(), not_found());
}
