//! Files that are made to do harm go in while people chat: no stream breaks, none waits long, and every file ends.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::model_server::{ModelServer, Reply};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};
use tests::hostile::{End, files};
use xtask::server::Server;

/// Conversations that go on meanwhile.
const STREAMS: usize = 20;
/// A word comes every so often, and so many of them.
const PAUSE: Duration = Duration::from_millis(100);
const WORDS: usize = 400;
/// How long a stream may be silent: one file after the other takes the thread that all Workers share here.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);
/// How long all files may take together.
const PATIENCE: Duration = Duration::from_secs(240);

#[test]
fn twenty_streams_go_on_while_hostile_files_are_read() {
    let model = ModelServer::start();
    let mut plan = own_plan("hostile");
    let host = format!("127.0.0.1:{}", model.port);
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{host}/v1")),
        ("LLM_MODEL", "scripted".into()),
        ("ALLOW_PRIVATE_HOSTS", host),
    ] {
        plan.settings.insert(name.into(), value);
    }
    let server = Server::start(plan).unwrap();
    let place = place_of(&server);
    let tenant = Tenant::new(&place, "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    model.will((0..STREAMS).map(|_| Reply::Says(PAUSE, vec!["It was built in 1412 [1]. "; WORDS])));
    let streams: Vec<_> = (0..STREAMS)
        .map(|it| {
            let (page, agent) = (page.clone(), agent.clone());
            thread::spawn(move || listen(&page, &agent, it))
        })
        .collect();
    // Files of five strangers, so that several are read at a time.
    let started = Instant::now();
    let strangers: Vec<Tenant> = (0..5).map(|_| Tenant::new(&place, "ENTERPRISE")).collect();
    let collections: Vec<String> = strangers.iter().map(Tenant::collection).collect();
    let mut sent = vec![];
    for (number, file) in files().enumerate() {
        let (stranger, collection) = (number % 5, &collections[number % 5]);
        let fields = [("collection_id", collection.as_str())];
        let path = strangers[stranger].path("documents");
        let answer = strangers[stranger]
            .api
            .upload(&path, file.name, &file.bytes, &fields)
            .unwrap();
        assert!(
            [202, 413, 415, 422].contains(&answer.status),
            "{}: {}",
            file.name,
            answer.text()
        );
        if answer.status == 202 {
            sent.push((
                file.name,
                file.end,
                stranger,
                answer.json()["id"].as_str().unwrap().to_owned(),
            ));
        }
    }
    for (name, end, stranger, id) in sent {
        let document = ended(&strangers[stranger], &id, started);
        println!("{name}: {} {}", document["status"], document["progress"]["error"]);
        if end == End::Refused {
            assert_eq!(document["status"], "FAILED", "{name}");
            assert!(document["progress"]["error"].is_string(), "{name}: no reason");
        }
    }
    println!("all files: {:.1?}", started.elapsed());
    let (mut first, mut silence) = (Duration::ZERO, Duration::ZERO);
    for stream in streams {
        let (waited, longest) = stream.join().unwrap();
        first = first.max(waited);
        silence = silence.max(longest);
    }
    println!("slowest first word {first:.1?}, longest silence {silence:.1?}");
    assert!(silence < LONGEST_SILENCE, "a stream was silent for {silence:?}");
    // And the parser reads on.
    tenant.upload(&collection, "bordmoor.md", &facts("Bordmoor", 77));
    tenant.wait_for_documents(2);
}

/// Asks, and listens to the end; answers how long the first word and the slowest other one took.
fn listen(page: &xtask::api::Api, agent: &str, number: usize) -> (Duration, Duration) {
    let asked = Instant::now();
    let body = json!({ "agent_id": agent, "session_id": format!("s{number}"),
        "message": "When was the stone bridge of Ardenvale built?" });
    let (mut first, mut last, mut longest, mut words, mut is_done) = (None, asked, Duration::ZERO, 0, false);
    for event in page.events("/api/v1/widget/chat", &body).unwrap() {
        let event: Value = event.unwrap();
        assert_ne!(event["type"], "error", "{event}");
        is_done |= event["type"] == "done";
        if event["type"] == "token" {
            words += 1;
            match first {
                None => first = Some(asked.elapsed()),
                Some(_) => longest = longest.max(last.elapsed()),
            }
            last = Instant::now();
        }
    }
    assert!(is_done && words > 1, "a stream broke after {words} words");
    (first.unwrap_or_default(), longest)
}

fn ended(tenant: &Tenant, id: &str, started: Instant) -> Value {
    loop {
        let document: Value = tenant
            .api
            .get(&tenant.path(&format!("documents/{id}")))
            .unwrap()
            .ok()
            .unwrap();
        if document["status"] != "PROCESSING" {
            return document;
        }
        assert!(started.elapsed() < PATIENCE, "{document}");
        thread::sleep(Duration::from_millis(200));
    }
}
