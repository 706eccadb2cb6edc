//! Webhooks: made, shown, changed; the events of this dialect; secrets.
use crate::harness::receiver::{HOOK, Received};
use crate::harness::{Owner, TestApp};
use edge_core::webhook::signature::{SigningSecret, standard};
use edge_model::Timestamp;
use edge_model::key::KeyKind;
use edge_model::time::{HOUR, MINUTE, TimeDelta};
use http::Method;
use serde_json::{Value, json};

const ALL: [&str; 8] = [
    "CONVERSATION_STARTED",
    "MESSAGE_ANSWERED",
    "LEAD_CAPTURED",
    "ESCALATION_CREATED",
    "ESCALATION_RESOLVED",
    "FEEDBACK_RECEIVED",
    "DOCUMENT_PROCESSED",
    "DOCUMENT_FAILED",
];

#[tokio::test]
async fn a_webhook_is_made_as_documented_with_its_secret_once() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({
        "name": "Slack Notifications",
        "url": "https://hooks.slack.com/services/1",
        "event_types": ["CONVERSATION_STARTED", "LEAD_CAPTURED"],
        "headers": { "X-Custom-Header": "a value of ours" },
    });
    let created = owner.post(&app, "/webhooks", body).await.expect(201);
    let (id, secret) = (created["id"].as_str().unwrap(), created["secret"].as_str().unwrap());
    assert!(id.starts_with("wh_"), "{created}");
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{created}");
    assert_eq!(created["event_types"], json!(["CONVERSATION_STARTED", "LEAD_CAPTURED"]));
    assert_eq!(created["is_active"], true);
    assert!(created["created_at"].as_str().unwrap().ends_with('Z'));
    let list = owner.get(&app, "/webhooks").await;
    assert!(!list.text().contains(secret) && !list.text().contains("a value of ours"));
    assert_eq!(list.expect(200)["total"], 1);
    let shown = owner.get(&app, &format!("/webhooks/{id}")).await;
    assert!(!shown.text().contains("whsec_"));
    assert_eq!(shown.expect(200)["header_names"], json!(["x-custom-header"]));
    for row in app.everything() {
        assert!(
            !row.contains(secret) && !row.contains(&secret[6..]) && !row.contains("a value of ours"),
            "{row}"
        );
    }
}

#[tokio::test]
async fn what_will_not_do_is_refused_by_its_field() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let usual = json!({ "name": "Ours", "url": HOOK, "event_types": ["LEAD_CAPTURED"] });
    for (field, value) in [
        ("name", json!("")),
        ("url", json!("hooks.example.com")),
        ("url", json!("ftp://hooks.example.com")),
        ("url", json!("https://user:secret@hooks.example.com")),
        ("event_types", json!([])),
        ("event_types", json!(["TEST"])),
        ("event_types", json!(["lead_captured"])),
        ("event_types", json!(["run.started"])),
        ("headers", json!({ "Host": "example.com" })),
        ("headers", json!({ "webhook-id": "1" })),
        ("headers", json!({ "X-Insydr-Event": "1" })),
        ("headers", json!({ "x-twig-signature": "1" })),
        ("headers", json!({ "Twin-Signature": "1" })),
        ("headers", json!({ "x-twin-a": "1" })),
        ("headers", json!({ "x-cobb-event": "1" })),
        ("headers", json!({ "x-a": "b\r\nhost: c" })),
        ("headers", json!({ "content-length": "1" })),
        ("headers", json!({ "Authorization": "Bearer x" })),
        ("secret", json!("short")),
    ] {
        let mut body = usual.clone();
        body[field] = value.clone();
        let refused = owner.post(&app, "/webhooks", body).await.refusal();
        assert_eq!(refused, (400, "VALIDATION_ERROR".into(), Some(field.into())), "{value}");
    }
    assert_eq!(owner.get(&app, "/webhooks").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn only_what_is_given_changes_and_a_deleted_webhook_is_gone() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let path = format!("/webhooks/{webhook}");
    let changed = owner.patch(&app, &path, json!({ "name": "Theirs" })).await.expect(200);
    assert_eq!((&changed["name"], &changed["url"]), (&json!("Theirs"), &json!(HOOK)));
    let body = json!({ "event_types": ["DOCUMENT_FAILED", "DOCUMENT_FAILED"], "is_active": false });
    let changed = owner.patch(&app, &path, body).await.expect(200);
    assert_eq!(changed["event_types"], json!(["DOCUMENT_FAILED"]));
    assert_eq!(
        (&changed["is_active"], &changed["disabled_because"]),
        (&json!(false), &json!("asked"))
    );
    owner.delete(&app, &path).await.expect(200);
    for answer in [owner.get(&app, &path).await, owner.delete(&app, &path).await] {
        assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None));
    }
}

/// Does something for every event that there is so far, and returns what the endpoint was told.
async fn busy(app: &TestApp, owner: &Owner, webhook: &str) -> Vec<Received> {
    owner
        .upload_and_index(app, "pro.md", "# Pro plan\n\nThe Pro plan costs 49 dollars a month.")
        .await;
    let unreadable = app.upload(owner, "empty.html", "<script>let a = 1;</script>").await;
    app.drain(owner).await;
    assert_eq!(
        owner.document(app, unreadable["id"].as_str().unwrap()).await["status"],
        "FAILED"
    );
    let agent = app
        .published_agent(owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let key = app.widget_key(owner).await;
    for question in ["What does the Pro plan cost?", "And for a year?"] {
        let frames = app.ask(&key, &agent, "session-1", question).send().await.frames();
        let body = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP", "comment": "Good" });
        app.post("/api/v1/widget/feedback", body)
            .widget(&key)
            .send()
            .await
            .expect(201);
    }
    owner.deliver(app, webhook).await;
    let mut received = app.receiver.take();
    received.sort_by_key(|it| it.header("webhook-id").to_owned());
    received
}

#[tokio::test]
async fn every_event_is_told_with_its_facts_to_who_asks_for_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &ALL).await;
    let received = busy(&app, &owner, &webhook).await;
    let mut delivered: Vec<(String, Value)> = vec![];
    for one in &received {
        let body = one.json();
        assert_eq!(body["id"], one.header("webhook-id"));
        assert_eq!(body["workspace_id"], owner.workspace.as_str());
        assert_eq!(body["event"], one.header("x-insydr-event"));
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        delivered.push((body["event"].as_str().unwrap().to_owned(), body["data"].clone()));
    }
    let of = |name: &str| {
        delivered
            .iter()
            .filter(|it| it.0 == name)
            .map(|it| &it.1)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("CONVERSATION_STARTED").len(),
        1,
        "the second question starts nothing"
    );
    let started = of("CONVERSATION_STARTED")[0];
    assert_eq!(started["session_id"], "session-1");
    assert_eq!(
        app.sql.column("SELECT id FROM conversations"),
        [started["conversation_id"].as_str().unwrap()]
    );
    let answered = of("MESSAGE_ANSWERED");
    assert_eq!(answered.len(), 2);
    assert_eq!(answered[0]["message"], "What does the Pro plan cost?");
    assert!(
        answered[0]["response"].as_str().unwrap().contains("49 dollars"),
        "{}",
        answered[0]
    );
    assert_eq!(answered[0]["sources"][0]["title"], "pro.md");
    assert!(answered[0]["confidence"].as_f64().unwrap() > 0.0);
    let feedback = of("FEEDBACK_RECEIVED");
    assert_eq!(feedback.len(), 2);
    assert_eq!(
        (&feedback[0]["feedback_type"], &feedback[0]["comment"]),
        (&json!("THUMBS_UP"), &json!("Good"))
    );
    assert_eq!(feedback[0]["message_id"], answered[0]["message_id"]);
    assert_eq!(of("DOCUMENT_PROCESSED")[0]["title"], "pro.md");
    assert_eq!(of("DOCUMENT_FAILED")[0]["error"], "no text was found in the file");
    assert_eq!(delivered.len(), 7, "{delivered:?}");
}

#[tokio::test]
async fn webhooks_receive_only_subscribed_events_of_their_tenant() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let (bobs, _) = bob.webhook(&app, "https://bob.example.com/", &ALL).await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["FEEDBACK_RECEIVED"]).await;
    let received = busy(&app, &owner, &webhook).await;
    let names: Vec<_> = received.iter().map(|it| it.header("x-insydr-event")).collect();
    assert_eq!(names, ["FEEDBACK_RECEIVED"; 2]);
    assert_eq!(bob.deliver(&app, &bobs).await, None);
    assert_eq!(app.receiver.take().len(), 0);
    // An event that no endpoint asks for is not written.
    assert_eq!(
        app.sql.column("SELECT DISTINCT kind FROM events"),
        ["feedback_received"]
    );
}

#[tokio::test]
async fn an_event_is_written_with_its_cause_or_not_at_all() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.webhook(&app, HOOK, &ALL).await;
    let document = app
        .upload(&owner, "a.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    app.sql.fail_next("INSERT INTO deliveries");
    app.drain(&owner).await;
    assert_eq!(app.sql.column("SELECT 1 FROM events").len(), 0);
    let id = document["id"].as_str().unwrap();
    assert_eq!(owner.document(&app, id).await["status"], "PROCESSING");
    app.clock.advance(MINUTE);
    app.drain(&owner).await;
    assert_eq!(owner.document(&app, id).await["status"], "COMPLETED");
    assert_eq!(app.sql.column("SELECT kind FROM events"), ["document_processed"]);
    // A job that is done a second time, as after a crash, has the one event that it had.
    app.upload(&owner, "b.md", "# Parking\n\nThere is a car park behind the shop.")
        .await;
    app.sql.fail_next("DELETE FROM jobs");
    let workspace = edge_model::WorkspaceId::new(owner.workspace.as_str());
    assert!(
        edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1))
            .await
            .is_err()
    );
    app.clock.advance(2 * MINUTE);
    assert_eq!(app.drain(&owner).await, None);
    assert_eq!(app.sql.column("SELECT id FROM events").len(), 2);
    assert_eq!(app.sql.column("SELECT id FROM deliveries").len(), 2);
}

fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(text).unwrap()
}

fn signed_with(one: &Received, secrets: &[SigningSecret]) -> bool {
    let at = Timestamp(one.header("webhook-timestamp").parse::<i64>().unwrap() * 1_000);
    let expected = standard(secrets, one.header("webhook-id"), at, &one.body).unwrap();
    one.header("webhook-signature") == expected
        && one.header("x-insydr-signature") == secrets[0].sign_body(&one.body).unwrap()
}

#[tokio::test]
async fn for_a_day_after_a_rotation_both_secrets_sign() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, old) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let old = secret(&old);
    let delivered = async || {
        let owner = owner.again(&app, "ann@example.com").await;
        owner.test_event(&app, &webhook).await;
        owner.deliver(&app, &webhook).await;
        app.receiver.take().remove(0)
    };
    assert!(signed_with(&delivered().await, std::slice::from_ref(&old)));
    let path = format!("/webhooks/{webhook}/rotate-secret");
    let rotated = owner.post(&app, &path, json!({})).await.expect(200);
    assert_eq!(rotated["old_secret_expires_at"], "2026-01-27T00:00:00Z");
    let new = secret(rotated["secret"].as_str().unwrap());
    assert_ne!(new, old);
    assert!(signed_with(&delivered().await, &[new.clone(), old.clone()]));
    app.clock.advance(23 * HOUR);
    assert!(signed_with(&delivered().await, &[new.clone(), old.clone()]));
    app.clock.advance(HOUR);
    assert!(signed_with(&delivered().await, std::slice::from_ref(&new)));
    for row in app.everything() {
        assert!(!row.contains(new.as_str()) && !row.contains(old.as_str()), "{row}");
    }
}

#[tokio::test]
async fn a_callers_own_secret_and_headers_are_used_in_every_delivery() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({
        "name": "Ours", "url": HOOK, "event_types": ["LEAD_CAPTURED"],
        "headers": { "X-Team": "blue" }, "secret": "your-webhook-secret",
    });
    let created = owner.post(&app, "/webhooks", body).await.expect(201);
    let webhook = created["id"].as_str().unwrap();
    let delivery = owner.test_event(&app, webhook).await;
    owner.deliver(&app, webhook).await;
    let received = app.receiver.take().remove(0);
    assert_eq!(received.url, HOOK);
    assert_eq!(received.header("x-team"), "blue");
    assert!(signed_with(&received, &[secret("your-webhook-secret")]));
    let shown = owner.delivery(&app, webhook, &delivery).await;
    assert_eq!(shown["request_body"], String::from_utf8(received.body.clone()).unwrap());
    let headers = &shown["attempts"][0]["request_headers"];
    assert_eq!(headers["webhook-id"], received.header("webhook-id"));
    assert_eq!(headers["x-team"], Value::Null, "values of theirs are not kept");
}

#[tokio::test]
async fn a_secret_moved_to_another_webhook_does_not_open() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let (other, _) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let swap = "UPDATE webhooks SET sealed_secret = (SELECT sealed_secret FROM webhooks WHERE id = ?1) WHERE id = ?2";
    app.sql.execute(swap, &[&other, &webhook]);
    let delivery = owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 0, "nothing is sent unsigned");
    let shown = owner.delivery(&app, &webhook, &delivery).await;
    assert!(shown["attempts"][0]["error"].as_str().unwrap().contains("cannot sign"));
}

#[tokio::test]
async fn the_twins_only_webhook_is_set_moved_removed_and_seen_here() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = owner.program_key(&app, KeyKind::Twin).await;
    let set = async |change: Value| {
        let call = app.call(Method::PUT, "/v1/settings").bearer(&key).json(&change);
        call.send().await.expect(200)
    };
    let urls = async || {
        let list = owner.get(&app, "/webhooks").await.expect(200);
        let urls = list["webhooks"].as_array().unwrap().iter();
        urls.map(|it| (it["url"].clone(), it["dialect"].clone()))
            .collect::<Vec<_>>()
    };
    let twin = |url: &str| vec![(json!(url), json!("twin"))];
    set(json!({ "webhookUrl": null })).await;
    assert_eq!(urls().await, []);
    let made = set(json!({ "webhookUrl": HOOK })).await;
    let made = made["webhookSecret"].as_str().unwrap();
    assert!(made.starts_with("whsec_"));
    assert_eq!(urls().await, twin(HOOK));
    let other = "https://other.example.com/";
    let moved = set(json!({ "webhookUrl": other })).await;
    assert_eq!(
        moved["webhookSecret"],
        Value::Null,
        "the secret stays and is not shown again"
    );
    let own = "a-secret-of-ours";
    let shown = set(json!({ "webhookUrl": other, "webhookSecret": own })).await;
    assert_eq!(shown["webhookSecret"], own);
    assert_eq!(urls().await, twin(other));
    let ids = app.sql.column("SELECT id FROM webhooks");
    let shown = owner.get(&app, &format!("/webhooks/{}", ids[0])).await.expect(200);
    assert_eq!(
        (&shown["event_types"], &shown["created_by"]["kind"]),
        (&json!(["escalation.created"]), &json!("api_key"))
    );
    for row in app.everything() {
        assert!(!row.contains(made) && !row.contains(own), "{row}");
    }
    set(json!({ "webhookUrl": null })).await;
    assert_eq!(urls().await, []);
}

#[tokio::test]
async fn what_one_person_changes_of_a_webhook_another_does_not_undo() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, old) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let path = format!("/webhooks/{webhook}");
    let rename = async |name: &str| {
        owner.patch(&app, &path, json!({ "name": name })).await.expect(200);
    };
    let mut new = String::new();
    let rotate = async {
        let rotated = owner
            .post(&app, &format!("{path}/rotate-secret"), json!({}))
            .await
            .expect(200);
        new = rotated["secret"].as_str().unwrap().into();
    };
    tokio::join!(rename("One"), app.sql.hold_next("UPDATE webhooks SET name", rotate));
    owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    let received = app.receiver.take().remove(0);
    assert!(signed_with(&received, &[secret(&new), secret(&old)]));
    let disable = async {
        owner
            .patch(&app, &path, json!({ "is_active": false }))
            .await
            .expect(200);
    };
    tokio::join!(rename("Two"), app.sql.hold_next("UPDATE webhooks SET name", disable));
    let shown = owner.get(&app, &path).await.expect(200);
    assert_eq!((&shown["name"], &shown["is_active"]), (&json!("Two"), &json!(false)));
}
