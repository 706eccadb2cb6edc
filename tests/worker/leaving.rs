//! A visitor who leaves in the middle of an answer.
use crate::harness::{Tenant, facts, shared_worker};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the answer may take to be kept once the visitor has gone.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

fn ready() -> (Tenant, String, String) {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "brackwater.md", &facts("Brackwater", 77));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let key = tenant.widget_key(&["shop.example"]);
    (tenant, agent, key)
}

#[test]
fn an_answer_is_kept_when_the_visitor_leaves_early() {
    let (tenant, agent, key) = ready();
    let page = tenant.page(&key, "https://shop.example");
    for round in 1..=5 {
        let mut events = page.events("/api/v1/widget/chat", &question(&agent, round)).unwrap();
        assert_eq!(events.next().unwrap().unwrap()["type"], "start");
        drop(events);
        let kept = messages(&tenant, &agent, |count| count == round * 2);
        assert_eq!(
            kept,
            round * 2,
            "the question and the answer of each of {round} conversations"
        );
    }
}

#[test]
fn every_question_is_answered_whenever_the_visitor_leaves() {
    let (tenant, agent, key) = ready();
    for round in 0..20 {
        // From before the question is kept to after the answer is sent.
        leave_after(
            &tenant,
            &key,
            &question(&agent, round),
            Duration::from_millis(round * 6),
        );
    }
    let count = messages(&tenant, &agent, |count| count > 0 && count % 2 == 0);
    sleep(Duration::from_secs(1));
    let later = messages(&tenant, &agent, |_| true);
    assert!(count > 0 && later % 2 == 0, "{count}, later {later}");
}

fn question(agent: &str, session: u64) -> Value {
    json!({ "agent_id": agent, "session_id": format!("left-{session}"), "message": "Who built the bridge of Brackwater?" })
}

/// Asks, waits, and is gone without a word; with bytes unread, the system resets the connection.
fn leave_after(tenant: &Tenant, key: &str, question: &Value, wait: Duration) {
    let address = tenant.place.base_url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).unwrap();
    let body = question.to_string();
    let head = format!(
        "POST /api/v1/widget/chat HTTP/1.1\r\nhost: {address}\r\norigin: https://shop.example\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body.as_bytes()).unwrap();
    connection
        .set_read_timeout(Some(wait.max(Duration::from_millis(1))))
        .unwrap();
    // One byte, if one comes in time.
    connection.read_exact(&mut [0]).ok();
}

/// The number of messages that the agent has, once `enough` of them are there or patience is at its end.
fn messages(tenant: &Tenant, agent: &str, enough: impl Fn(u64) -> bool) -> u64 {
    let started = Instant::now();
    loop {
        let agent = tenant.api.get(&tenant.path(&format!("agents/{agent}"))).unwrap().json();
        let count = agent["stats"]["total_messages"].as_u64().unwrap();
        if enough(count) || started.elapsed() > ANSWER_TIMEOUT {
            return count;
        }
        sleep(Duration::from_millis(100));
    }
}
