//! What is no API: health, the widget's frame, the dashboard's pages.
use crate::harness::TestApp;
use serde_json::json;

#[tokio::test]
async fn the_service_and_its_database_are_up_or_say_that_they_are_not() {
    let app = TestApp::new();
    let ready = app.get("/health/ready").send().await;
    assert_eq!(ready.expect(200), json!({ "status": "ok" }));
    app.sql.fail_next("SELECT 1");
    assert_eq!(app.get("/health/ready").send().await.status, 503);
}

#[tokio::test]
async fn a_frame_names_its_agent_and_who_may_embed_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    app.widget_key(&owner).await;
    let frame = app.get(&format!("/embed/{agent}")).send().await;
    assert_eq!(
        (frame.status, frame.text().contains(&agent)),
        (200, true),
        "{}",
        frame.text()
    );
    let policy = frame.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-ancestors") && policy.contains("example.com"),
        "{policy}"
    );
    assert_eq!(app.get("/embed/agent_0").send().await.status, 404);
}

#[tokio::test]
async fn a_frame_policy_is_made_of_valid_domains_alone() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    app.widget_key(&owner).await;
    // As an earlier release has taken it.
    let domains = r#"["a;sandbox;b.example", "example.com"]"#;
    app.sql
        .execute("UPDATE api_keys SET allowed_domains = ?1", &[&domains.to_owned()]);
    let frame = app.get(&format!("/embed/{agent}")).send().await;
    let policy = frame.header("content-security-policy").unwrap();
    assert!(!policy.contains("sandbox"), "{policy}");
    assert!(
        policy.ends_with("frame-ancestors https://example.com:* http://example.com:*"),
        "{policy}"
    );
}

#[tokio::test]
async fn every_answer_of_the_worker_has_its_security_headers() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let embed = format!("/embed/{agent}");
    for path in [
        "/health",
        &embed,
        "/embed/agent_0",
        "/dashboard/workspaces",
        "/dashboard/agents/agent_1",
        "/nothing",
        "/v1/nothing",
        "/v1/kb",
        "/api/nothing",
        "/api/webhooks",
        "/api/v1/nothing",
        "/api/v1/workspaces",
        "/api/v1/auth/login",
        "/api/v1/widget/config/agent_0",
    ] {
        let answer = app.get(&format!("https://chat.example.com{path}")).send().await;
        let hsts = answer.header("strict-transport-security");
        assert_eq!(hsts, Some("max-age=31536000"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("referrer-policy").is_some(), "{path}");
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        let is_page = path.starts_with("/dashboard/");
        let opener = answer.header("cross-origin-opener-policy");
        assert_eq!(opener, is_page.then_some("same-origin"), "{path}");
        let plain = app.get(&format!("http://localhost:8787{path}")).send().await;
        assert_eq!(plain.header("strict-transport-security"), None, "{path}");
    }
}

#[tokio::test]
async fn every_page_of_the_dashboard_is_its_one_document() {
    let app = TestApp::new();
    let page = app.get("/dashboard/agents/agent_1").send().await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}
