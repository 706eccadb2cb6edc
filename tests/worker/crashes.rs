//! The power goes while everything is written to that can be written: nothing that was acknowledged is lost, no file of
//! the database is broken, and the server is back soon.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::model_server::{ModelServer, Reply};
use crate::webhook_receiver::WebhookReceiver;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};
use xtask::api::{Answer, Api};
use xtask::paths::files_below;
use xtask::server::Server;

/// How often the server is killed, unless `CRASH_ROUNDS` says otherwise.
const ROUNDS: usize = 3;
/// How long the start of a killed server may take until `/health` answers.
const LONGEST_START: Duration = Duration::from_secs(15);
/// How long the background work that was left may take afterwards.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(180);
/// How many of a kind one round writes at most: a workspace may have 100 webhooks, and a key 60 requests a minute.
const WRITES: usize = 9;

/// Who writes, and to what.
struct Installation {
    tenant: Tenant,
    page: Api,
    program: Api,
    collection: String,
    agent: String,
    answer: String,
    hook: String,
}

/// A kind of write; the number makes each one different.
type Write = fn(&Installation, usize) -> Result<Answer, anyhow::Error>;

/// Each kind with the pointer to the id in its answer; none for feedback, which is known by its comment.
const KINDS: [(&str, Write, &str); 6] = [
    ("documents", upload, "/id"),
    (
        "kb",
        |it, number| {
            let doc =
                json!({ "title": format!("Policy {number}"), "type": "policy", "content": facts("Policy", number) });
            it.program.post("/v1/kb", &doc)
        },
        "/doc/id",
    ),
    (
        "agents",
        |it, number| {
            let body = json!({ "name": format!("Agent {number}") });
            it.tenant.api.post(&it.tenant.path("agents"), &body)
        },
        "/id",
    ),
    (
        "feedback",
        |it, number| {
            let body = json!({ "message_id": it.answer, "feedback_type": "THUMBS_UP", "comment": comment(number) });
            it.page.post("/api/v1/widget/feedback", &body)
        },
        "",
    ),
    (
        "escalations",
        |it, number| {
            let session = format!("help-{number}");
            let body = json!({ "agent_id": it.agent, "session_id": session, "message": format!("Help {number}!") });
            it.page.post("/api/v1/widget/escalate", &body)
        },
        "/escalation_id",
    ),
    (
        "webhooks",
        |it, number| {
            let url = format!("{}/{number}", it.hook);
            let body = json!({ "name": "Another", "url": url, "event_types": ["LEAD_CAPTURED"] });
            it.tenant.api.post(&it.tenant.path("webhooks"), &body)
        },
        "/id",
    ),
];

fn upload(installation: &Installation, number: usize) -> Result<Answer, anyhow::Error> {
    let fields = [("collection_id", installation.collection.as_str())];
    let text = facts(&format!("Town{number}"), number);
    let path = installation.tenant.path("documents");
    installation
        .tenant
        .api
        .upload(&path, &format!("town-{number}.md"), text.as_bytes(), &fields)
}

fn comment(number: usize) -> String {
    format!("comment {number}")
}

#[test]
fn writes_of_every_kind_survive_crashes() {
    let rounds = env::var("CRASH_ROUNDS").map_or(ROUNDS, |it| it.parse().unwrap());
    let receiver = WebhookReceiver::start(Duration::ZERO);
    let mut plan = own_plan("crashes");
    let host = format!("127.0.0.1:{}", receiver.port);
    plan.settings.insert("ALLOW_PRIVATE_HOSTS".into(), host);
    let mut server = Server::start(plan).unwrap();
    let installation = installation(&server, &receiver);
    let mut acknowledged = BTreeMap::<&str, BTreeSet<String>>::new();
    let mut slowest_start = Duration::ZERO;
    for round in 0..rounds {
        let (written, plan) = write_and_kill(&installation, server, round);
        for (kind, ids) in written {
            acknowledged.entry(kind).or_default().extend(ids);
        }
        check_integrity(&plan.state);
        let began = Instant::now();
        server = Server::start(plan).unwrap();
        slowest_start = slowest_start.max(began.elapsed());
        let counts: Vec<_> = acknowledged
            .iter()
            .map(|it| format!("{} {}", it.1.len(), it.0))
            .collect();
        println!(
            "round {}: back after {:.1?}; acknowledged so far: {}",
            round + 1,
            began.elapsed(),
            counts.join(", ")
        );
        assert_eq!(
            lost(&installation, &acknowledged),
            Vec::<String>::new(),
            "lost in round {}",
            round + 1
        );
    }
    for (kind, _, _) in KINDS {
        assert!(
            acknowledged.get(kind).is_some_and(|it| !it.is_empty()),
            "no {kind} were written"
        );
    }
    assert!(slowest_start <= LONGEST_START, "a start took {slowest_start:?}");
    wait_for_documents(&installation);
    receiver.wait(BACKGROUND_TIMEOUT, |received| {
        acknowledged["feedback"]
            .iter()
            .all(|comment| received.iter().any(|it| it.body.contains(&format!("\"{comment}\""))))
    });
}

fn installation(server: &Server, receiver: &WebhookReceiver) -> Installation {
    let tenant = Tenant::new(&place_of(server), "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let question = "When was the stone bridge of Ardenvale built?";
    let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
    let first: Value = page
        .events("/api/v1/widget/chat", &body)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let hook = json!({ "name": "Ours", "url": receiver.url("/"), "event_types": ["FEEDBACK_RECEIVED"] });
    tenant
        .api
        .post(&tenant.path("webhooks"), &hook)
        .unwrap()
        .ok::<Value>()
        .unwrap();
    Installation {
        program: tenant.program("twin"),
        answer: first["message_id"].as_str().unwrap().to_owned(),
        hook: receiver.url("/other"),
        tenant,
        page,
        collection,
        agent,
    }
}

type Written = BTreeMap<&'static str, BTreeSet<String>>;

/// Writes everything at once, kills the server in the middle, and returns what was acknowledged.
fn write_and_kill(installation: &Installation, server: Server, round: usize) -> (Written, xtask::server::Plan) {
    let (is_over, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let writers = KINDS.map(|(kind, write, id)| {
            let (is_over, count) = (&is_over, &count);
            scope.spawn(move || {
                let mut ids = BTreeSet::new();
                for number in (0..WRITES).map(|it| round * WRITES + it) {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let Ok(answer) = write(installation, number) else {
                        break;
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                    match answer.status {
                        200..=299 if id.is_empty() => {
                            ids.insert(comment(number));
                        }
                        200..=299 => {
                            let json = answer.json();
                            let id = json.pointer(id).and_then(Value::as_str);
                            ids.insert(id.unwrap_or_else(|| panic!("{kind}: {json}")).to_owned());
                        }
                        // The proxy in front of the Worker may notice first that it has gone.
                        502..=504 => break,
                        status => panic!("{kind}: {status} {}", answer.text()),
                    }
                }
                (kind, ids)
            })
        });
        let began = Instant::now();
        while count.load(Ordering::Relaxed) < KINDS.len() && began.elapsed() < BACKGROUND_TIMEOUT {
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(a_random_moment());
        let plan = server.kill();
        is_over.store(true, Ordering::Relaxed);
        (writers.into_iter().map(|it| it.join().unwrap()).collect(), plan)
    })
}

/// Up to half a second.
fn a_random_moment() -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    Duration::from_micros(u64::from(nanos) / 1_000 % 500_000)
}

/// Names everything that was acknowledged and is not listed. Feedback is not listed; its events are delivered.
fn lost(installation: &Installation, acknowledged: &BTreeMap<&str, BTreeSet<String>>) -> Vec<String> {
    let mut lost = vec![];
    for (kind, ids) in acknowledged.iter().filter(|it| *it.0 != "feedback") {
        let found = match *kind {
            // A new key, since a key has 60 requests a minute.
            "kb" => listed(&installation.tenant.program("twin"), "/v1/kb?limit=200", "docs"),
            kind => listed(
                &installation.tenant.api,
                &installation.tenant.path(&format!("{kind}?limit=100")),
                kind,
            ),
        };
        lost.extend(ids.difference(&found).map(|id| format!("{kind}: {id}")));
    }
    lost
}

/// The ids of a list, page after page.
fn listed(api: &Api, path: &str, member: &str) -> BTreeSet<String> {
    let (mut ids, mut next) = (BTreeSet::new(), String::new());
    loop {
        let page: Value = api.get(&format!("{path}{next}")).unwrap().ok().unwrap();
        let rows = page[member].as_array().unwrap();
        ids.extend(rows.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return ids,
        }
    }
}

/// Waits until every document is worked on; none may have failed.
fn wait_for_documents(installation: &Installation) {
    let count = |status: &str| {
        let path = installation.tenant.path(&format!("documents?limit=1&status={status}"));
        installation.tenant.api.get(&path).unwrap().json()["total"]
            .as_u64()
            .unwrap()
    };
    let began = Instant::now();
    while count("PROCESSING") > 0 {
        assert!(
            began.elapsed() < BACKGROUND_TIMEOUT,
            "{} documents are left",
            count("PROCESSING")
        );
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(count("FAILED"), 0);
}

/// Has SQLite check a copy of every database file below a folder; the server is dead.
fn check_integrity(state: &Path) {
    let copy = state.with_extension("copy");
    fs::remove_dir_all(&copy).ok();
    let mut checked = 0;
    for file in files_below(&state.join("store")).unwrap() {
        let to = copy.join(file.strip_prefix(state).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
    }
    for file in files_below(&copy).unwrap() {
        if file.extension().is_none_or(|it| it != "sqlite") {
            continue;
        }
        let database = Connection::open(&file).unwrap();
        let verdict: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(verdict, "ok", "{}", file.display());
        checked += 1;
    }
    assert!(checked > 5, "only {checked} database files were found");
    fs::remove_dir_all(&copy).unwrap();
}

#[test]
fn a_stream_that_a_crash_cuts_off_breaks_and_keeps_its_question() {
    let model = ModelServer::start();
    model.always(Reply::Says(
        Duration::from_millis(100),
        vec!["It was built in 1412 [1]. "; 200],
    ));
    let mut plan = own_plan("crashed-stream");
    let host = format!("127.0.0.1:{}", model.port);
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{host}/v1")),
        ("LLM_MODEL", "scripted".into()),
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
    let question = "When was the stone bridge of Ardenvale built?";
    let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
    let mut events = page.events("/api/v1/widget/chat", &body).unwrap();
    let words = events
        .by_ref()
        .filter(|it| it.as_ref().is_ok_and(|it| it["type"] == "token"));
    assert_eq!(words.take(5).count(), 5);
    let plan = server.kill();
    let rest: Vec<_> = events.collect();
    let kinds: Vec<_> = rest.iter().flatten().map(|it| it["type"].clone()).collect();
    assert!(kinds.iter().all(|it| *it != "done" && *it != "error"), "{kinds:?}");
    assert!(
        rest.last().is_some_and(Result::is_err),
        "the stream ended as if it were complete"
    );

    let _server = Server::start(plan).unwrap();
    let list: Value = tenant.api.get(&tenant.path("conversations")).unwrap().ok().unwrap();
    let id = list["conversations"][0]["id"].as_str().unwrap();
    let kept: Value = tenant
        .api
        .get(&tenant.path(&format!("conversations/{id}")))
        .unwrap()
        .ok()
        .unwrap();
    assert!(kept.to_string().contains(question), "{kept}");
}
