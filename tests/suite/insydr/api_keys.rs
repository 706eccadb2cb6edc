//! API keys: made once, shown once, revoked at once.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use edge_model::time::MINUTE;
use serde_json::{Value, json};

const KINDS: [(&str, &str); 4] = [
    ("widget", "pk_live_"),
    ("twig", "twig_live_"),
    ("twin", "twin_live_"),
    ("builder", "tw_live_"),
];

fn named(field: &str) -> (u16, String, Option<String>) {
    (400, "VALIDATION_ERROR".into(), Some(field.into()))
}

fn refused() -> (u16, String, Option<String>) {
    (401, "INVALID_API_KEY".into(), None)
}

async fn make(app: &TestApp, owner: &Owner, body: Value) -> Value {
    owner.post(app, "/api-keys", body).await.expect(201)
}

async fn config(app: &TestApp, agent: &str, key: &str) -> Answer {
    app.get(&format!("/api/v1/widget/config/{agent}"))
        .widget(key)
        .send()
        .await
}

fn text<'a>(key: &'a Value, member: &str) -> &'a str {
    key[member].as_str().unwrap()
}

#[tokio::test]
async fn making_one_answers_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Production Key", "allowed_domains": ["example.com", "*.example.com"] });
    let answer = make(&app, &owner, body).await;
    let documented = json!({
        "id": "<key_>",
        "name": "Production Key",
        "key": "<pk_live_>",
        "key_prefix": "<text>",
        "allowed_domains": ["example.com", "*.example.com"],
        "created_at": "2026-01-26T00:00:00Z",
        "message": "Save this key - it won't be shown again!"
    });
    has(&answer, &documented);
    // `pk_live_xxx`: what the key begins with, and far too little of it to use.
    let (key, prefix) = (text(&answer, "key"), text(&answer, "key_prefix"));
    assert_eq!(key.len(), "pk_live_".len() + 32 + 6);
    assert!(
        key.starts_with(prefix) && prefix.len() == "pk_live_".len() + 3,
        "{prefix}"
    );
}

#[tokio::test]
async fn the_list_is_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Production Key", "allowed_domains": ["example.com"] });
    let made = make(&app, &owner, body).await;
    let mut documented = json!({
        "id": id(&made),
        "name": "Production Key",
        "key_prefix": "<text>",
        "allowed_domains": ["example.com"],
        "is_active": true,
        "last_used_at": null,
        "created_at": "2026-01-26T00:00:00Z"
    });
    let list = owner.get(&app, "/api-keys").await.expect(200);
    has(&list, &json!({ "api_keys": [documented] }));
    // `pk_live_xxx...xxx`
    let (key, shown) = (text(&made, "key"), text(&list["api_keys"][0], "key_prefix"));
    let (head, tail) = shown.split_once("...").unwrap();
    assert!(key.starts_with(head) && head.len() == "pk_live_".len() + 3, "{shown}");
    assert!(key.ends_with(tail) && tail.len() == 3, "{shown}");
    let agent = app.published_agent(&owner, json!({})).await;
    assert_eq!(app.ask(key, &agent, "s", "Hello?").send().await.status, 200);
    documented["last_used_at"] = json!("<time>");
    let list = owner.get(&app, "/api-keys").await.expect(200);
    has(&list, &json!({ "api_keys": [documented] }));
}

#[tokio::test]
async fn when_a_key_was_last_used_is_kept_to_the_minute() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    let agent = app.published_agent(&owner, json!({})).await;
    let last_used = async || owner.get(&app, "/api-keys").await.expect(200)["api_keys"][0]["last_used_at"].clone();
    app.ask(&key, &agent, "s", "Hello?").send().await;
    assert_eq!(last_used().await, json!("2026-01-26T00:00:00Z"));
    app.clock.advance(10 * MINUTE);
    app.ask(&key, &agent, "s", "Hello?").send().await;
    assert_eq!(last_used().await, json!("2026-01-26T00:10:00Z"));
    app.clock.advance(MINUTE / 2);
    app.ask(&key, &agent, "s", "Hello?").send().await;
    assert_eq!(last_used().await, json!("2026-01-26T00:10:00Z"));
}

#[tokio::test]
async fn the_newest_key_comes_first_and_a_revoked_one_stays_listed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let first = make(&app, &owner, json!({ "name": "First" })).await;
    make(&app, &owner, json!({ "name": "Second" })).await;
    owner
        .delete(&app, &format!("/api-keys/{}", id(&first)))
        .await
        .expect(200);
    let list = owner.get(&app, "/api-keys").await.expect(200);
    let expected = json!({ "api_keys": [
        { "name": "Second", "is_active": true, "allowed_domains": [] },
        { "name": "First", "is_active": false }
    ] });
    has(&list, &expected);
}

#[tokio::test]
async fn each_kind_has_its_prefix() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (kind, prefix) in KINDS {
        let key = make(&app, &owner, json!({ "name": "Key", "kind": kind })).await;
        let rest = text(&key, "key")
            .strip_prefix(prefix)
            .unwrap_or_else(|| panic!("{kind}: {key}"));
        assert!(
            rest.len() == 38 && rest.bytes().all(|it| it.is_ascii_alphanumeric()),
            "{key}"
        );
        assert_eq!(key["kind"], json!(kind));
    }
    let mut keys = app.sql.column("SELECT hash FROM api_keys");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn what_will_not_do_is_named() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(201))),
        ("name", json!(null)),
        ("kind", json!("secret")),
        ("kind", json!("WIDGET")),
        ("allowed_domains", json!("example.com")),
        ("allowed_domains", json!(vec!["a.com"; 51])),
        ("allow_no_origin", json!("yes")),
    ] {
        let mut body = json!({ "name": "Key" });
        body[field] = value.clone();
        assert_eq!(
            owner.post(&app, "/api-keys", body).await.refusal(),
            named(field),
            "{value}"
        );
    }
    assert_eq!(owner.post(&app, "/api-keys", json!({})).await.refusal(), named("name"));
    assert_eq!(app.sql.column("SELECT id FROM api_keys").len(), 0);
}

#[tokio::test]
async fn domains_are_kept_in_one_form() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (given, kept) in [
        ("example.com", "example.com"),
        ("  Example.COM ", "example.com"),
        ("*.Example.com", "*.example.com"),
        ("https://example.com", "example.com"),
        ("http://example.com:8080/", "example.com"),
        ("example.com:443", "example.com"),
        ("localhost", "localhost"),
        ("localhost:3000", "localhost"),
        ("127.0.0.1:5173", "127.0.0.1"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("example.com.", "example.com"),
        ("*", "*"),
    ] {
        let body = json!({ "name": "Key", "allowed_domains": [given] });
        assert_eq!(
            make(&app, &owner, body).await["allowed_domains"],
            json!([kept]),
            "{given}"
        );
    }
}

#[tokio::test]
async fn what_is_no_domain_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for wrong in [
        "",
        " ",
        "*.",
        "**",
        "*.*.com",
        "a.*.com",
        "*example.com",
        "example.com/path",
        "https://example.com/path",
        "user@example.com",
        "example.com?q=1",
        "exa mple.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "a;sandbox;b.example",
        "a.example,b.example",
        "'self'",
        "\"a.example\"",
        "a.exam\tple",
        "a%3Bb.example",
    ] {
        let body = json!({ "name": "Key", "allowed_domains": ["example.com", wrong] });
        let answer = owner.post(&app, "/api-keys", body).await;
        assert_eq!(answer.refusal(), named("allowed_domains"), "{wrong}");
    }
    let body = json!({ "name": "Key", "allowed_domains": ["example.com", 7] });
    let answer = owner.post(&app, "/api-keys", body).await;
    let (status, code, field) = answer.refusal();
    assert_eq!((status, code.as_str()), (400, "VALIDATION_ERROR"));
    assert!(field.unwrap().starts_with("allowed_domains"));
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_that_moment() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let other = app.widget_key(&owner).await;
    let visitor = config(&app, &agent, &key).await.expect(200);
    let frames = app.ask(&key, &agent, "s", "Hello?").send().await.frames();
    let list = owner.get(&app, "/api-keys").await.expect(200);
    let path = format!("/api-keys/{}", id(&list["api_keys"][1]));
    let answer = owner.delete(&app, &path).await.expect(200);
    has(&answer, &json!({ "message": "<text>" }));
    assert_eq!(config(&app, &agent, &key).await.refusal(), refused());
    assert_eq!(app.ask(&key, &agent, "s", "Hello?").send().await.refusal(), refused());
    let word = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP" });
    let answer = app
        .post("/api/v1/widget/feedback", word.clone())
        .widget(&key)
        .send()
        .await;
    assert_eq!(answer.refusal(), refused());
    // Nor do the tokens that were got with it.
    let token = text(&visitor, "visitor_token");
    let answer = app.post("/api/v1/widget/feedback", word).bearer(token).send().await;
    assert_eq!(answer.refusal(), refused());
    let answer = app
        .get(&format!("/api/v1/widget/config/{agent}"))
        .bearer(token)
        .send()
        .await;
    assert_eq!(answer.refusal(), refused());
    // The other key is as it was.
    config(&app, &agent, &other).await.expect(200);
    assert_eq!(
        owner.delete(&app, &path).await.refusal(),
        (404, "NOT_FOUND".into(), None)
    );
}

#[tokio::test]
async fn only_a_widget_key_opens_the_widget() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    for (kind, _) in &KINDS[1..] {
        let body = json!({ "name": "Key", "kind": kind, "allowed_domains": ["*"], "allow_no_origin": true });
        let key = make(&app, &owner, body).await;
        let key = text(&key, "key");
        assert_eq!(config(&app, &agent, key).await.refusal(), refused(), "{kind}");
        assert_eq!(
            app.ask(key, &agent, "s", "Hello?").send().await.refusal(),
            refused(),
            "{kind}"
        );
        let word = json!({ "message_id": "msg_1", "feedback_type": "THUMBS_UP" });
        let answer = app.post("/api/v1/widget/feedback", word).widget(key).send().await;
        assert_eq!(answer.refusal(), refused(), "{kind}");
    }
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
}

#[tokio::test]
async fn a_widget_key_opens_only_the_widget() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let key = app.widget_key(&owner).await;
    for path in [
        "/api/v1/auth/me",
        "/api/v1/workspaces",
        &owner.path(""),
        &owner.path("/agents"),
    ] {
        for call in [app.get(path).widget(&key), app.get(path).bearer(&key)] {
            assert_eq!(
                call.send().await.refusal(),
                (401, "UNAUTHORIZED".into(), None),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_malformed_key_is_refused_without_asking_the_database() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let mut mistyped = key.clone().into_bytes();
    mistyped[20] = if mistyped[20] == b'a' { b'b' } else { b'a' };
    let mistyped = String::from_utf8(mistyped).unwrap();
    let twin = make(&app, &owner, json!({ "name": "Key", "kind": "twin" })).await;
    app.sql.begin_counting();
    for wrong in [
        "",
        "pk_live_",
        "nonsense",
        "pk_live_xxxxx",
        &key[..key.len() - 1],
        &format!("{key}0"),
        &key.to_uppercase(),
        &key.replace("pk_live_", "tw_live_"),
        &mistyped,
        text(&twin, "key"),
    ] {
        assert_eq!(config(&app, &agent, wrong).await.refusal(), refused(), "{wrong}");
        assert_eq!(
            app.ask(wrong, &agent, "s", "Hello?").send().await.refusal(),
            refused(),
            "{wrong}"
        );
    }
    assert_eq!(app.sql.trips(), 0);
    config(&app, &agent, &key).await.expect(200);
    assert!(app.sql.trips() > 0);
}

#[tokio::test]
async fn an_unknown_key_is_refused_like_a_malformed_one() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = app.published_agent(&owner, json!({})).await;
    // Of another installation: its form is right. The randomness is the same, so it takes one more.
    let elsewhere = TestApp::new();
    let stranger = elsewhere.owner("bob@example.com").await;
    elsewhere.widget_key(&stranger).await;
    let foreign = elsewhere.widget_key(&stranger).await;
    let (unknown, malformed) = (
        config(&app, &agent, &foreign).await,
        config(&app, &agent, "pk_live_x").await,
    );
    assert_eq!(unknown.refusal(), refused());
    assert_eq!(unknown.text(), malformed.text());
}
