//! Everything at once for some minutes: chats, lists, uploads, logins, webhooks, crawls, and the hostile corpus in
//! turn. Nothing may crash in the main Worker, get lost, fail without a reason, or grow.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::hostile_site::ServedSite;
use crate::load::{Load, Report, logins, streams};
use crate::model_server::{ModelServer, Reply};
use crate::traps::Traps;
use crate::webhook_receiver::WebhookReceiver;
use crate::website::Website;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use std::{env, thread};
use tests::hostile::files;
use xtask::api::{Answer, Api};
use xtask::server::Server;

/// How long it takes, unless `SOAK_MINUTES` says otherwise.
const MINUTES: u64 = 2;
/// How many minutes it has to take for its drift to tell something.
const SHORTEST_FOR_DRIFT: u64 = 10;
/// How much more memory the main Worker may hold at the end than half way, in percent.
const LARGEST_DRIFT: u64 = 10;
/// How much memory an isolate may hold, by <https://developers.cloudflare.com/workers/platform/limits/#memory>.
const LARGEST_ISOLATE: u64 = 128 << 20;
/// How long one piece of background work may take under this load.
const WORK_TIMEOUT: Duration = Duration::from_secs(120);
/// The lists that members look at.
const LISTS: [&str; 8] = [
    "documents",
    "conversations",
    "agents",
    "escalations",
    "webhooks",
    "collections",
    "members",
    "analytics/unanswered",
];

#[test]
#[ignore = "takes minutes and the whole machine: `cargo xtask soak` and `cargo xtask test` run it by itself"]
fn nothing_crashes_is_lost_or_grows_under_mixed_load() {
    let minutes = env::var("SOAK_MINUTES").map_or(MINUTES, |it| it.parse().unwrap());
    let (model, receiver, website) = (
        ModelServer::start(),
        WebhookReceiver::start(Duration::from_millis(20)),
        Website::start(),
    );
    model.always(Reply::Says(
        Duration::from_millis(50),
        vec!["It was built in 1412 [1]. "; 40],
    ));
    let sites: Vec<ServedSite> = ServedSite::start_all();
    let model_host = format!("127.0.0.1:{}", model.port);
    let mut hosts: Vec<String> = sites.iter().map(ServedSite::host).collect();
    hosts.extend([receiver.port, website.port].map(|it| format!("127.0.0.1:{it}")));
    hosts.push(model_host.clone());
    let mut plan = own_plan("soak");
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{model_host}/v1")),
        ("LLM_MODEL", "scripted".into()),
        ("ALLOW_PRIVATE_HOSTS", hosts.join(",")),
        ("CRAWL_DELAY", "0".into()),
    ] {
        plan.settings.insert(name.into(), value);
    }
    let server = Server::start(plan).unwrap();
    let place = place_of(&server);
    let tenants: Vec<Arc<Tenant>> = (0..4).map(|_| Arc::new(Tenant::new(&place, "ENTERPRISE"))).collect();
    let [chatting, uploading, crawling, hostile] = [0, 1, 2, 3].map(|it| tenants[it].clone());
    let collection = chatting.collection();
    chatting.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    chatting.wait_for_documents(1);
    let agent = chatting.agent(&collection);
    let page = chatting.page(&chatting.widget_key(&["shop.example"]), "https://shop.example");
    let question = "When was the stone bridge of Ardenvale built?";
    let body = json!({ "agent_id": agent, "session_id": "s", "message": question });
    let first: Value = page
        .events("/api/v1/widget/chat", &body)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let hook = json!({ "name": "Ours", "url": receiver.url("/"), "event_types": ["FEEDBACK_RECEIVED"] });
    let made = chatting.api.post(&chatting.path("webhooks"), &hook).unwrap();
    made.ok::<Value>().unwrap();

    let length = Duration::from_secs(60 * minutes);
    let members: Vec<&Tenant> = tenants.iter().map(|it| &**it).collect();
    let events = Arc::new(Mutex::new(BTreeSet::new()));
    let loads = [
        ("streams", streams(6, &page, &agent, question)),
        ("logins", logins(2, &members)),
        ("lists", lists(tenants.clone())),
        ("health checks", health(&place.base_url)),
        ("uploads", uploads(uploading)),
        (
            "events",
            feedback(page, first["message_id"].as_str().unwrap(), events.clone()),
        ),
        ("crawls", crawls(crawling, website)),
        ("hostile files and sites", corpus(hostile, sites)),
    ];
    thread::sleep(length / 2);
    // Looking stops an isolate for a moment, so a short test does it once all answers have come.
    let tells_drift = minutes >= SHORTEST_FOR_DRIFT;
    let half_way = if tells_drift {
        server.retained().unwrap()
    } else {
        BTreeMap::new()
    };
    thread::sleep(length / 2);
    let reports: Vec<(&str, Report)> = loads.map(|(what, load)| (what, load.stop())).into();
    let at_the_end = server.retained().unwrap();
    let traps = Traps::in_log(server.plan());
    println!("{traps}");
    if tells_drift {
        println!("memory half way: {}", in_mib(&half_way));
    }
    println!("memory at the end: {}", in_mib(&at_the_end));
    for (what, report) in &reports {
        report.expect_no_failure(what);
    }
    let due = events.lock().unwrap().clone();
    receiver.wait(WORK_TIMEOUT, |received| {
        let all: String = received.iter().map(|it| it.body.as_str()).collect();
        due.iter().all(|it| all.contains(&format!("\"{it}\"")))
    });
    assert_eq!(traps.main, Vec::<String>::new(), "the main Worker crashed");
    assert!(at_the_end.len() == 3 || !cfg!(target_os = "linux"), "{at_the_end:?}");
    for (worker, held) in &at_the_end {
        assert!(*held <= LARGEST_ISOLATE, "{worker} holds {} MiB", held >> 20);
    }
    // The other two grow to what their largest file takes.
    let held = |at: &BTreeMap<String, u64>| at.get("edgewise").copied().unwrap_or_default();
    let (early, late) = (held(&half_way), held(&at_the_end));
    assert!(
        !tells_drift || late * 100 <= early * (100 + LARGEST_DRIFT),
        "the main Worker grew from {} to {} MiB",
        early >> 20,
        late >> 20
    );
}

/// Fails on every status that a client could not explain: refusals for want of room name when to come back.
fn explained(what: &str, answer: &Answer) -> Result<(), String> {
    let is_refused_for_now = [429, 503].contains(&answer.status) && !answer.header("retry-after").is_empty();
    if answer.status < 500 || is_refused_for_now {
        Ok(())
    } else {
        Err(format!("{what}: {} {}", answer.status, answer.text()))
    }
}

fn said(why: impl std::fmt::Debug) -> String {
    format!("{why:?}")
}

/// Asks, and answers how long it took.
fn asked(what: &str, ask: impl FnOnce() -> Result<Answer, anyhow::Error>) -> Result<(Answer, Duration), String> {
    let began = Instant::now();
    let answer = ask().map_err(said)?;
    explained(what, &answer)?;
    Ok((answer, began.elapsed()))
}

fn lists(tenants: Vec<Arc<Tenant>>) -> Load {
    Load::start(2, move |number| {
        thread::sleep(Duration::from_millis(100));
        let tenant = &tenants[number % tenants.len()];
        let list = LISTS[number / tenants.len() % LISTS.len()];
        asked(list, || tenant.api.get(&tenant.path(list))).map(|it| it.1)
    })
}

fn health(base_url: &str) -> Load {
    let api = Api::new(base_url);
    Load::start(1, move |_| {
        thread::sleep(Duration::from_millis(100));
        asked("health", || api.get("/health")).map(|it| it.1)
    })
}

/// Uploads a document, waits until it is answerable, deletes it.
fn uploads(tenant: Arc<Tenant>) -> Load {
    let collection = tenant.collection();
    Load::start(1, move |number| {
        let began = Instant::now();
        let fields = [("collection_id", collection.as_str())];
        let (path, text) = (tenant.path("documents"), facts(&format!("Town{number}"), number));
        let name = format!("town-{number}.md");
        let (answer, _) = asked("upload", || tenant.api.upload(&path, &name, text.as_bytes(), &fields))?;
        let ended = end_and_delete(&tenant, &answer)?;
        match ended.as_deref() {
            Some("COMPLETED") | None => Ok(began.elapsed()),
            other => Err(format!("{name}: {other:?}")),
        }
    })
}

/// Causes five events a second.
fn feedback(page: Api, message: &str, sent: Arc<Mutex<BTreeSet<String>>>) -> Load {
    let message = message.to_owned();
    Load::start(1, move |number| {
        thread::sleep(Duration::from_millis(200));
        let comment = format!("comment {number}");
        let body = json!({ "message_id": message, "feedback_type": "THUMBS_UP", "comment": comment });
        let (answer, waited) = asked("feedback", || page.post("/api/v1/widget/feedback", &body))?;
        if answer.status == 201 {
            sent.lock().unwrap().insert(comment);
        }
        Ok(waited)
    })
}

fn crawls(tenant: Arc<Tenant>, website: Website) -> Load {
    let collection = tenant.collection();
    Load::start(1, move |number| {
        let url = website.url(&format!("/page/{}", 1 + number % 200));
        crawl(&tenant, &collection, &url, "WEBSITE", 8)
    })
}

/// Every hostile file and site, one after the other, again and again.
fn corpus(tenant: Arc<Tenant>, sites: Vec<ServedSite>) -> Load {
    let collection = tenant.collection();
    let (sender, receiver) = mpsc::sync_channel(1);
    // Files are big, so each is made when it is needed.
    thread::spawn(move || while files().all(|it| sender.send(it).is_ok()) {});
    let next = Mutex::new(receiver);
    Load::start(1, move |number| {
        if number % 2 == 0 {
            let served = &sites[number / 2 % sites.len()];
            return crawl(&tenant, &collection, &served.url(), served.site.mode, 8);
        }
        let began = Instant::now();
        let file = next.lock().unwrap().recv().map_err(said)?;
        let answer = tenant.upload_when_there_is_room(&collection, file.name, &file.bytes);
        explained(file.name, &answer)?;
        end_and_delete(&tenant, &answer)?;
        Ok(began.elapsed())
    })
}

fn crawl(tenant: &Tenant, collection: &str, url: &str, mode: &str, pages: u32) -> Result<Duration, String> {
    let began = Instant::now();
    let body = json!({ "url": url, "collection_id": collection, "mode": mode, "max_pages": pages });
    let (answer, _) = asked(url, || tenant.api.post(&tenant.path("documents/url"), &body))?;
    end_and_delete(tenant, &answer)?;
    Ok(began.elapsed())
}

/// Waits until what was accepted has come to an end, deletes it, and returns its last status; none when it was refused.
/// What failed must say why.
fn end_and_delete(tenant: &Tenant, accepted: &Answer) -> Result<Option<String>, String> {
    if accepted.status != 202 {
        return Ok(None);
    }
    let path = tenant.path(&format!(
        "documents/{}",
        accepted.json()["id"].as_str().unwrap_or_default()
    ));
    let began = Instant::now();
    loop {
        let (answer, _) = asked("document", || tenant.api.get(&path))?;
        let document = answer.json();
        let status = document["status"].as_str().unwrap_or("PROCESSING");
        if status != "PROCESSING" {
            if status == "FAILED" && !document["progress"]["error"].is_string() {
                return Err(format!("it failed without a reason: {document}"));
            }
            let deleted = tenant
                .api
                .send("DELETE", &path, xtask::api::Body::Empty)
                .map_err(said)?;
            explained("deleting", &deleted)?;
            return Ok(Some(status.to_owned()));
        }
        if began.elapsed() > WORK_TIMEOUT {
            return Err(format!("it does not end: {document}"));
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn in_mib(held: &BTreeMap<String, u64>) -> String {
    let each = held
        .iter()
        .map(|(worker, bytes)| format!("{worker} {} MiB", bytes >> 20));
    each.collect::<Vec<_>>().join(", ")
}
