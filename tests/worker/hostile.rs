//! Files and websites that are made to do harm go in while people chat and sign in: nothing of theirs fails, and all
//! that went in comes to an end.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::hostile_site::ServedSite;
use crate::load::{logins, streams};
use crate::model_server::{ModelServer, Reply};
use crate::traps::Traps;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};
use tests::hostile::{End, Hostile, files};
use xtask::server::{Plan, Server};

/// Conversations that go on meanwhile.
const STREAMS: usize = 20;
/// Logins a second that go on meanwhile.
const LOGINS: usize = 5;
/// A word comes every so often, and so many of them.
const WORD_INTERVAL: Duration = Duration::from_millis(250);
const WORDS: usize = 60;
/// How long a stream may be silent. Here all Workers share one thread, which parsing a large page takes for seconds;
/// where it is deployed, each has its own.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);
/// How long the whole corpus may take.
const CORPUS_TIMEOUT: Duration = Duration::from_secs(600);
/// The tenants whose files and websites these are, so that several are read at a time.
const STRANGERS: usize = 5;

/// Something that was accepted and has to come to an end.
struct Accepted {
    what: &'static str,
    id: String,
    end: End,
}

#[test]
fn streams_and_logins_go_on_while_hostile_files_and_sites_go_in() {
    let model = ModelServer::start();
    model.always(Reply::Says(WORD_INTERVAL, vec!["It was built in 1412 [1]. "; WORDS]));
    let sites: Vec<ServedSite> = ServedSite::start_all();
    let server = Server::start(plan(&model, &sites)).unwrap();
    let place = place_of(&server);
    let tenant = Tenant::new(&place, "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example");
    let strangers: Vec<Tenant> = (0..STRANGERS).map(|_| Tenant::new(&place, "ENTERPRISE")).collect();

    let members: Vec<&Tenant> = strangers.iter().chain([&tenant]).collect();
    let streams = streams(STREAMS, &page, &agent, "When was the stone bridge of Ardenvale built?");
    let logins = logins(LOGINS, &members);
    let started = Instant::now();
    let corpus = Mutex::new(files());
    thread::scope(|scope| {
        for (number, stranger) in strangers.iter().enumerate() {
            let sites = sites.iter().skip(number).step_by(STRANGERS);
            let corpus = &corpus;
            scope.spawn(move || bring_in(stranger, sites, || corpus.lock().unwrap().next(), started));
        }
    });
    println!("the whole corpus: {:.1?}", started.elapsed());
    let (streams, logins) = (streams.stop(), logins.stop());
    let traps = Traps::in_log(server.plan());
    println!("{traps}");
    streams.expect_no_failure("streams");
    logins.expect_no_failure("logins");
    assert!(
        streams.slowest < LONGEST_SILENCE,
        "a stream was silent for {:?}",
        streams.slowest
    );
    assert_eq!(traps.main, Vec::<String>::new(), "the main Worker crashed");
    // And what comes next is read.
    tenant.upload(&collection, "bordmoor.md", &facts("Bordmoor", 77));
    tenant.wait_for_documents(2);
}

fn plan(model: &ModelServer, sites: &[ServedSite]) -> Plan {
    let mut plan = own_plan("hostile");
    let host = format!("127.0.0.1:{}", model.port);
    let hosts: Vec<String> = sites.iter().map(ServedSite::host).chain([host.clone()]).collect();
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{host}/v1")),
        ("LLM_MODEL", "scripted".into()),
        ("ALLOW_PRIVATE_HOSTS", hosts.join(",")),
        ("CRAWL_DELAY", "0".into()),
    ] {
        plan.settings.insert(name.into(), value);
    }
    plan
}

/// Has websites crawled and files read for a tenant, and waits until each of them has come to its end.
fn bring_in<'a>(
    tenant: &Tenant,
    sites: impl Iterator<Item = &'a ServedSite>,
    next_file: impl Fn() -> Option<Hostile>,
    started: Instant,
) {
    let collection = tenant.collection();
    let mut accepted: Vec<Accepted> = sites.map(|it| crawl(tenant, &collection, it)).collect();
    while let Some(file) = next_file() {
        accepted.extend(upload(tenant, &collection, &file));
    }
    for file in accepted {
        let document = ended(tenant, &file, started);
        let reason = &document["progress"]["error"];
        println!(
            "{:5.1?} {}: {} {reason}",
            started.elapsed(),
            file.what,
            document["status"]
        );
        if file.end == End::Refused {
            assert_eq!(document["status"], "FAILED", "{}", file.what);
            assert!(reason.is_string(), "{}: no reason", file.what);
        }
    }
}

fn crawl(tenant: &Tenant, collection: &str, served: &ServedSite) -> Accepted {
    let body = json!({ "url": served.url(), "collection_id": collection, "mode": served.site.mode, "max_pages": 20 });
    let answer = tenant.api.post(&tenant.path("documents/url"), &body).unwrap();
    assert_eq!(answer.status, 202, "{}: {}", served.site.name, answer.text());
    Accepted {
        what: served.site.name,
        id: answer.json()["id"].as_str().unwrap().to_owned(),
        end: End::Any,
    }
}

/// Uploads a file; one that is refused at once has come to its end.
fn upload(tenant: &Tenant, collection: &str, file: &Hostile) -> Option<Accepted> {
    let answer = tenant.upload_when_there_is_room(collection, file.name, &file.bytes);
    match answer.status {
        202 => Some(Accepted {
            what: file.name,
            id: answer.json()["id"].as_str().unwrap().to_owned(),
            end: file.end,
        }),
        // 200 is the same content as another file of the corpus.
        200 | 413 | 415 | 422 => None,
        status => panic!("{}: {status} {}", file.name, answer.text()),
    }
}

fn ended(tenant: &Tenant, accepted: &Accepted, started: Instant) -> Value {
    let path = tenant.path(&format!("documents/{}", accepted.id));
    loop {
        let document: Value = tenant.api.get(&path).unwrap().ok().unwrap();
        if document["status"] != "PROCESSING" {
            return document;
        }
        assert!(
            started.elapsed() < CORPUS_TIMEOUT,
            "{} does not end: {}",
            accepted.what,
            document["progress"]
        );
        thread::sleep(Duration::from_millis(200));
    }
}
