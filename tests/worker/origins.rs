//! Which pages may use a widget key.
use crate::harness::{Tenant, shared_worker};
use serde_json::json;
use xtask::api::{Api, Body};

#[test]
fn a_preflight_is_answered_for_everybody_and_reveals_nothing() {
    let open = Api::new(&shared_worker().base_url).with("origin", "https://anything.example");
    let asking = open
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "content-type,x-api-key");
    let answer = asking.send("OPTIONS", "/api/v1/widget/chat", Body::Empty).unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert!(answer.body.is_empty());
    let allowed = answer.header("access-control-allow-headers").to_lowercase();
    assert!(
        allowed.contains("x-api-key") && allowed.contains("content-type"),
        "{allowed}"
    );
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    assert!(
        answer.header("vary").to_lowercase().contains("origin"),
        "{:?}",
        answer.headers
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[test]
fn only_pages_on_the_keys_domains_get_in() {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let agent = tenant.agent(&tenant.collection());
    let key = tenant.widget_key(&["shop.example", "*.shop.example", "localhost"]);
    let path = format!("/api/v1/widget/config/{agent}");
    for origin in [
        "https://shop.example",
        "https://a.b.shop.example:8443",
        "http://localhost:3000",
    ] {
        let answer = tenant.page(&key, origin).get(&path).unwrap();
        assert_eq!(answer.status, 200, "{origin}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    for origin in [
        "https://evilshop.example",
        "https://shop.example.evil.example",
        "null",
        "https://127.0.0.1",
    ] {
        let answer = tenant.page(&key, origin).get(&path).unwrap();
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (403, Some("ORIGIN_NOT_ALLOWED")),
            "{origin}"
        );
    }
    let without = Api::new(&tenant.place.base_url)
        .with("x-api-key", &key)
        .get(&path)
        .unwrap();
    assert_eq!(
        (without.status, without.json()["code"].as_str()),
        (403, Some("ORIGIN_NOT_ALLOWED"))
    );
}

#[test]
fn a_key_is_refused_at_once_when_it_is_revoked() {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let agent = tenant.agent(&tenant.collection());
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let path = format!("/api/v1/widget/config/{agent}");
    assert_eq!(page.get(&path).unwrap().status, 200);
    let keys = tenant.api.get(&tenant.path("api-keys")).unwrap().json();
    let id = keys["api_keys"][0]["id"].as_str().unwrap().to_owned();
    let revoked = tenant
        .api
        .send("DELETE", &tenant.path(&format!("api-keys/{id}")), Body::Empty)
        .unwrap();
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    for _ in 0..20 {
        let answer = page.get(&path).unwrap();
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (401, Some("INVALID_API_KEY"))
        );
    }
}

#[test]
fn a_visitor_token_is_for_one_page_and_one_agent() {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let collection = tenant.collection();
    let (agent, other) = (tenant.agent(&collection), tenant.agent(&collection));
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let config = page.get(&format!("/api/v1/widget/config/{agent}")).unwrap().json();
    let frame = Api::new(&tenant.place.base_url).signed_in(config["visitor_token"].as_str().unwrap());
    let ask = |agent: &str| json!({ "agent_id": agent, "session_id": "t", "message": "Hello there, who are you?" });
    let frames: Vec<_> = frame.events("/api/v1/widget/chat", &ask(&agent)).unwrap().collect();
    assert_eq!(frames.last().unwrap().as_ref().unwrap()["type"], "done");
    assert_eq!(frame.post("/api/v1/widget/chat", &ask(&other)).unwrap().status, 404);
}
