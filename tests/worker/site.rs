//! What is served without an account: health, files, the frame, the description of the API.
use crate::harness::{demo, shared_worker};
use xtask::api::Api;

fn open() -> Api {
    Api::new(&shared_worker().base_url)
}

#[test]
fn the_service_and_its_database_are_up() {
    for path in ["/health", "/health/ready"] {
        let answer = open().get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[test]
fn files_are_served_with_their_media_types() {
    for (path, media_type) in [
        ("/", "text/html"),
        ("/widget.js", "text/javascript"),
        ("/embed/app.js", "text/javascript"),
        ("/embed/app_bg.wasm", "application/wasm"),
        ("/embed/app.css", "text/css"),
        ("/dashboard/", "text/html"),
        ("/openapi.json", "application/json"),
        ("/reference/", "text/html"),
    ] {
        let answer = open().get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.header("content-type").starts_with(media_type),
            "{path}: {}",
            answer.header("content-type")
        );
        assert!(!answer.body.is_empty(), "{path}");
    }
}

#[test]
fn a_page_of_the_dashboard_can_be_opened_by_its_address() {
    let answer = open().get("/dashboard/workspaces/anything").unwrap();
    assert_eq!(
        (answer.status, answer.text()),
        (200, open().get("/dashboard/").unwrap().text())
    );
}

#[test]
fn the_description_of_the_api_names_the_routes_that_are_there() {
    let description = open().get("/openapi.json").unwrap().json();
    assert_eq!(
        description["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
    for path in ["/api/v1/auth/signup", "/api/v1/widget/chat"] {
        assert!(description["paths"][path]["post"].is_object(), "{path}");
    }
}

#[test]
fn an_agent_is_embedded_only_where_its_keys_allow() {
    let demo = demo();
    let answer = open().get(&format!("/embed/{}", demo.agent_id)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let policy = answer.header("content-security-policy");
    let ancestors = policy
        .split(';')
        .find_map(|it| it.trim().strip_prefix("frame-ancestors "))
        .unwrap_or_default();
    assert!(
        ancestors.contains("localhost") && ancestors.contains("127.0.0.1"),
        "{policy}"
    );
    assert!(!ancestors.split(' ').any(|source| source == "*"), "{policy}");
}

#[test]
fn an_unknown_path_is_refused_in_json_with_a_request_id() {
    let answer = open().get("/api/v1/nothing").unwrap();
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (404, Some("NOT_FOUND")),
        "{}",
        answer.text()
    );
    assert!(!answer.header("x-request-id").is_empty());
}
