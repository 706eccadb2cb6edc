//! Memory of the running Worker: stalled uploads, large forms and long lists crash no isolate.
use crate::harness::{Tenant, facts, shared_worker};
use serde_json::{Value, json};
use shared::auth::Login;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};
use xtask::api::Api;

const FORM_BEGIN: &str = "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
/// How many people ask at the same time, in how many conversations each.
const ASKING: usize = 4;
const QUESTIONS: usize = 250;

/// A connection on which a request was begun.
fn begin(tenant: &Tenant, head: &str) -> TcpStream {
    let address = tenant.place.base_url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=BB\r\n{head}\r\n\r\n",
        tenant.path("documents"),
        authorization(tenant)
    );
    connection.write_all(request.as_bytes()).unwrap();
    connection
}

fn authorization(tenant: &Tenant) -> String {
    let wish = Login {
        email: tenant.email.clone(),
        password: tenant.password.clone(),
    };
    let api = Api::new(&tenant.place.base_url);
    let answer = api.post("/api/v1/auth/login", &wish).unwrap().json();
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

/// Returns the status of the answer on a connection.
fn status(mut connection: TcpStream, wait: Duration) -> u16 {
    connection.set_read_timeout(Some(wait)).unwrap();
    let mut answer = String::new();
    // The connection may be reset once the answer is there.
    let mut bytes = vec![];
    connection.read_to_end(&mut bytes).ok();
    answer.push_str(&String::from_utf8_lossy(&bytes));
    // The rest of a refused body is not read, and the reset that follows may drop the refusal.
    if answer.is_empty() {
        return 503;
    }
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_else(|_| panic!("no answer: {answer}"))
}

#[test]
fn the_right_password_signs_in_beside_stalled_uploads() {
    let (attacker, victim) = (
        Tenant::new(shared_worker(), "FREE"),
        Tenant::new(shared_worker(), "FREE"),
    );
    let stalled: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut connection = begin(&attacker, "content-length: 20971520");
            connection.write_all(FORM_BEGIN.as_bytes()).unwrap();
            let piece = vec![b'a'; 64 * 1024];
            // Those that are refused do not read on.
            let _ = (0..128).try_for_each(|_| connection.write_all(&piece));
            connection
        })
        .collect();
    let api = Api::new(&victim.place.base_url);
    let wish = Login {
        email: victim.email.clone(),
        password: victim.password.clone(),
    };
    let began = Instant::now();
    let mut right = 0;
    while began.elapsed() < Duration::from_secs(10) {
        let answer = api.post("/api/v1/auth/login", &wish).unwrap();
        assert!(
            [200, 503].contains(&answer.status),
            "{} {}",
            answer.status,
            answer.text()
        );
        right += usize::from(answer.status == 200);
        thread::sleep(Duration::from_millis(500));
    }
    assert!(right > 0, "nobody could sign in");
    for connection in stalled {
        let status = status(connection, Duration::from_secs(40));
        assert!([408, 503].contains(&status), "{status}");
    }
    assert_eq!(api.post("/api/v1/auth/login", &wish).unwrap().status, 200);
}

#[test]
fn two_large_forms_without_length_end_in_no_crash() {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let collection = tenant.collection();
    let send = |letter: u8| {
        let mut connection = begin(&tenant, "transfer-encoding: chunked");
        let field = format!("--BB\r\nContent-Disposition: form-data; name=\"collection_id\"\r\n\r\n{collection}\r\n");
        let mut chunk = |bytes: &[u8]| -> std::io::Result<()> {
            connection.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
            connection.write_all(bytes)?;
            connection.write_all(b"\r\n")
        };
        // A request that is refused is not read to the end.
        let _ = chunk(field.as_bytes())
            .and_then(|()| chunk(FORM_BEGIN.as_bytes()))
            .and_then(|()| (0..304).try_for_each(|_| chunk(&vec![letter; 64 * 1024])))
            .and_then(|()| chunk(b"\r\n--BB--\r\n"));
        let _ = connection.write_all(b"0\r\n\r\n");
        status(connection, Duration::from_secs(60))
    };
    let statuses: Vec<u16> = thread::scope(|scope| {
        let both = [b'a', b'b'].map(|it| scope.spawn(move || send(it)));
        both.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|it| [202, 503].contains(it)), "{statuses:?}");
    // Uploads of other tests on this Worker may take the room meanwhile, so a refusal is sent again.
    let deadline = Instant::now() + Duration::from_secs(90);
    while send(b'c') != 202 {
        assert!(Instant::now() < deadline, "afterwards there is room");
        thread::sleep(Duration::from_secs(2));
    }
}

#[test]
fn long_lists_break_no_stream_of_another_tenant() {
    let (owner, other) = (
        Tenant::new(shared_worker(), "ENTERPRISE"),
        Tenant::new(shared_worker(), "ENTERPRISE"),
    );
    let agent = owner.agent(&owner.collection());
    let key = owner.widget_key(&["shop.example"]);
    let long = "\u{1d11e}".repeat(10_000);
    thread::scope(|scope| {
        for person in 0..ASKING {
            let page = owner.page(&key, "https://shop.example");
            let (agent, long) = (&agent, &long);
            scope.spawn(move || {
                for number in 0..QUESTIONS {
                    let session = format!("s-{person}-{number}");
                    let question = json!({ "agent_id": agent, "session_id": session, "message": long });
                    let mut events = page.events("/api/v1/widget/chat", &question).unwrap();
                    assert!(events.all(|it| it.is_ok()));
                }
                for number in 0..20 {
                    let request = json!({ "agent_id": agent, "session_id": format!("p-{person}-{number}"),
                        "message": long, "email": "visitor@live.example" });
                    page.post("/api/v1/widget/escalate", &request).unwrap();
                }
            });
        }
    });
    let collection = other.collection();
    other.upload(&collection, "brackwater.md", &facts("Brackwater", 77));
    other.wait_for_documents(1);
    let guide = other.agent(&collection);
    let page = other.page(&other.widget_key(&["shop.example"]), "https://shop.example");
    thread::scope(|scope| {
        for list in ["conversations", "conversations?limit=500", "escalations?limit=500"] {
            let owner = &owner;
            scope.spawn(move || {
                for _ in 0..10 {
                    let answer = owner.api.get(&owner.path(list)).unwrap();
                    assert!([200, 503].contains(&answer.status), "{list}: {}", answer.text());
                    assert!(answer.text().len() < 1_100_000, "{list}");
                }
            });
        }
        for visitor in 0..8 {
            let (page, guide) = (&page, &guide);
            scope.spawn(move || {
                for round in 0..5 {
                    let session = format!("v-{visitor}-{round}");
                    let question = json!({ "agent_id": guide, "session_id": session,
                        "message": "Who built the bridge of Brackwater?" });
                    let events = page.events("/api/v1/widget/chat", &question).unwrap();
                    let events: Vec<Value> = events.map(|it| it.unwrap()).collect();
                    assert_eq!(events.last().unwrap()["type"], "done", "{events:?}");
                }
            });
        }
    });
    let list = owner.api.get(&owner.path("conversations")).unwrap().json();
    assert_eq!(list["conversations"].as_array().unwrap().len(), 100);
    assert_eq!(list["total"], ASKING * QUESTIONS);
    assert!(list["next_cursor"].is_string());
}
