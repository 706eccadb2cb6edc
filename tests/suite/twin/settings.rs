//! How the twin answers: shown, changed, at once.
use super::{POLICY, Program, refused};
use crate::harness::TestApp;
use crate::harness::shape::is;
use serde_json::json;

#[tokio::test]
async fn a_setting_that_was_not_set_is_as_documented() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let settings = program.get(&app, "/v1/settings").await.expect(200);
    let usual = json!({
        "confidenceThreshold": 0.6,
        "ownerName": "Ann Example",
        "minutesSavedPerAnswer": 3,
        "approvalLimit": 10_000.0,
        "webhookUrl": null,
    });
    is(&settings, &usual);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let change = |body| program.put(&app, "/v1/settings", body);
    let first = change(json!({ "ownerName": "AK", "minutesSavedPerAnswer": 5 }))
        .await
        .expect(200);
    assert_eq!(
        (
            &first["ownerName"],
            &first["minutesSavedPerAnswer"],
            &first["confidenceThreshold"]
        ),
        (&json!("AK"), &json!(5), &json!(0.6))
    );
    let second = change(json!({ "confidenceThreshold": 0.25, "approvalLimit": null }))
        .await
        .expect(200);
    assert_eq!(
        (
            &second["ownerName"],
            &second["confidenceThreshold"],
            &second["approvalLimit"]
        ),
        (&json!("AK"), &json!(0.25), &json!(null))
    );
    assert_eq!(change(json!({})).await.expect(200), second);
    assert_eq!(program.get(&app, "/v1/settings").await.expect(200), second);
}

#[tokio::test]
async fn the_threshold_decides_what_is_escalated() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program
        .upload_and_index(&app, "Expense reimbursement policy", POLICY)
        .await;
    let question = "What is the expense policy?";
    assert_eq!(program.ask(&app, question).await["shouldEscalate"], false);
    let strict = json!({ "confidenceThreshold": 1.0 });
    program.put(&app, "/v1/settings", strict).await.expect(200);
    let escalated = program.ask(&app, question).await;
    assert_eq!(escalated["shouldEscalate"], true);
    assert_eq!(
        escalated["response"],
        "This requires a personal decision — escalating to Ann Example."
    );
    let reason = escalated["escalateReason"].as_str().unwrap();
    assert!(
        reason.starts_with("Not covered well enough by the knowledge base"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_threshold_set_here_publishes_nothing_else_of_the_draft() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.get(&app, "/v1/settings").await.expect(200);
    let id = app.sql.column("SELECT agent_id FROM deputies").remove(0);
    let draft = json!({ "fallback_message": "Half a thought" });
    program
        .owner
        .patch(&app, &format!("/agents/{id}"), draft)
        .await
        .expect(200);
    let change = json!({ "confidenceThreshold": 0.3 });
    program.put(&app, "/v1/settings", change).await.expect(200);
    let published = app
        .sql
        .column("SELECT config FROM agent_versions ORDER BY version DESC LIMIT 1");
    assert!(!published[0].contains("Half a thought") && published[0].contains("\"confidence_threshold\":0.3"));
    let agent = program.owner.get(&app, &format!("/agents/{id}")).await.expect(200);
    assert_eq!(agent["fallback_message"], "Half a thought");
    assert_eq!(agent["response_config"]["confidence_threshold"], 0.3);
}

#[tokio::test]
async fn a_value_that_will_not_do_is_named() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for (body, name) in [
        (json!({ "confidenceThreshold": 1.01 }), "confidenceThreshold"),
        (json!({ "confidenceThreshold": -0.1 }), "confidenceThreshold"),
        (json!({ "confidenceThreshold": "high" }), "confidenceThreshold"),
        (json!({ "ownerName": "" }), "ownerName"),
        (json!({ "minutesSavedPerAnswer": -1 }), "minutesSavedPerAnswer"),
        (json!({ "minutesSavedPerAnswer": 1441 }), "minutesSavedPerAnswer"),
        (json!({ "approvalLimit": -1 }), "approvalLimit"),
    ] {
        let error = program.put(&app, "/v1/settings", body).await.expect(400);
        let error = error["error"].as_str().unwrap();
        assert!(error.starts_with(name), "{error}");
    }
    let long = json!({ "ownerName": "x".repeat(201) });
    refused(
        &program.put(&app, "/v1/settings", long).await,
        400,
        "OwnerName too long (max 200 chars).",
    );
}

#[tokio::test]
async fn escalations_reach_the_webhook_signed_with_its_secret() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let change = |body| program.put(&app, "/v1/settings", body);
    let url = "https://hooks.example.com/twin";
    let set = change(json!({ "webhookUrl": url })).await.expect(200);
    assert_eq!(set["webhookUrl"], url);
    let secret = set["webhookSecret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let shown = program.get(&app, "/v1/settings").await.expect(200);
    assert_eq!(
        (&shown["webhookUrl"], &shown["webhookSecret"]),
        (&json!(url), &json!(null))
    );
    let asked = program.ask(&app, "Can you sign the lease today?").await;
    assert_eq!(asked["shouldEscalate"], true);
    let webhook = app.sql.column("SELECT id FROM webhooks").remove(0);
    program.owner.deliver(&app, &webhook).await;
    let told = app.receiver.take();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0].json()["event"], &told[0].json()["question"]),
        (&json!("escalation.created"), &json!("Can you sign the lease today?"))
    );
    assert!(told[0].header("twin-signature").starts_with("sha256="));
    let gone = change(json!({ "webhookUrl": null })).await.expect(200);
    assert_eq!(
        (&gone["webhookUrl"], &gone["webhookSecret"]),
        (&json!(null), &json!(null))
    );
    program.ask(&app, "Can you sign the lease today?").await;
    assert_eq!(app.sql.column("SELECT id FROM webhooks").len(), 0);
}

#[tokio::test]
async fn a_webhook_that_will_not_do_is_named() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for (body, field) in [
        (json!({ "webhookUrl": "http://127.0.0.1/" }), "webhookUrl"),
        (json!({ "webhookUrl": "nonsense" }), "webhookUrl"),
        (
            json!({ "webhookUrl": "https://a.example/", "webhookSecret": "short" }),
            "webhookSecret",
        ),
        (json!({ "webhookSecret": "long-enough-secret" }), "webhookSecret"),
    ] {
        let refused = program.put(&app, "/v1/settings", body.clone()).await.expect(400);
        let text = refused["error"].as_str().unwrap();
        assert!(text.contains(field), "{body}: {text}");
    }
    assert_eq!(app.sql.column("SELECT id FROM webhooks").len(), 0);
}

#[tokio::test]
async fn two_who_set_the_webhook_first_at_the_same_time_set_one() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let set = |url: &'static str| program.put(&app, "/v1/settings", json!({ "webhookUrl": url }));
    set("").await.expect(200);
    let second = async {
        set("https://two.example.com/").await.expect(200);
    };
    let (first, ()) = tokio::join!(
        set("https://one.example.com/"),
        app.sql.hold_next("INSERT INTO webhooks", second)
    );
    assert_eq!(first.expect(200)["webhookUrl"], "https://one.example.com/");
    assert_eq!(app.sql.column("SELECT url FROM webhooks"), ["https://one.example.com/"]);
}
