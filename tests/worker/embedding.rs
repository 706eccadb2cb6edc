//! Passages and questions embedded by another host, over real connections.
use crate::embedding_server::{Behavior, EmbeddingServer};
use crate::harness::{Tenant, own_plan, place_of};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};
use xtask::api::Body;
use xtask::server::Server;

/// Only the server knows that a quandle is a florbin.
const KNOWN: &str = "Where are florbins kept?";
const MEANT: &str = "Where are quandles?";

fn embedding(tenant: &Tenant) -> Value {
    let shown: Value = tenant.api.get(&tenant.workspace).unwrap().ok().unwrap();
    shown["embedding"].clone()
}

fn choose(tenant: &Tenant) {
    let body = Body::Json(br#"{"embedder":"openai"}"#.to_vec());
    let patched = tenant.api.send("PATCH", &tenant.workspace, body).unwrap();
    assert_eq!(patched.status, 200, "{}", patched.text());
}

/// Asks; answers how long it took, and the trace.
fn ask(tenant: &Tenant, agent: &str, question: &str) -> (Duration, Value) {
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
    let began = Instant::now();
    let frames: Vec<Value> = page
        .events("/api/v1/widget/chat", &body)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let took = began.elapsed();
    assert_eq!(frames.last().unwrap()["type"], "done", "{frames:?}");
    let path = tenant.path(&format!("messages/{}/trace", frames[0]["message_id"].as_str().unwrap()));
    (took, tenant.api.get(&path).unwrap().ok().unwrap())
}

fn best(trace: &Value) -> &str {
    trace["passages"][0]["title"].as_str().unwrap_or_default()
}

#[test]
fn answers_go_on_while_passages_are_embedded_across_a_crash() {
    let embedder = EmbeddingServer::start();
    let mut plan = own_plan("embedding");
    let host = format!("127.0.0.1:{}", embedder.port);
    for (name, value) in [
        ("EMBED_BASE_URL", format!("http://{host}/v1")),
        ("EMBED_MODEL", "scripted".into()),
        ("ALLOW_PRIVATE_HOSTS", host),
    ] {
        plan.settings.insert(name.into(), value);
    }
    let server = Server::start(plan).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    for (name, place) in [("glimworth", "cellar"), ("florbin", "attic"), ("brumpet", "garden")] {
        let text = format!("# {name}s\n\nEvery {name} is kept in the {place}.");
        tenant.upload(&collection, &format!("{name}s.md"), &text);
    }
    let rooms = |it: u32| format!("# Room {it}\n\nRoom {it} has the telephone number 555-{it:04}.\n\n");
    tenant.upload(&collection, "rooms.md", &(0..500).map(rooms).collect::<String>());
    tenant.wait_for_documents(4);
    let agent = tenant.agent(&collection);
    let (_, trace) = ask(&tenant, &agent, KNOWN);
    assert_eq!(
        (best(&trace), &trace["embedders"]),
        ("florbins.md", &json!([])),
        "{trace}"
    );

    embedder.behave(Behavior::Right(Duration::from_millis(150)));
    choose(&tenant);
    let began = Instant::now();
    let passages = loop {
        let now = embedding(&tenant);
        assert!(began.elapsed() < Duration::from_secs(60), "{now}");
        let (embedded, passages) = (now["embedded"].as_u64().unwrap(), now["passages"].as_u64().unwrap());
        let (_, trace) = ask(&tenant, &agent, KNOWN);
        assert_eq!(
            (best(&trace), &trace["decision"]),
            ("florbins.md", &json!("answered")),
            "{trace}"
        );
        if embedded >= 100 {
            assert!(embedded < passages, "too quick to be crashed into: {now}");
            break passages;
        }
    };
    let plan = server.kill();
    let _server = Server::start(plan).unwrap();
    let began = Instant::now();
    loop {
        let now = embedding(&tenant);
        let (_, trace) = ask(&tenant, &agent, KNOWN);
        assert_eq!(best(&trace), "florbins.md", "{trace}");
        if now["state"] == "ready" {
            assert_eq!(now["embedded"].as_u64(), Some(passages));
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(150), "{now}");
        sleep(Duration::from_millis(500));
    }
    let (_, trace) = ask(&tenant, &agent, MEANT);
    assert_eq!(best(&trace), "florbins.md", "{trace}");
    assert_eq!(trace["embedders"], json!(["openai:scripted"]), "{trace}");

    embedder.behave(Behavior::Silent);
    let (took, trace) = ask(&tenant, &agent, KNOWN);
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(best(&trace), "florbins.md", "{trace}");
    assert_eq!(trace["embedder_fault"], "openai:scripted: timeout: vectors", "{trace}");
    let began = Instant::now();
    tenant.upload(
        &collection,
        "tarnocks.md",
        "# Tarnocks\n\nTarnocks are kept in the shed.",
    );
    tenant.wait_for_documents(5);
    println!(
        "answerable {:?} after its upload, with a silent server",
        began.elapsed()
    );
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let (_, trace) = ask(&tenant, &agent, "Where are tarnocks kept?");
    assert_eq!(best(&trace), "tarnocks.md", "{trace}");

    embedder.behave(Behavior::Status(500));
    sleep(Duration::from_secs(11));
    let (_, trace) = ask(&tenant, &agent, KNOWN);
    let fault = trace["embedder_fault"].as_str().unwrap_or_default();
    assert!(
        fault.ends_with("status 500") || fault.ends_with("circuit open"),
        "{trace}"
    );
    let before = embedder.texts();
    embedder.behave(Behavior::Right(Duration::ZERO));
    let began = Instant::now();
    while embedding(&tenant)["state"] != "ready" {
        assert!(began.elapsed() < Duration::from_secs(90), "{}", embedding(&tenant));
        sleep(Duration::from_millis(500));
    }
    assert!(embedder.texts() - before <= 8, "only the new passage had no vector");
}
