//! Which pages may use a widget key, and what their browsers are told.
use crate::harness::TestApp;
use crate::harness::request::Answer;
use http::Method;
use serde_json::{Value, json};

/// The widget's calls: method and path; `{agent}` is filled in.
const CALLS: [(Method, &str); 3] = [
    (Method::GET, "/api/v1/widget/config/{agent}"),
    (Method::POST, "/api/v1/widget/chat"),
    (Method::POST, "/api/v1/widget/feedback"),
];

/// A page somewhere that calls the widget's API with a key.
struct Page<'a> {
    app: &'a TestApp,
    key: String,
    agent: String,
    message: String,
}

impl<'a> Page<'a> {
    async fn new(app: &'a TestApp, key: Value) -> Self {
        let owner = app.owner("ann@example.com").await;
        app.set_plan(&owner, "ENTERPRISE").await;
        let agent = app.published_agent(&owner, json!({})).await;
        let usual = app.widget_key(&owner).await;
        let frames = app.ask(&usual, &agent, "s", "What?").send().await.frames();
        let mut body = json!({ "name": "Key" });
        body.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
        let key = owner.post(app, "/api-keys", body).await.expect(201);
        Self {
            app,
            key: key["key"].as_str().unwrap().to_owned(),
            agent,
            message: frames[0]["message_id"].as_str().unwrap().to_owned(),
        }
    }

    async fn call(&self, (method, path): &(Method, &str), origin: Option<&str>) -> Answer {
        let path = path.replace("{agent}", &self.agent);
        let call = self.app.call(method.clone(), &path).header("x-api-key", &self.key);
        let call = match path.rsplit('/').next() {
            Some("chat") => call.json(&json!({ "agent_id": self.agent, "session_id": "s", "message": "What?" })),
            Some("feedback") => call.json(&json!({ "message_id": self.message, "feedback_type": "THUMBS_UP" })),
            _ => call,
        };
        match origin {
            Some(origin) => call.header("origin", origin),
            None => call,
        }
        .send()
        .await
    }

    async fn is_let_in(&self, origin: Option<&str>) -> bool {
        let mut statuses = vec![];
        for call in &CALLS {
            let answer = self.call(call, origin).await;
            statuses.push(answer.status);
            if answer.status == 403 {
                assert_eq!(answer.refusal(), (403, "ORIGIN_NOT_ALLOWED".into(), None), "{origin:?}");
            } else {
                assert!((200..300).contains(&answer.status), "{origin:?}: {}", answer.text());
            }
            // A page that is refused may read why.
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("vary"), Some("Origin"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
        assert!(
            statuses.iter().all(|it| (*it == 403) == (statuses[0] == 403)),
            "{origin:?}: {statuses:?}"
        );
        statuses[0] != 403
    }
}

#[tokio::test]
async fn only_the_keys_domains_are_let_in() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["example.com"] })).await;
    for origin in [
        "https://example.com",
        "http://example.com",
        "https://example.com:8443",
        "https://EXAMPLE.com",
        "https://example.com.",
    ] {
        assert!(page.is_let_in(Some(origin)).await, "{origin}");
    }
    for origin in [
        "https://www.example.com",
        "https://evilexample.com",
        "https://example.com.evil.com",
        "https://example.org",
        "https://example.com@evil.com",
        "https://user@example.com",
        "https://evil.com/example.com",
        "https://evil.com#example.com",
        "example.com",
        "null",
        "file://",
        "ftp://example.com",
        "chrome-extension://example.com",
        "https://",
        "",
    ] {
        assert!(!page.is_let_in(Some(origin)).await, "{origin}");
    }
}

#[tokio::test]
async fn a_star_before_a_domain_is_any_subdomain_and_not_the_domain() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["*.example.com", "localhost"] })).await;
    for origin in [
        "https://www.example.com",
        "https://a.b.c.example.com",
        "http://www.example.com:3000",
        "http://localhost:5173",
    ] {
        assert!(page.is_let_in(Some(origin)).await, "{origin}");
    }
    for origin in [
        "https://example.com",
        "https://evilexample.com",
        "https://.example.com",
        "https://www.example.com.evil.com",
        "https://localhost.evil.com",
        "https://sub.localhost",
    ] {
        assert!(!page.is_let_in(Some(origin)).await, "{origin}");
    }
}

#[tokio::test]
async fn an_international_domain_is_the_same_in_both_spellings() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["bücher.example"] })).await;
    assert!(page.is_let_in(Some("https://xn--bcher-kva.example")).await);
    assert!(!page.is_let_in(Some("https://xn--bcher-kvb.example")).await);
}

#[tokio::test]
async fn no_domain_lets_no_page_in_and_a_star_lets_all_in() {
    let app = TestApp::new();
    let none = Page::new(&app, json!({})).await;
    for origin in ["https://example.com", "http://localhost", "null"] {
        assert!(!none.is_let_in(Some(origin)).await, "{origin}");
    }
    let app = TestApp::new();
    let all = Page::new(&app, json!({ "allowed_domains": ["*"] })).await;
    for origin in ["https://example.com", "http://localhost:1", "https://a.b.c"] {
        assert!(all.is_let_in(Some(origin)).await, "{origin}");
    }
    assert!(!all.is_let_in(None).await, "no page is not any page");
}

#[tokio::test]
async fn a_call_from_no_page_is_let_in_only_where_the_key_says_so() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["example.com"] })).await;
    assert!(!page.is_let_in(None).await);
    let app = TestApp::new();
    let server = Page::new(
        &app,
        json!({ "allowed_domains": ["example.com"], "allow_no_origin": true }),
    )
    .await;
    assert!(server.is_let_in(None).await);
    assert!(server.is_let_in(Some("https://example.com")).await);
    assert!(
        !server.is_let_in(Some("https://evil.com")).await,
        "a page says where it is"
    );
}

#[tokio::test]
async fn the_chat_frame_may_ask_for_its_agent_anywhere() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["example.com"] })).await;
    for (site, origin, status) in [
        ("same-origin", None, 200),
        ("same-site", None, 403),
        ("cross-site", None, 403),
        ("none", None, 403),
        ("same-origin", Some("https://evil.com"), 403),
    ] {
        let path = format!("/api/v1/widget/config/{}", page.agent);
        let call = app
            .get(&path)
            .header("x-api-key", &page.key)
            .header("sec-fetch-site", site);
        let call = match origin {
            Some(origin) => call.header("origin", origin),
            None => call,
        };
        assert_eq!(call.send().await.status, status, "{site}, {origin:?}");
    }
}

#[tokio::test]
async fn our_own_pages_get_a_configuration_and_nothing_else() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["example.com"] })).await;
    let chat = json!({ "agent_id": page.agent, "session_id": "s", "message": "What?" });
    let word = json!({ "message_id": page.message, "feedback_type": "THUMBS_UP" });
    let request = json!({ "agent_id": page.agent, "session_id": "s", "message": "Help!" });
    let resume = format!("/api/v1/widget/chat/{}/events", page.message);
    for call in [
        app.post("/api/v1/widget/chat", chat),
        app.post("/api/v1/widget/feedback", word),
        app.post("/api/v1/widget/escalate", request),
        app.get(&resume),
    ] {
        let call = call.header("x-api-key", &page.key);
        let answer = call.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(answer.refusal(), (403, "ORIGIN_NOT_ALLOWED".into(), None));
    }
}

#[tokio::test]
async fn a_key_without_domains_opens_nothing_to_our_own_pages() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": [] })).await;
    let path = format!("/api/v1/widget/config/{}", page.agent);
    let call = app.get(&path).header("x-api-key", &page.key);
    let answer = call.header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(answer.refusal(), (403, "ORIGIN_NOT_ALLOWED".into(), None));
}

#[tokio::test]
async fn a_page_may_read_its_refusals_and_the_limits() {
    let app = TestApp::new();
    let page = Page::new(&app, json!({ "allowed_domains": ["example.com"] })).await;
    let origin = "https://example.com";
    for path in ["/api/v1/widget/config/agent_0", "/api/v1/widget/config/{agent}"] {
        let answer = page.call(&(Method::GET, path), Some(origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
        for name in [
            "retry-after",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-request-id",
        ] {
            assert!(exposed.contains(name), "{name}: {exposed}");
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_by_its_path_alone() {
    let app = TestApp::new();
    for (method, path) in CALLS {
        let call = app
            .call(Method::OPTIONS, &path.replace("{agent}", "agent_0"))
            .header("origin", "https://anywhere.example")
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", "content-type,x-api-key");
        app.sql.begin_counting();
        let answer = call.send().await;
        assert_eq!((answer.status, answer.text()), (204, String::new()), "{path}");
        assert_eq!(app.sql.trips(), 0);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://anywhere.example")
        );
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.contains(method.as_str()), "{methods}");
        let headers = answer.header("access-control-allow-headers").unwrap().to_lowercase();
        for name in ["content-type", "x-api-key", "authorization"] {
            assert!(headers.contains(name), "{name}: {headers}");
        }
        let age: u32 = answer.header("access-control-max-age").unwrap().parse().unwrap();
        assert!(age <= 7_200, "browsers forget after two hours");
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn only_the_widget_is_for_foreign_pages() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for path in ["/api/v1/auth/me", "/api/v1/workspaces", &owner.path("/agents")] {
        let call = app.get(path).bearer(&owner.token).header("origin", "https://evil.com");
        assert_eq!(call.send().await.header("access-control-allow-origin"), None, "{path}");
        let preflight = app
            .call(Method::OPTIONS, path)
            .header("origin", "https://evil.com")
            .header("access-control-request-method", "GET");
        assert_eq!(
            preflight.send().await.header("access-control-allow-origin"),
            None,
            "{path}"
        );
    }
}
