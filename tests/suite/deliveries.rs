//! Deliveries: when they are tried, what counts as taken, what is given up, and who waits for whom.
use crate::harness::acts::id;
use crate::harness::receiver::{HOOK, Reply};
use crate::harness::{Owner, TestApp};
use edge_core::ports::Clock as _;
use edge_model::time::{DAY, HOUR, MINUTE, SECOND, TimeDelta};
use edge_model::{EventId, WebhookId};
use serde_json::json;
use std::time::Duration;

const WAITS: [i64; 6] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

async fn with_webhook(app: &TestApp) -> (Owner, String) {
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(app, HOOK, &["FEEDBACK_RECEIVED"]).await;
    (owner, webhook)
}

#[tokio::test]
async fn a_failed_delivery_is_retried_with_backoff_and_given_up() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver.always(HOOK, Reply::Says(500, "we are closed".into()));
    let delivery = owner.test_event(&app, &webhook).await;
    for wait in WAITS {
        let next = owner.deliver(&app, &webhook).await.expect("it is tried again").0;
        let left = next - app.clock.now().0;
        let (least, most) = (wait * 8 / 10 - SECOND, wait * 12 / 10 + SECOND);
        assert!((least..=most).contains(&left), "{left} is about {wait}");
        // Not a moment earlier.
        app.clock.advance(left - SECOND);
        app.receiver.take();
        owner.deliver(&app, &webhook).await;
        assert_eq!(app.receiver.take().len(), 0);
        app.clock.advance(2 * SECOND);
    }
    assert_eq!(owner.deliver(&app, &webhook).await, None);
    let shown = owner.delivery(&app, &webhook, &delivery).await;
    assert_eq!(shown["delivery"]["status"], "FAILED");
    assert_eq!(shown["delivery"]["next_attempt_at"], json!(null));
    let attempts = shown["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 7);
    for (index, attempt) in attempts.iter().enumerate() {
        assert_eq!(attempt["number"], index + 1);
        assert_eq!(
            (&attempt["status_code"], &attempt["response_body"]),
            (&json!(500), &json!("we are closed"))
        );
        assert_eq!(attempt["url"], HOOK);
    }
}

#[tokio::test]
async fn every_attempt_carries_the_same_id_and_a_time_of_its_own() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver.will(HOOK, [Reply::Refused, Reply::Status(503)]);
    owner.test_event(&app, &webhook).await;
    for _ in 0..3 {
        owner.deliver(&app, &webhook).await;
        app.clock.advance(7 * MINUTE);
    }
    let received = app.receiver.take();
    assert_eq!(received.len(), 3);
    let first = &received[0];
    let mut times = vec![];
    for one in &received {
        assert_eq!(
            (one.header("webhook-id"), &one.body),
            (first.header("webhook-id"), &first.body)
        );
        times.push(one.header("webhook-timestamp").to_owned());
    }
    times.dedup();
    assert_eq!(times.len(), 3);
    assert_eq!(owner.deliver(&app, &webhook).await, None, "it was taken");
}

#[tokio::test]
async fn an_endpoint_that_asks_for_time_gets_it() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    for (status, when, wait) in [(503, "Mon, 26 Jan 2026 01:00:00 GMT", 0), (429, "120", 120 * SECOND)] {
        let before = app.clock.now().0;
        app.receiver.will(HOOK, [Reply::Later(status, when)]);
        owner.test_event(&app, &webhook).await;
        let next = owner.deliver(&app, &webhook).await.unwrap().0;
        let expected = if wait > 0 {
            before + wait
        } else {
            crate::harness::START + HOUR
        };
        assert!(
            (next - expected).abs() < 2 * SECOND,
            "{when}: {next} is about {expected}"
        );
        app.clock.advance(2 * HOUR);
        owner.deliver(&app, &webhook).await;
    }
}

#[tokio::test]
async fn only_2xx_is_taken_and_a_redirect_is_not_followed() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    for (status, is_taken) in [
        (200, true),
        (204, true),
        (299, true),
        (301, false),
        (302, false),
        (307, false),
        (400, false),
        (404, false),
    ] {
        app.receiver.will(HOOK, [Reply::Status(status)]);
        let delivery = owner.test_event(&app, &webhook).await;
        owner.deliver(&app, &webhook).await;
        assert_eq!(app.receiver.take().len(), 1, "{status} leads nowhere else");
        let shown = owner.delivery(&app, &webhook, &delivery).await;
        let expected = if is_taken { "DELIVERED" } else { "PENDING" };
        assert_eq!(shown["delivery"]["status"], expected, "{status}");
        let is_redirect = (300..400).contains(&status);
        let error = &shown["attempts"][0]["error"];
        assert_eq!(
            error.as_str().is_some_and(|it| it.contains("redirects")),
            is_redirect,
            "{status}: {error}"
        );
        app.sql.execute("UPDATE deliveries SET status = 'failed'", &[]);
        app.sql
            .execute("UPDATE webhooks SET paused_until = NULL, failures = 0", &[]);
    }
}

#[tokio::test]
async fn an_endpoint_that_answers_410_is_disabled_and_reported() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver.will(HOOK, [Reply::Status(410)]);
    let delivery = owner.test_event(&app, &webhook).await;
    assert_eq!(owner.deliver(&app, &webhook).await, None);
    let path = format!("/webhooks/{webhook}");
    let shown = owner.get(&app, &path).await.expect(200);
    assert_eq!(
        (&shown["is_active"], &shown["disabled_because"]),
        (&json!(false), &json!("gone"))
    );
    assert_eq!(
        owner.delivery(&app, &webhook, &delivery).await["delivery"]["status"],
        "FAILED"
    );
    let refused = owner.post(&app, &format!("{path}/test"), json!({})).await;
    assert_eq!(refused.refusal(), (409, "CONFLICT".into(), None));
    let mails = app.mailbox.all().len();
    app.drain(&owner).await;
    let mut sent = app.mailbox.all().split_off(mails);
    sent.retain(|it| it.subject == "A webhook was disabled");
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to == "ann@example.com" && sent[0].text.contains("410") && sent[0].text.contains(HOOK));
    owner.patch(&app, &path, json!({ "is_active": true })).await.expect(200);
    owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 2);
}

#[tokio::test]
async fn failures_days_apart_do_not_disable_an_endpoint() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver.always(HOOK, Reply::Status(500));
    for days in [0, 3, 3, 6, 2] {
        app.clock.advance(days * DAY);
        let owner = owner.again(&app, "ann@example.com").await;
        owner.test_event(&app, &webhook).await;
        // One event: seven attempts within a day.
        while let Some(next) = owner.deliver(&app, &webhook).await {
            let wait = next.0 - app.clock.now().0;
            app.clock.advance(wait.max(0) + SECOND);
        }
        let owner = owner.again(&app, "ann@example.com").await;
        let shown = owner.get(&app, &format!("/webhooks/{webhook}")).await.expect(200);
        assert_eq!(shown["is_active"], true, "{shown}");
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_for_five_days_is_disabled() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    let is_active = async || {
        let owner = owner.again(&app, "ann@example.com").await;
        let shown = owner.get(&app, &format!("/webhooks/{webhook}")).await;
        shown.expect(200)["is_active"].clone()
    };
    let attempt = async |reply: Reply| {
        let owner = owner.again(&app, "ann@example.com").await;
        app.receiver.always(HOOK, reply);
        owner.test_event(&app, &webhook).await;
        owner.deliver(&app, &webhook).await;
    };
    attempt(Reply::Refused).await;
    app.clock.advance(4 * DAY);
    attempt(Reply::Status(200)).await;
    app.clock.advance(4 * DAY);
    attempt(Reply::Refused).await;
    for _ in 0..4 {
        app.clock.advance(DAY);
        attempt(Reply::Status(500)).await;
    }
    app.clock.advance(DAY - HOUR);
    attempt(Reply::Status(500)).await;
    assert_eq!(is_active().await, json!(true));
    app.clock.advance(2 * HOUR);
    attempt(Reply::Status(500)).await;
    assert_eq!(is_active().await, json!(false));
    app.drain(&owner).await;
    let mail = app.mailbox.all().pop().unwrap();
    assert!(mail.to == "ann@example.com" && mail.text.contains("5 days"), "{mail:?}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_hangs_is_cut_off_and_delays_no_other() {
    let app = TestApp::new();
    let (owner, hanging) = with_webhook(&app).await;
    let (healthy, _) = owner
        .webhook(&app, "https://healthy.example.com/", &["FEEDBACK_RECEIVED"])
        .await;
    app.receiver.always(HOOK, Reply::Silent);
    let delivery = owner.test_event(&app, &hanging).await;
    for _ in 0..10 {
        owner.test_event(&app, &healthy).await;
    }
    let began = tokio::time::Instant::now();
    let slow = async {
        owner.deliver(&app, &hanging).await;
        began.elapsed()
    };
    let quick = async {
        owner.deliver(&app, &healthy).await;
        began.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert!(quick < Duration::from_secs(1), "{quick:?}");
    assert!(
        slow >= Duration::from_secs(30) && slow < Duration::from_secs(32),
        "{slow:?}"
    );
    let shown = owner.delivery(&app, &hanging, &delivery).await;
    assert_eq!(shown["attempts"][0]["error"], "no answer within 30 seconds");
    assert_eq!(shown["delivery"]["status"], "PENDING");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_is_cut_off_and_counts() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver
        .will(HOOK, [Reply::Endless(200), Reply::Says(200, "x".repeat(10_000))]);
    let first = owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    let second = owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    let first = owner.delivery(&app, &webhook, &first).await;
    assert_eq!(
        (&first["delivery"]["status"], &first["attempts"][0]["response_body"]),
        (&json!("DELIVERED"), &json!("it begins"))
    );
    let second = owner.delivery(&app, &webhook, &second).await;
    assert_eq!(second["attempts"][0]["response_body"].as_str().unwrap().len(), 2_048);
}

#[tokio::test]
async fn a_dead_endpoint_is_paused_and_later_gets_everything() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.receiver.always(HOOK, Reply::Refused);
    for _ in 0..40 {
        owner.test_event(&app, &webhook).await;
    }
    let until = owner.deliver(&app, &webhook).await.unwrap();
    let first = app.receiver.take().len();
    assert!(first <= 8, "{first} attempts before it was left alone");
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 0, "it is left alone");
    app.clock.advance(until.0 - app.clock.now().0);
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 1, "and tried with one");
    app.receiver.always(HOOK, Reply::Status(200));
    app.clock.advance(20 * MINUTE);
    assert_eq!(owner.deliver(&app, &webhook).await, None);
    let list = owner
        .get(&app, &format!("/webhooks/{webhook}/deliveries?status=DELIVERED"))
        .await
        .expect(200);
    assert_eq!(list["total"], 40);
}

#[tokio::test]
async fn an_address_that_has_become_private_is_not_called() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    app.sql
        .execute("UPDATE webhooks SET url = 'http://169.254.169.254/latest'", &[]);
    let delivery = owner.test_event(&app, &webhook).await;
    owner.deliver(&app, &webhook).await;
    assert_eq!(app.receiver.take().len(), 0);
    let shown = owner.delivery(&app, &webhook, &delivery).await;
    assert_eq!(
        shown["attempts"][0]["error"],
        "the URL must not lead to a private address"
    );
}

#[tokio::test]
async fn a_delivery_or_a_range_is_sent_again_under_the_same_id() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (webhook, _) = owner.webhook(&app, HOOK, &["DOCUMENT_PROCESSED"]).await;
    let path = format!("/webhooks/{webhook}");
    owner
        .upload_and_index(&app, "a.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    app.clock.advance(HOUR);
    let middle = app.clock.now();
    app.receiver.will(HOOK, [Reply::Status(200), Reply::Status(410)]);
    owner.deliver(&app, &webhook).await;
    owner
        .upload_and_index(&app, "b.md", "# Parking\n\nThere is a car park behind the shop.")
        .await;
    owner.deliver(&app, &webhook).await;
    // Disabled by now, and something happens all the same.
    owner
        .upload_and_index(&app, "c.md", "# Toys\n\nToys are on the second floor.")
        .await;
    let first = app.receiver.take();
    assert_eq!(first.len(), 2);

    owner.patch(&app, &path, json!({ "is_active": true })).await.expect(200);
    let list = owner.get(&app, &format!("{path}/deliveries")).await.expect(200);
    assert_eq!(list["total"], 2);
    let oldest = id(&list["deliveries"][1]);
    owner
        .post(&app, &format!("{path}/deliveries/{oldest}/redeliver"), json!({}))
        .await
        .expect(202);
    owner.deliver(&app, &webhook).await;
    let again = app.receiver.take();
    assert_eq!(again.len(), 1);
    assert_eq!(
        (again[0].header("webhook-id"), &again[0].body),
        (first[0].header("webhook-id"), &first[0].body)
    );

    let replay = async |body| {
        let count = owner.post(&app, &format!("{path}/replay"), body).await.expect(202)["count"].clone();
        owner.deliver(&app, &webhook).await;
        let documents = app.receiver.take();
        let mut titles: Vec<_> = documents
            .iter()
            .map(|it| it.json()["data"]["title"].as_str().unwrap().to_owned())
            .collect();
        titles.sort();
        (count, titles)
    };
    let everything = json!({ "since": "2026-01-01T00:00:00Z" });
    let later = json!({ "since": middle.rfc3339() });
    let failed = json!({ "since": "2026-01-01T00:00:00Z", "only_failed": true });
    assert_eq!(
        replay(failed.clone()).await,
        (json!(2), vec!["b.md".to_owned(), "c.md".into()])
    );
    assert_eq!(replay(failed).await, (json!(0), vec![]));
    assert_eq!(replay(later).await, (json!(2), vec!["b.md".to_owned(), "c.md".into()]));
    assert_eq!(replay(everything).await.0, json!(3));
    let wrong = owner
        .post(&app, &format!("{path}/replay"), json!({ "since": "yesterday" }))
        .await;
    assert_eq!(wrong.refusal(), (400, "VALIDATION_ERROR".into(), Some("since".into())));
}

#[tokio::test]
async fn a_sweep_wakes_due_deliveries_and_deletes_old_events() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    owner.test_event(&app, &webhook).await;
    // As if the process had ended between the batch and the wake.
    app.wakes.take_endpoints();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    let woken = app.wakes.take_endpoints();
    assert_eq!(
        woken.iter().map(|it| &it.webhook_id).collect::<Vec<_>>(),
        [&WebhookId::new(webhook.as_str())]
    );
    owner.deliver(&app, &webhook).await;
    app.clock.advance(31 * DAY);
    edge_core::workers::sweep(&app.inner).await.unwrap();
    for table in ["events", "deliveries", "delivery_attempts"] {
        assert_eq!(app.sql.column(&format!("SELECT 1 FROM {table}")).len(), 0, "{table}");
    }
}

#[tokio::test]
async fn an_attempt_that_was_cut_off_by_a_crash_is_made_again() {
    let app = TestApp::new();
    let (owner, webhook) = with_webhook(&app).await;
    owner.test_event(&app, &webhook).await;
    app.sql.fail_next("UPDATE webhooks SET failures");
    let endpoint = edge_store::deliveries::Endpoint {
        workspace_id: edge_model::WorkspaceId::new(owner.workspace.as_str()),
        webhook_id: WebhookId::new(webhook.as_str()),
    };
    assert!(
        edge_core::delivery::drain(&app.inner, &endpoint, TimeDelta::seconds(1))
            .await
            .is_err()
    );
    app.clock.advance(MINUTE);
    owner.deliver(&app, &webhook).await;
    let received = app.receiver.take();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert!(received[0].header("webhook-id").starts_with(EventId::PREFIX));
}

#[tokio::test]
async fn what_is_given_up_while_it_is_under_way_is_not_tried_again() {
    for (says, status) in [(500, "FAILED"), (200, "DELIVERED")] {
        let app = TestApp::new();
        let (owner, webhook) = with_webhook(&app).await;
        app.receiver.always(HOOK, Reply::Status(says));
        let delivery = owner.test_event(&app, &webhook).await;
        let disable = async {
            let path = format!("/webhooks/{webhook}");
            owner
                .patch(&app, &path, json!({ "is_active": false }))
                .await
                .expect(200);
        };
        tokio::join!(
            owner.deliver(&app, &webhook),
            app.sql.hold_next("INTO delivery_attempts", disable)
        );
        let shown = owner.delivery(&app, &webhook, &delivery).await;
        let state = (&shown["delivery"]["status"], &shown["delivery"]["next_attempt_at"]);
        assert_eq!(state, (&json!(status), &json!(null)));
        assert_eq!(shown["attempts"].as_array().unwrap().len(), 1);
        assert_eq!(
            app.sql.column("SELECT count(*) FROM deliveries WHERE ended_at IS NULL"),
            ["0"]
        );
    }
}
