//! What happens when memory is short: callers are told to come back, nothing is mistaken for something else.
use crate::harness::TestApp;
use crate::harness::program::Program;
use crate::harness::receiver::HOOK;
use crate::harness::request::Answer;
use axum::body::Body;
use bytes::Bytes;
use edge_core::memory::Reservation;
use edge_model::key::KeyKind;
use futures_util::{StreamExt as _, stream};
use http::Method;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

const MIB: usize = 1024 * 1024;
const FORM: &str = "multipart/form-data; boundary=BB";
const PASSWORD: &str = "correct horse battery";
const PAGE: &str = "# Opening hours\n\nThe shop is open from nine to five.";

/// Takes all the memory there is.
fn take_all(app: &TestApp) -> Reservation {
    let all = &app.inner.memory.all;
    all.reserve(all.limit() - all.used()).unwrap()
}

fn pieces(bytes: Vec<u8>) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Send {
    let pieces: Vec<Bytes> = bytes.chunks(64 * 1024).map(Bytes::copy_from_slice).collect();
    stream::iter(pieces).then(async |piece| {
        tokio::task::yield_now().await;
        Ok(piece)
    })
}

/// The beginning of a form with so many bytes of a file; the rest never comes.
fn stalled(bytes: usize) -> Body {
    let mut begun = b"--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n".to_vec();
    begun.resize(begun.len() + bytes, b'a');
    Body::from_stream(pieces(begun).chain(stream::pending()))
}

/// A whole form, in pieces and without a length.
fn form(collection: &str, file: &[u8]) -> Body {
    let mut form = b"--BB\r\nContent-Disposition: form-data; name=\"collection_id\"\r\n\r\n".to_vec();
    form.extend(collection.as_bytes());
    form.extend(b"\r\n--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n");
    form.extend(file);
    form.extend(b"\r\n--BB--\r\n");
    Body::from_stream(pieces(form))
}

async fn log_in(app: &TestApp) -> Answer {
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    app.post("/api/v1/auth/login", body).send().await
}

#[track_caller]
fn assert_busy(answer: &Answer) {
    assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into(), None));
    assert_eq!(answer.header("retry-after"), Some("2"));
}

#[tokio::test(start_paused = true)]
async fn stalled_uploads_make_no_right_password_wrong() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let upload = || {
        let call = owner.call(&app, Method::POST, "/documents");
        let call = call.header("content-type", FORM).header("content-length", "20971520");
        call.streamed(stalled(15 * MIB)).send()
    };
    let uploads = futures_util::future::join_all((0..4).map(|_| upload()));
    let logins = async {
        // The uploads have sent what they will.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let uploading = app.inner.memory.uploads.used();
        assert!((15 * MIB..=24 * MIB).contains(&uploading), "{uploading}");
        for _ in 0..8 {
            log_in(&app).await.expect(200);
        }
    };
    let (answers, ()) = tokio::join!(uploads, logins);
    let mut statuses: Vec<u16> = answers.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [408, 503, 503, 503]);
    assert_eq!(app.inner.memory.uploads.used(), 0);
    log_in(&app).await.expect(200);
}

#[tokio::test]
async fn a_password_that_cannot_be_checked_is_no_wrong_one() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let kept = app.sql.column("SELECT password_hash FROM accounts");
    // No isolate has 4 TiB to hash in.
    let change = "UPDATE accounts SET password_hash = replace(password_hash, 'm=19456', 'm=4294967295')";
    assert_eq!(app.sql.execute(change, &[]), 1);
    for _ in 0..8 {
        let answer = log_in(&app).await;
        assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into(), None));
        assert_eq!(answer.header("retry-after"), Some("2"));
        let call = app.call(Method::DELETE, "/api/v1/auth/me").bearer(&owner.token);
        let answer = call.json(&json!({ "password": PASSWORD })).send().await;
        assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into(), None));
        app.clock.advance(edge_model::time::MINUTE);
    }
    // None of it counted as a guess.
    app.sql.execute("UPDATE accounts SET password_hash = ?1", &[&kept[0]]);
    log_in(&app).await.expect(200);
}

#[tokio::test]
async fn without_memory_people_sign_in_and_longer_things_wait() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "hours.md", PAGE).await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let collection = app.default_collection(&owner).await;
    let hog = take_all(&app);
    // Short bodies take nothing from the budget.
    log_in(&app).await.expect(200);
    assert_busy(&app.ask(&key, &agent, "visitor", "When is the shop open?").send().await);
    let long = [b'a'; 20 * 1024];
    assert_busy(&owner.send_file(&app, &collection, "a.txt", &long).await);
    assert_eq!(app.sql.column("SELECT 1 FROM messages").len(), 0);
    drop(hog);
    log_in(&app).await.expect(200);
    let answer = app.ask(&key, &agent, "visitor", "When is the shop open?").send().await;
    assert!(answer.streamed().contains("nine to five"), "{}", answer.text());
    assert_eq!(owner.send_file(&app, &collection, "a.txt", b"text").await.status, 202);
}

/// The beginning of a body of JSON of so many bytes; the rest never comes.
fn stalled_json(bytes: usize) -> Body {
    let mut begun = br#"{"name":7,"rest":""#.to_vec();
    begun.resize(bytes, b'a');
    Body::from_stream(pieces(begun).chain(stream::pending()))
}

/// A whole body of JSON that is refused for its name.
fn long_json(bytes: usize) -> Value {
    json!({ "name": 7, "rest": "a".repeat(bytes) })
}

#[tokio::test(start_paused = true)]
async fn long_bodies_of_strangers_keep_no_caller_out() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "hours.md", PAGE).await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    let send = |path: &'static str, number: usize| {
        let call = app.call(Method::POST, path).widget("not a key");
        let call = call.header("content-type", "application/json");
        let call = call.header("cf-connecting-ip", &format!("198.51.{number}.1"));
        call.streamed(stalled_json(600 * 1024)).send()
    };
    let to_login = futures_util::future::join_all((0..20).map(|it| send("/api/v1/auth/login", it)));
    let to_chat = futures_util::future::join_all((0..20).map(|it| send("/api/v1/widget/chat", it)));
    let others = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(app.inner.memory.strangers_bodies.used() > MIB);
        assert_eq!(app.inner.memory.bodies.used(), 0);
        log_in(&app).await.expect(200);
        let question = "When is the shop open?";
        let answer = app.ask(&key, &agent, "visitor", question).send().await;
        assert!(answer.streamed().contains("nine to five"), "{}", answer.text());
        let answer = owner.post(&app, "/agents", long_json(900 * 1024)).await;
        let refused = (400, "VALIDATION_ERROR".into(), Some("name".into()));
        assert_eq!(answer.refusal(), refused);
    };
    let (to_login, to_chat, ()) = tokio::join!(to_login, to_chat, others);
    for answer in to_login {
        assert_eq!(answer.refusal(), (413, "PAYLOAD_TOO_LARGE".into(), None));
    }
    // A caller without a known key learns no more.
    assert!(to_chat.iter().all(|it| it.status == 401), "{:?}", to_chat[0]);
    assert_eq!(app.inner.memory.strangers_bodies.used(), 0);
}

#[tokio::test]
async fn routes_for_everybody_take_sixteen_kilobytes() {
    let app = TestApp::new();
    app.sign_up("ann@example.com").await;
    let log_in = async |length: usize| -> Answer {
        let body = json!({ "email": "ann@example.com", "password": PASSWORD }).to_string();
        let body = format!("{body}{}", " ".repeat(length - body.len()));
        let call = app.call(Method::POST, "/api/v1/auth/login");
        call.header("content-type", "application/json").body(body).send().await
    };
    log_in(16 * 1024).await.expect(200);
    let refused = (413, "PAYLOAD_TOO_LARGE".to_owned(), None);
    assert_eq!(log_in(16 * 1024 + 1).await.refusal(), refused);
    // What is announced is refused before any of it has come.
    for headers in [&[][..], &[("idempotency-key", "abcdefghijklmnop")]] {
        let mut call = app.call(Method::POST, "/api/v1/auth/login");
        for (name, value) in [("content-type", "application/json"), ("content-length", "1048576")]
            .iter()
            .chain(headers)
        {
            call = call.header(name, value);
        }
        let nothing = stream::pending::<Result<Bytes, Infallible>>();
        let answer = call.streamed(Body::from_stream(nothing)).send().await;
        assert_eq!(answer.refusal(), refused);
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_of_one_account_leave_room_for_others() {
    let app = TestApp::new();
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let collection = app.default_collection(&bob).await;
    let upload = || {
        let call = ann.call(&app, Method::POST, "/documents");
        let call = call.header("content-type", FORM).header("content-length", "20971520");
        call.streamed(stalled(12 * MIB)).send()
    };
    let send = |number: usize| {
        let call = ann.call(&app, Method::POST, "/agents");
        let call = call.header("content-type", "application/json");
        let call = match number % 2 {
            0 => call,
            _ => call.header("idempotency-key", &format!("abcdefghijklmnop-{number}")),
        };
        call.streamed(stalled_json(600 * 1024)).send()
    };
    let uploads = futures_util::future::join_all((0..2).map(|_| upload()));
    let bodies = futures_util::future::join_all((0..20).map(send));
    let others = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(app.inner.memory.uploads.used() >= 12 * MIB);
        let taken = app.inner.memory.bodies.used();
        assert!((MIB..=2 * MIB).contains(&taken), "{taken}");
        let answer = bob.post(&app, "/agents", long_json(900 * 1024)).await;
        let refused = (400, "VALIDATION_ERROR".into(), Some("name".into()));
        assert_eq!(answer.refusal(), refused);
        let file = vec![b'a'; 3 * MIB];
        let answer = bob.send_file(&app, &collection, "a.txt", &file).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    };
    let (uploads, bodies, ()) = tokio::join!(uploads, bodies, others);
    let count = |answers: &[Answer], status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(&uploads, 408), count(&uploads, 503)), (1, 1));
    assert_eq!(count(&bodies, 408) + count(&bodies, 503), 20);
    assert!((2..=3).contains(&count(&bodies, 408)));
    assert_busy(bodies.iter().find(|it| it.status == 503).unwrap());
}

#[tokio::test]
async fn every_dialect_says_that_there_is_no_memory() {
    for (kind, path) in [
        (KeyKind::Twin, "/v1/kb"),
        (KeyKind::Twig, "/api/webhooks"),
        (KeyKind::Builder, "/v1/agents/agent_1/webhooks"),
    ] {
        let app = TestApp::new();
        let program = Program::of(&app, kind).await;
        let _hog = take_all(&app);
        let body = json!({ "url": HOOK, "longer": "than what is not counted ".repeat(1_000) });
        let answer = program.post(&app, path, body).await;
        let body = answer.expect(503);
        assert!(body.to_string().contains("too much is going on"), "{body}");
        assert_eq!(answer.header("retry-after"), Some("2"), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_pauses_for_fifteen_seconds_is_refused() {
    let begun = || {
        let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{\"name\""))]);
        Body::from_stream(first.chain(stream::pending()))
    };
    for (kind, path, told) in [
        (KeyKind::Twin, "/v1/kb", json!({ "error": "The body came too slowly." })),
        (KeyKind::Twig, "/api/webhooks", json!({ "status": "error" })),
        (
            KeyKind::Builder,
            "/v1/agents/agent_1/webhooks",
            json!({ "title": "Request Timeout" }),
        ),
    ] {
        let app = TestApp::new();
        let program = Program::of(&app, kind).await;
        let call = program.call(&app, Method::POST, path);
        let body = call
            .header("content-type", "application/json")
            .streamed(begun())
            .send()
            .await
            .expect(408);
        for (member, value) in told.as_object().unwrap() {
            assert!(
                body[member].to_string().eq_ignore_ascii_case(&value.to_string()),
                "{body}"
            );
        }
    }
    let app = TestApp::new();
    let call = app.call(Method::POST, "/api/v1/auth/login");
    let answer = call
        .header("content-type", "application/json")
        .streamed(begun())
        .send()
        .await;
    assert_eq!(answer.refusal(), (408, "REQUEST_TIMEOUT".into(), None));
    assert_eq!(app.inner.memory.all.used(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let clock = app.clock.clone();
    // A byte every ten seconds.
    let trickle = stream::unfold((), move |()| {
        let clock = clock.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(10)).await;
            clock.advance(10_000);
            Some((Ok::<_, Infallible>(Bytes::from_static(b"-")), ()))
        }
    });
    let call = owner
        .call(&app, Method::POST, "/documents")
        .header("content-type", FORM);
    let answer = call.streamed(Body::from_stream(trickle)).send().await;
    assert_eq!(answer.refusal(), (408, "REQUEST_TIMEOUT".into(), None));
}

#[tokio::test]
async fn of_two_large_forms_without_length_one_is_told_to_wait() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let send = |letter: u8| {
        let call = owner
            .call(&app, Method::POST, "/documents")
            .header("content-type", FORM);
        call.streamed(form(&collection, &vec![letter; 19 * MIB])).send()
    };
    let (first, second) = tokio::join!(send(b'a'), send(b'b'));
    let (done, refused) = if first.status == 202 {
        (first, second)
    } else {
        (second, first)
    };
    done.expect(202);
    assert_busy(&refused);
    assert_eq!(app.inner.memory.uploads.used(), 0);
    send(b'c').await.expect(202);
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_refused_by_name() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let all: [(&str, Option<&str>, &[u8]); 3] = [
        ("collection_id", None, collection.as_bytes()),
        ("title", None, b"Hours"),
        ("file", Some("a.txt"), b"text"),
    ];
    for twice in all {
        let fields = [all[0], all[1], all[2], twice];
        let call = owner.call(&app, Method::POST, "/documents").form(&fields);
        let refused = (400, "VALIDATION_ERROR".to_owned(), Some(twice.0.to_owned()));
        assert_eq!(call.send().await.refusal(), refused);
    }
    assert_eq!(app.sql.column("SELECT 1 FROM documents").len(), 0);
}

#[tokio::test]
async fn indexes_give_way_and_are_loaded_again() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "hours.md", PAGE).await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let ask = async || -> Value { owner.test(&app, &agent, "When is the shop open?").await };
    let first = ask().await;
    assert!(app.inner.memory.all.used() > 0, "the index has reserved nothing");
    let all = app.inner.memory.reserve(app.inner.memory.all.limit());
    assert!(all.is_ok(), "the index has not given way");
    drop(all);
    assert_eq!(app.inner.memory.all.used(), 0);
    assert_eq!(ask().await["response"], first["response"]);
}

#[tokio::test]
async fn whatever_is_over_has_given_its_memory_back() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "hours.md", PAGE).await;
    let id = owner
        .upload_and_index(&app, "parking.md", "# Parking\n\nBehind the shop.")
        .await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    app.ask(&key, &agent, "visitor", "Where may I park?").send().await;
    owner
        .get(&app, &format!("/documents/{id}/versions/1"))
        .await
        .expect(200);
    owner.post(&app, "/agents", json!({ "name": 7 })).await.expect(400);
    // All that is left are the indexes.
    let all = &app.inner.memory.all;
    drop(all.reserve(all.limit()).expect("something was not given back"));
    assert_eq!(all.used(), 0);
}
