//! What is no API: health, the widget's frame, the dashboard's pages.
use crate::harness::World;
use serde_json::json;

#[tokio::test]
async fn the_service_and_its_database_are_up_or_say_that_they_are_not() {
    let world = World::new();
    let ready = world.get("/health/ready").send().await;
    assert_eq!(ready.expect(200), json!({ "status": "ok" }));
    world.sql.fail_next("SELECT 1");
    assert_eq!(world.get("/health/ready").send().await.status, 503);
}

#[tokio::test]
async fn a_frame_names_its_agent_and_who_may_embed_it() {
    let world = World::new();
    let owner = world.owner("ann@example.com").await;
    let agent = world.published_agent(&owner, json!({})).await;
    world.widget_key(&owner).await;
    let frame = world.get(&format!("/embed/{agent}")).send().await;
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
    assert_eq!(world.get("/embed/agent_0").send().await.status, 404);
}

#[tokio::test]
async fn every_page_of_the_dashboard_is_its_one_document() {
    let world = World::new();
    let page = world.get("/dashboard/agents/agent_1").send().await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}
