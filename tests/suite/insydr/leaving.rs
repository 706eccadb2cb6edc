//! What goes with a member who is removed, loses the right to it, or deletes their account.
use super::provenance::{ATTACKER, key, twig_webhook, user_id, webhooks};
use crate::harness::TestApp;
use crate::harness::receiver::HOOK;
use crate::harness::shape::has;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn what_a_removed_admin_made_ends_with_the_membership() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, "bob@example.com", "ADMIN").await;
    let (key_id, twig) = key(&app, &bob, "twig").await;
    let by_key = twig_webhook(&app, &twig, ATTACKER).await;
    let (by_bob, _) = bob
        .webhook(&app, "https://bob.example.com/", &["MESSAGE_ANSWERED"])
        .await;
    let body = json!({ "email": "second-bob@example.com", "role": "ADMIN" });
    bob.post(&app, "/invitations", body).await.expect(201);
    let widget = app.widget_key(&bob).await;
    let (anns_key, anns_twig) = key(&app, &ann, "twig").await;
    let (anns, _) = ann.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let agent = app.published_agent(&ann, json!({})).await;
    assert_eq!(app.ask(&widget, &agent, "a", "Hello?").send().await.status, 200);
    let bobs = user_id(&app, &bob).await;
    let removed = ann.delete(&app, &format!("/members/{bobs}")).await.expect(200);
    assert_eq!(removed["message"], "Member removed");
    has(
        &removed,
        &json!({
            "keys_revoked": [{ "id": key_id, "name": "twig key", "kind": "twig" }],
            "invitations_withdrawn": ["second-bob@example.com"],
            "keys_kept": [],
            "webhooks_kept": []
        }),
    );
    let deleted: Vec<_> = removed["webhooks_deleted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert!(deleted.len() == 2 && deleted.contains(&&json!(by_key)) && deleted.contains(&&json!(by_bob)));
    // At once, with what was on its way.
    assert_eq!(app.get("/api/webhooks").bearer(&twig).send().await.status, 401);
    for webhook in [&by_key, &by_bob] {
        ann.deliver(&app, webhook).await;
    }
    assert_eq!(app.receiver.take().len(), 0);
    // What others made stays, and the site's chat does: its key is public anyway.
    has(
        &webhooks(&app, &ann).await,
        &json!({ "webhooks": [{ "id": anns }], "total": 1 }),
    );
    assert_eq!(app.get("/api/webhooks").bearer(&anns_twig).send().await.status, 200);
    assert_eq!(app.ask(&widget, &agent, "b", "Hello?").send().await.status, 200);
    assert_eq!(
        ann.get(&app, &format!("/api-keys/{anns_key}")).await.expect(200)["is_active"],
        true
    );
    assert_eq!(ann.get(&app, "/invitations").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn a_role_without_the_right_to_keys_ends_them() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, "bob@example.com", "OWNER").await;
    let (key_id, twig) = key(&app, &bob, "twig").await;
    let webhook = twig_webhook(&app, &twig, HOOK).await;
    let path = format!("/members/{}", user_id(&app, &bob).await);
    let still = ann.patch(&app, &path, json!({ "role": "ADMIN" })).await.expect(200);
    has(
        &still,
        &json!({ "role": "ADMIN", "keys_revoked": [], "webhooks_deleted": [] }),
    );
    assert_eq!(app.get("/api/webhooks").bearer(&twig).send().await.status, 200);
    let demoted = ann.patch(&app, &path, json!({ "role": "MEMBER" })).await.expect(200);
    has(
        &demoted,
        &json!({
            "role": "MEMBER",
            "email": "bob@example.com",
            "keys_revoked": [{ "id": key_id }],
            "webhooks_deleted": [{ "id": webhook }]
        }),
    );
    assert_eq!(app.get("/api/webhooks").bearer(&twig).send().await.status, 401);
}

#[tokio::test]
async fn who_removes_a_member_may_take_over_what_they_made() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let anns = user_id(&app, &ann).await;
    for (keep, key_goes_on, kept) in [
        ("keys", true, vec!["key"]),
        ("webhooks", false, vec!["key", "person"]),
        ("keys,webhooks", true, vec!["key", "person"]),
    ] {
        let bob = app
            .join(&ann, &format!("bob-{}@example.com", kept.len() + keep.len()), "ADMIN")
            .await;
        let (key_id, twig) = key(&app, &bob, "twig").await;
        twig_webhook(&app, &twig, "https://key.example.com/").await;
        bob.webhook(&app, "https://person.example.com/", &["LEAD_CAPTURED"])
            .await;
        let bobs = user_id(&app, &bob).await;
        let wrong = ann.delete(&app, &format!("/members/{bobs}?keep=all")).await;
        assert_eq!(wrong.refusal(), (400, "VALIDATION_ERROR".into(), Some("keep".into())));
        let removed = ann
            .delete(&app, &format!("/members/{bobs}?keep={keep}"))
            .await
            .expect(200);
        let list = webhooks(&app, &ann).await;
        let urls: Vec<_> = list["webhooks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["url"].to_string())
            .collect();
        assert_eq!(urls.len(), kept.len(), "{keep}: {urls:?}");
        assert!(
            kept.iter().all(|it| urls.iter().any(|url| url.contains(it))),
            "{keep}: {urls:?}"
        );
        let status = app.get("/api/webhooks").bearer(&twig).send().await.status;
        assert_eq!(status, if key_goes_on { 200 } else { 401 }, "{keep}");
        let shown = ann.get(&app, &format!("/api-keys/{key_id}")).await.expect(200);
        assert_eq!(shown["is_active"], key_goes_on, "{keep}");
        if key_goes_on {
            has(
                &removed,
                &json!({ "keys_kept": [{ "id": key_id }], "keys_revoked": [] }),
            );
            assert_eq!(shown["created_by"]["id"], json!(anns));
        }
        let of_key = "SELECT created_by_key_id FROM webhooks WHERE created_by_key_id IS NOT NULL";
        assert_eq!(app.sql.column(of_key).len(), usize::from(key_goes_on), "{keep}");
        // Nothing counts as made by who is gone.
        let makers = "SELECT created_by_account_id FROM webhooks WHERE created_by_key_id IS NULL";
        assert!(app.sql.column(makers).iter().all(|it| *it == anns), "{keep}");
        for webhook in list["webhooks"].as_array().unwrap() {
            ann.delete(&app, &format!("/webhooks/{}", webhook["id"].as_str().unwrap()))
                .await
                .expect(200);
        }
    }
}

#[tokio::test]
async fn who_leaves_keeps_nothing_and_a_refused_leave_ends_nothing() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let (_, anns_key) = key(&app, &ann, "twig").await;
    twig_webhook(&app, &anns_key, HOOK).await;
    let anns = user_id(&app, &ann).await;
    // The last owner can neither leave nor step down.
    assert_eq!(ann.delete(&app, &format!("/members/{anns}")).await.status, 409);
    let down = ann
        .patch(&app, &format!("/members/{anns}"), json!({ "role": "VIEWER" }))
        .await;
    assert_eq!(down.status, 409);
    // Nothing was ordered that would do it later.
    app.clock.advance(60_000);
    app.drain(&ann).await;
    ann.get(&app, "/members").await.expect(200);
    assert_eq!(app.sql.column("SELECT role FROM memberships"), ["OWNER"]);
    assert_eq!(app.get("/api/webhooks").bearer(&anns_key).send().await.status, 200);
    assert_eq!(webhooks(&app, &ann).await["total"], 1);
    let bob = app.join(&ann, "bob@example.com", "ADMIN").await;
    let (_, bobs_key) = key(&app, &bob, "twig").await;
    let bobs = user_id(&app, &bob).await;
    let refused = bob.delete(&app, &format!("/members/{bobs}?keep=keys")).await;
    assert_eq!(refused.refusal(), (400, "VALIDATION_ERROR".into(), Some("keep".into())));
    assert_eq!(app.get("/api/webhooks").bearer(&bobs_key).send().await.status, 200);
    bob.delete(&app, &format!("/members/{bobs}")).await.expect(200);
    assert_eq!(app.get("/api/webhooks").bearer(&bobs_key).send().await.status, 401);
}

#[tokio::test]
async fn a_deleted_account_takes_its_keys_elsewhere_along() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, "bob@example.com", "ADMIN").await;
    let (_, twig) = key(&app, &bob, "twig").await;
    twig_webhook(&app, &twig, ATTACKER).await;
    bob.webhook(&app, "https://bob.example.com/", &["LEAD_CAPTURED"]).await;
    let body = json!({ "email": "second-bob@example.com", "role": "ADMIN" });
    bob.post(&app, "/invitations", body).await.expect(201);
    let password = json!({ "password": "correct horse battery" });
    let call = app
        .call(Method::DELETE, "/api/v1/auth/me")
        .bearer(&bob.token)
        .json(&password);
    call.send().await.expect(200);
    assert_eq!(app.get("/api/webhooks").bearer(&twig).send().await.status, 401);
    assert_eq!(webhooks(&app, &ann).await["total"], 0);
    assert_eq!(ann.get(&app, "/invitations").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn who_loses_their_right_meanwhile_makes_nothing() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.join(&ann, "bob@example.com", "ADMIN").await;
    let (key_id, twig) = key(&app, &bob, "twig").await;
    let body = json!({ "url": ATTACKER, "events": ["interaction.created"] });
    let make = app.post("/api/webhooks", body).bearer(&twig).send();
    let revoke = async {
        ann.delete(&app, &format!("/api-keys/{key_id}")).await.expect(200);
    };
    let (made, ()) = tokio::join!(make, app.sql.hold_next("INSERT INTO webhooks", revoke));
    assert_eq!(made.status, 403, "{}", made.text());
    let bobs = user_id(&app, &bob).await;
    let make = bob.post(&app, "/api-keys", json!({ "name": "Late", "kind": "twig" }));
    let remove = async {
        ann.delete(&app, &format!("/members/{bobs}")).await.expect(200);
    };
    let (made, ()) = tokio::join!(make, app.sql.hold_next("INSERT INTO api_keys", remove));
    assert_eq!(made.refusal(), (403, "FORBIDDEN".into(), None));
    // Nor by the other things that leave a way back in.
    let bob = app.join(&ann, "rob@example.com", "OWNER").await;
    let bobs = user_id(&app, &bob).await;
    let eve = app.join(&ann, "eve@example.com", "VIEWER").await;
    let eves = user_id(&app, &eve).await;
    let (hook, _) = ann.webhook(&app, "https://ann.example.com/", &["LEAD_CAPTURED"]).await;
    let body = json!({ "email": "late@example.com", "role": "ADMIN" });
    let calls = [
        (
            "INSERT INTO invitations",
            bob.call(&app, Method::POST, "/invitations").json(&body),
        ),
        (
            "UPDATE memberships",
            bob.call(&app, Method::PATCH, &format!("/members/{eves}"))
                .json(&json!({ "role": "OWNER" })),
        ),
        (
            "DELETE FROM memberships",
            bob.call(&app, Method::DELETE, &format!("/members/{eves}")),
        ),
        (
            "UPDATE webhooks",
            bob.call(&app, Method::PATCH, &format!("/webhooks/{hook}"))
                .json(&json!({ "url": ATTACKER })),
        ),
    ];
    for (statement, call) in calls {
        let demote = async {
            let path = format!("/members/{bobs}");
            ann.patch(&app, &path, json!({ "role": "MEMBER" })).await.expect(200);
        };
        let (made, ()) = tokio::join!(call.send(), app.sql.hold_next(statement, demote));
        assert_eq!(made.refusal(), (403, "FORBIDDEN".into(), None), "{statement}");
        let path = format!("/members/{bobs}");
        ann.patch(&app, &path, json!({ "role": "OWNER" })).await.expect(200);
    }
    assert_eq!(ann.get(&app, "/invitations").await.expect(200)["total"], 0);
    assert_eq!(
        app.sql.column(
            "SELECT role FROM memberships WHERE account_id = (SELECT id FROM accounts WHERE email LIKE 'eve%')"
        ),
        ["VIEWER"]
    );
    assert_eq!(app.sql.column("SELECT url FROM webhooks"), ["https://ann.example.com/"]);
    ann.delete(&app, &format!("/webhooks/{hook}")).await.expect(200);
    assert_eq!(
        app.sql
            .column("SELECT name FROM api_keys WHERE revoked_at IS NULL")
            .len(),
        0
    );
    assert_eq!(webhooks(&app, &ann).await["total"], 0);
}
