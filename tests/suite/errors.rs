//! Four ways of refusing, side by side, and every way a request can be refused before a handler sees it.
use crate::harness::TestApp;
use axum::response::Response;
use edge_core::{Error, Kind};
use edge_dialects::registry::DIALECTS;
use edge_dialects::{Dialect, dialect};
use http::Method;
use http_body_util::BodyExt as _;

async fn show(name: &str, response: Response) -> String {
    let (parts, body) = response.into_parts();
    let media_type = parts.headers["content-type"].to_str().unwrap().to_owned();
    let body = body.collect().await.unwrap().to_bytes();
    format!(
        "{name} | {} | {media_type} | {}",
        parts.status.as_u16(),
        String::from_utf8_lossy(&body)
    )
}

/// Returns every dialect, and none.
fn dialects() -> impl Iterator<Item = Option<&'static Dialect>> {
    DIALECTS.iter().copied().map(Some).chain([None])
}

#[tokio::test]
async fn every_kind_has_a_shape_in_every_dialect() {
    let mut table = vec![];
    for kind in Kind::ALL {
        for dialect in dialects() {
            let response = dialect::refuse(dialect, Error::new(kind, "the message").of_field("name"));
            table.push(show(&format!("{kind:?} {}", dialect::name(dialect)), response).await);
        }
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn what_we_know_of_a_failure_stays_with_us() {
    for dialect in dialects() {
        let shown = show("", dialect::refuse(dialect, Error::internal("password=hunter2"))).await;
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_refused_in_the_dialect_of_its_prefix() {
    let app = TestApp::new();
    let mut table = vec![];
    for path in [
        "/nothing",
        "/api/nothing",
        "/api/v1/nothing",
        "/v1/kb/nothing/at/all",
        "/v1/agents/a/nothing",
        "/v1/nothing",
        "/api/public/v1/nothing",
    ] {
        let answer = app.get(path).send().await;
        table.push(format!("{path} | {} | {}", answer.status, answer.text()));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let app = TestApp::new();
    let answer = app.call(Method::PUT, "/api/v1/auth/login").send().await;
    assert_eq!(answer.refusal(), (405, "METHOD_NOT_ALLOWED".into(), None));
    assert_eq!(answer.header("allow"), Some("POST"));
}

#[tokio::test]
async fn every_answer_has_an_id_and_forbids_sniffing_and_framing() {
    let app = TestApp::new();
    for path in ["/health", "/api/v1/auth/me", "/nothing"] {
        let answer = app.get(path).send().await;
        assert!(
            answer.header("x-request-id").is_some_and(|it| it.starts_with("req_")),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
    }
    let answer = app
        .get("/health")
        .header("x-request-id", "my-own-request-id")
        .send()
        .await;
    assert_eq!(answer.header("x-request-id"), Some("my-own-request-id"));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_by_its_fault() {
    let app = TestApp::new();
    let login = |media_type: &'static str, body: Vec<u8>| {
        app.call(Method::POST, "/api/v1/auth/login")
            .header("content-type", media_type)
            .body(body)
            .send()
    };
    let json = "application/json";
    let bad = |code: &str, status: u16| (status, code.to_owned(), None::<String>);
    assert_eq!(login(json, b"{".to_vec()).await.refusal(), bad("BAD_REQUEST", 400));
    assert_eq!(login(json, b"[]".to_vec()).await.refusal(), bad("BAD_REQUEST", 400));
    assert_eq!(login(json, b"{} {}".to_vec()).await.refusal().0, 400);
    assert_eq!(
        login(json, b"\xff\xfe".to_vec()).await.refusal(),
        bad("BAD_REQUEST", 400)
    );
    assert_eq!(
        login(json, "[".repeat(16_000).into_bytes()).await.refusal(),
        bad("BAD_REQUEST", 400)
    );
    assert_eq!(
        login("text/plain", b"{}".to_vec()).await.refusal(),
        bad("UNSUPPORTED_MEDIA_TYPE", 415)
    );
    assert_eq!(
        login(json, vec![b' '; 16 * 1024 + 1]).await.refusal(),
        bad("PAYLOAD_TOO_LARGE", 413)
    );
    let named = |field: &str| (400, "VALIDATION_ERROR".to_owned(), Some(field.to_owned()));
    assert_eq!(login(json, vec![]).await.refusal(), named("email"));
    assert_eq!(
        login(json, br#"{"email":"a@b.cd"}"#.to_vec()).await.refusal(),
        named("password")
    );
    assert_eq!(
        login(json, br#"{"email":1,"password":"x"}"#.to_vec()).await.refusal(),
        named("email")
    );
    assert_eq!(
        login(json, br#"{"email":null,"password":"x"}"#.to_vec())
            .await
            .refusal(),
        named("email")
    );
}
