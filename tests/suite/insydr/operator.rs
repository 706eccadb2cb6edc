//! The operator of the installation, who changes plans.
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{OPERATOR_TOKEN, TestApp};
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String, Option<String>) {
    (status, code.into(), None)
}

async fn set_plan(app: &TestApp, workspace: &str, token: Option<&str>, body: Value) -> Answer {
    let call = app.call(Method::PUT, &format!("/api/v1/operator/workspaces/{workspace}/plan"));
    match token {
        Some(token) => call.header("x-operator-token", token),
        None => call,
    }
    .json(&body)
    .send()
    .await
}

#[tokio::test]
async fn the_operator_changes_a_plan() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (plan, shown) in [
        ("STARTER", "STARTER"),
        ("PRO", "PROFESSIONAL"),
        ("PROFESSIONAL", "PROFESSIONAL"),
    ] {
        let answer = set_plan(&app, &owner.workspace, Some(OPERATOR_TOKEN), json!({ "plan": plan })).await;
        is(
            &answer.expect(200),
            &json!({ "workspace_id": owner.workspace, "plan": shown }),
        );
    }
    let answer = set_plan(&app, "ws_0", Some(OPERATOR_TOKEN), json!({ "plan": "FREE" })).await;
    assert_eq!(answer.refusal(), refused(404, "NOT_FOUND"));
    for body in [
        json!({ "plan": "GOLD" }),
        json!({ "plan": "free" }),
        json!({ "plan": null }),
        json!({}),
    ] {
        let answer = set_plan(&app, &owner.workspace, Some(OPERATOR_TOKEN), body).await;
        assert_eq!(answer.refusal(), (400, "VALIDATION_ERROR".into(), Some("plan".into())));
    }
    has(
        &owner.get(&app, "").await.expect(200),
        &json!({ "subscription_tier": "PROFESSIONAL" }),
    );
}

#[tokio::test]
async fn only_the_operator_changes_a_plan_or_learns_what_would_do() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let bodies = [
        json!({ "plan": "ENTERPRISE" }),
        json!({ "plan": "GOLD" }),
        json!({}),
        json!([]),
    ];
    for body in &bodies {
        // Wrong tokens are throttled.
        app.clock.advance(15 * MINUTE);
        for token in [
            None,
            Some(""),
            Some("wrong"),
            Some(&OPERATOR_TOKEN[..5]),
            Some(owner.token.as_str()),
        ] {
            for workspace in [owner.workspace.as_str(), "ws_0"] {
                let answer = set_plan(&app, workspace, token, body.clone()).await;
                assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"), "{body} {token:?}");
            }
        }
    }
    has(
        &owner.get(&app, "").await.expect(200),
        &json!({ "subscription_tier": "FREE" }),
    );
    // Where no operator is set up there is no such route.
    let app = TestApp::with_settings(&[("OPERATOR_TOKEN", "")]);
    let owner = app.owner("ann@example.com").await;
    let nothing = app.call(Method::PUT, "/api/v1/operator/nothing").send().await;
    for body in &bodies {
        for token in [None, Some(""), Some(OPERATOR_TOKEN)] {
            let answer = set_plan(&app, &owner.workspace, token, body.clone()).await;
            assert_eq!(answer.refusal(), refused(404, "NOT_FOUND"), "{body} {token:?}");
            assert_eq!(answer.text(), nothing.text());
        }
    }
}

#[tokio::test]
async fn right_tokens_that_come_together_are_never_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = || json!({ "plan": "STARTER" });
    let calls = (0..30).map(|_| set_plan(&app, &owner.workspace, Some(OPERATOR_TOKEN), body()));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    for _ in 0..10 {
        let answer = set_plan(&app, &owner.workspace, Some("wrong"), body()).await;
        assert_eq!(answer.refusal(), refused(401, "UNAUTHORIZED"));
    }
    let answer = set_plan(&app, &owner.workspace, Some(OPERATOR_TOKEN), body()).await;
    assert_eq!(answer.refusal(), refused(429, "RATE_LIMITED"));
}
