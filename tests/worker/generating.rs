//! Answers by a language model, over real connections.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::model_server::{ModelServer, Reply};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};
use xtask::api::Api;
use xtask::server::Server;

const KEY: &str = "sk-live-canary";
const QUESTION: &str = "When was the stone bridge of Ardenvale built?";

struct Place {
    model: ModelServer,
    tenant: Tenant,
    page: Api,
    agent: String,
    // Ended last, when no test asks it any more.
    _server: Server,
}

fn place(name: &str) -> Place {
    let model = ModelServer::start();
    let mut plan = own_plan(name);
    let host = format!("127.0.0.1:{}", model.port);
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{host}/v1")),
        ("LLM_MODEL", "scripted".into()),
        ("LLM_API_KEY", KEY.into()),
        ("ALLOW_PRIVATE_HOSTS", host),
    ] {
        plan.settings.insert(name.into(), value);
    }
    let server = Server::start(plan).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    Place {
        model,
        tenant,
        page,
        agent,
        _server: server,
    }
}

impl Place {
    /// Asks in a session; answers the frames, each with the time it came at.
    fn ask(&self, session: &str) -> Vec<(Instant, Value)> {
        let body = json!({ "agent_id": self.agent, "session_id": session, "message": QUESTION });
        let events = self.page.events("/api/v1/widget/chat", &body).unwrap();
        events.map(|it| (Instant::now(), it.unwrap())).collect()
    }

    fn trace(&self, start: &Value) -> Value {
        let id = start["message_id"].as_str().unwrap();
        let path = self.tenant.path(&format!("messages/{id}/trace"));
        self.tenant.api.get(&path).unwrap().ok().unwrap()
    }
}

fn text_of(frames: &[(Instant, Value)]) -> String {
    let tokens = frames.iter().filter(|it| it.1["type"] == "token");
    tokens.filter_map(|it| it.1["content"].as_str()).collect()
}

#[test]
fn model_output_is_streamed_and_kept_when_the_visitor_leaves() {
    let place = place("generating");
    let pause = Duration::from_millis(400);
    let pieces = vec!["It was built ", "in 1412 [", "1", "], not later [", "9", "]."];
    place.model.will([Reply::Says(pause, pieces.clone())]);
    let frames = place.ask("a");
    assert_eq!(text_of(&frames), "It was built in 1412 [1], not later.");
    let first = frames.iter().find(|it| it.1["type"] == "token").unwrap().0;
    let ended = place.model.requests()[0].ended.unwrap();
    assert!(
        first + 3 * pause < ended,
        "the first word came {:?} before the end",
        ended - first
    );
    let sources = &frames[frames.len() - 2].1["sources"];
    assert_eq!(sources.as_array().unwrap().len(), 1, "{sources}");
    let request = &place.model.requests()[0];
    assert_eq!(request.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    assert!(
        request.body["messages"][1]["content"]
            .as_str()
            .unwrap()
            .contains("1412")
    );
    let trace = place.trace(&frames[0].1);
    assert_eq!(
        (&trace["generator"], &trace["attempts"]),
        (&json!("openai:scripted"), &json!(1)),
        "{trace}"
    );

    place.model.will([Reply::Says(pause, pieces)]);
    let body = json!({ "agent_id": place.agent, "session_id": "b", "message": QUESTION });
    let mut events = place.page.events("/api/v1/widget/chat", &body).unwrap();
    let start = events.next().unwrap().unwrap();
    drop(events);
    let began = Instant::now();
    let kept = loop {
        let trace = place.trace(&start);
        if trace["status"] != "pending" || began.elapsed() > Duration::from_secs(20) {
            break trace;
        }
        sleep(Duration::from_millis(200));
    };
    assert_eq!(kept["status"], "complete", "{kept}");
    assert_eq!(kept["response"], "It was built in 1412 [1], not later.");
}

#[test]
fn a_failing_model_is_replaced_and_then_paused() {
    let place = place("failing");
    let (error, garbage) = (Reply::Status(500), Reply::Garbage);
    for (replies, reason, attempts) in [
        (vec![error.clone(), error.clone()], "status 500", 2),
        (vec![garbage.clone(), garbage], "unreadable answer", 2),
        (vec![Reply::Silent], "timeout: the first word", 1),
    ] {
        place.model.will(replies);
        let frames = place.ask(reason);
        let text = text_of(&frames);
        assert!(text.contains("built in the year 1412"), "{reason}: {text}");
        assert_eq!(frames[frames.len() - 1].1["type"], "done");
        let trace = place.trace(&frames[0].1);
        assert_eq!(trace["generator"], "extractive", "{trace}");
        assert_eq!(trace["fell_back_from"], "openai:scripted", "{trace}");
        assert_eq!(
            (&trace["fallback_reason"], &trace["attempts"]),
            (&json!(reason), &json!(attempts)),
            "{trace}"
        );
    }
    sleep(Duration::from_millis(500));
    assert!(
        place.model.requests().iter().all(|it| it.ended.is_some()),
        "a connection that was given up is closed"
    );

    let asked = place.model.requests().len();
    let began = Instant::now();
    let frames = place.ask("resting");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(place.trace(&frames[0].1)["fallback_reason"], "circuit open");
    assert_eq!(place.model.requests().len(), asked);

    sleep(Duration::from_secs(10));
    place.model.will([Reply::Breaks("It was built")]);
    let frames = place.ask("broken");
    assert_eq!(text_of(&frames), "It was built");
    assert_eq!(frames[frames.len() - 1].1["type"], "error");
    let trace = place.trace(&frames[0].1);
    assert_eq!(
        (&trace["status"], &trace["response"]),
        (&json!("failed"), &json!("It was built")),
        "{trace}"
    );
    assert!(!trace.to_string().contains(KEY));
}
