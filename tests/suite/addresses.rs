//! Where webhooks of every dialect may not lead.
use crate::harness::TestApp;
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::json;

/// The table of private addresses, in every spelling that leads to one.
const PRIVATE: [&str; 48] = [
    "http://localhost",
    "http://localhost.",
    "http://a.localhost",
    "http://127.0.0.1",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://0",
    "http://10.0.0.1",
    "http://172.16.0.1",
    "http://192.168.1.1",
    "http://169.254.169.254/latest",
    "http://100.64.0.1",
    "http://192.0.0.1",
    "http://192.0.2.1",
    "http://198.18.0.1",
    "http://198.51.100.1",
    "http://203.0.113.1",
    "http://224.0.0.1",
    "http://240.0.0.1",
    "http://255.255.255.255",
    "http://[::]",
    "http://[::1]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:a9fe:a9fe]",
    "http://[64:ff9b::10.0.0.1]",
    "http://[2002:7f00:1::]",
    "http://[fc00::1]",
    "http://[fe80::1]",
    "http://[5f00::1]",
    "http://[100::1]",
    "http://metadata.google.internal",
    "http://router.local",
    "http://metadata",
    "http://169.254.169.254.",
    "http://0251.0376.0251.0376/latest",
    "http://0xa9fea9fe/latest",
    "http://2852039166/latest",
    "http://[::ffff:0:0]",
    "http://[0:0:0:0:0:ffff:7f00:0001]",
    "http://[fec0::1]",
    "http://[2001:db8::1]",
    "http://LOCALHOST:80",
    "http://%6c%6f%63%61%6c%68%6f%73%74",
    "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "http://127\u{3002}0\u{3002}0\u{3002}1",
];

/// What is no address of anything public for another reason.
const WRONG: [&str; 6] = [
    "http://[fe80::1%25eth0]",
    "https://user:secret@example.com",
    "https://user@example.com",
    "ftp://example.com",
    "//example.com",
    "https://",
];

#[tokio::test]
async fn a_webhook_in_any_dialect_reaches_no_private_address() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let mut keys = vec![];
    for kind in [KeyKind::Twig, KeyKind::Twin, KeyKind::Builder] {
        keys.push((kind, owner.program_key(&app, kind).await));
    }
    // A person's token goes where such a key does.
    let token = (KeyKind::Twin, owner.token.clone());
    let [twig, twin, builder] = keys.try_into().unwrap();
    let insydr = owner.path("/webhooks");
    let (made, _) = owner.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    let of_agent = format!("/v1/agents/{agent}/webhooks");
    let body = json!({ "url": HOOK, "events": ["run.failed"] });
    let call = app
        .call(Method::POST, &of_agent)
        .keyed(builder.0, &builder.1)
        .json(&body);
    let run = call.send().await.expect(201)["webhook_id"].as_str().unwrap().to_owned();
    let named = |url: &str| json!({ "name": "Ours", "url": url, "event_types": ["LEAD_CAPTURED"] });
    for url in PRIVATE.iter().chain(&WRONG) {
        let places = [
            (Method::POST, insydr.clone(), &token, named(url)),
            (Method::PATCH, format!("{insydr}/{made}"), &token, json!({ "url": url })),
            (
                Method::POST,
                "/api/webhooks".into(),
                &twig,
                json!({ "url": url, "events": ["agent.updated"] }),
            ),
            (
                Method::POST,
                of_agent.clone(),
                &builder,
                json!({ "url": url, "events": ["run.failed"] }),
            ),
            (
                Method::PATCH,
                format!("{of_agent}/{run}"),
                &builder,
                json!({ "url": url }),
            ),
            (Method::PUT, "/v1/settings".into(), &twin, json!({ "webhookUrl": url })),
        ];
        for (method, path, key, body) in places {
            let (kind, key) = key;
            let answer = app.call(method, &path).keyed(*kind, key).json(&body).send().await;
            assert_eq!(answer.status, 400, "{path} {url}: {}", answer.text());
        }
        app.clock.advance(edge_model::time::SECOND * 4);
    }
    // Public addresses are accepted in the same places.
    let body = named("https://hooks.example.com/b");
    let call = app.call(Method::POST, &insydr).bearer(&owner.token).json(&body);
    assert!(id(&call.send().await.expect(201)).starts_with("wh_"));
}
