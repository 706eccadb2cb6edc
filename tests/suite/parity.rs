//! One story, told in every dialect that can tell it: the rows that it leaves are the same, but for ids, times and what
//! belongs to the channel alone.
//!
//! Twin and Insydr answer; every dialect has webhooks. Conversations are listed and answers are judged in Insydr alone,
//! whichever dialect the question came by.
use crate::harness::program::Program;
use crate::harness::receiver::HOOK;
use crate::harness::{Owner, TestApp};
use edge_model::key::KeyKind;
use serde_json::{Value, json};

const TITLE: &str = "Opening hours.txt";
const HOURS: &str = "The office is open from nine to five on weekdays. On Saturdays the office is closed.";
const QUESTION: &str = "When is the office open on weekdays?";
const UNANSWERED: &str = "Who won the cup in 1954?";

/// Columns that tell the channel or how long something took, or that hold a secret.
const APART: [&str; 6] = ["form", "latency_ms", "name", "sealed_headers", "sealed_secret", "trace"];

/// Returns the rows of a table as the story left them, oldest first.
fn rows(app: &TestApp, table: &str, more_apart: &[&str]) -> Vec<Value> {
    let columns = app
        .sql
        .column(&format!("SELECT name FROM pragma_table_info('{table}')"));
    let columns = columns.iter().map(String::as_str);
    let columns = columns.filter(|it| !is_id_or_time(it) && !APART.contains(it) && !more_apart.contains(it));
    let members: Vec<String> = columns.map(|it| format!("'{it}', {it}")).collect();
    let sql = format!(
        "SELECT json_object({}) FROM {table} ORDER BY created_at, id",
        members.join(", ")
    );
    let rows = app.sql.column(&sql).into_iter();
    rows.map(|it| without_ids(serde_json::from_str(&it).unwrap())).collect()
}

fn is_id_or_time(name: &str) -> bool {
    name == "id" || name == "session_key" || name.ends_with("_id") || name.ends_with("_at")
}

/// Takes ids and times out of a value, also out of JSON that a column holds.
fn without_ids(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|it| !is_id_or_time(&it.0))
            .map(|(name, value)| (name, without_ids(value)))
            .collect(),
        Value::Array(all) => all.into_iter().map(without_ids).collect(),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => without_ids(inner),
            _ => Value::String(text),
        },
        other => other,
    }
}

/// What a caller is told of an answer, without its marks.
#[derive(Debug, PartialEq)]
struct ShownAnswer {
    text: String,
    sources: Vec<String>,
    confidence: f64,
}

/// The dialect that a story is told in.
enum TestedDialect {
    Twin(Program),
    Insydr { owner: Owner, key: String, agent: String },
}

impl TestedDialect {
    async fn all() -> Vec<(TestApp, Self)> {
        let app = TestApp::new();
        let twin = Self::Twin(Program::of(&app, KeyKind::Twin).await);
        let other = TestApp::new();
        let owner = other.owner("ann@example.com").await;
        // That of the deputy.
        let agent = other
            .published_agent(&owner, json!({ "behavior_settings": { "tone": "professional" } }))
            .await;
        let key = other.widget_key(&owner).await;
        vec![(app, twin), (other, Self::Insydr { owner, key, agent })]
    }

    fn owner(&self) -> &Owner {
        match self {
            Self::Twin(program) => &program.owner,
            Self::Insydr { owner, .. } => owner,
        }
    }

    async fn ask(&self, app: &TestApp, question: &str) -> ShownAnswer {
        match self {
            Self::Twin(program) => {
                let answer = program.ask(app, question).await;
                let sources = answer["sources"].as_array().unwrap().iter();
                ShownAnswer {
                    text: answer["response"].as_str().unwrap().into(),
                    sources: sources.map(|it| it.as_str().unwrap().to_owned()).collect(),
                    confidence: answer["confidence"].as_f64().unwrap(),
                }
            }
            Self::Insydr { key, agent, .. } => {
                let answer = app.ask(key, agent, "session", question).send().await;
                let frames = answer.frames();
                let of = |kind: &str| frames.iter().find(|it| it["type"] == kind).unwrap();
                let sources = of("sources")["sources"].as_array().unwrap().iter();
                ShownAnswer {
                    text: answer.streamed().replace("[1]", "").trim().into(),
                    sources: sources.map(|it| it["title"].as_str().unwrap().to_owned()).collect(),
                    confidence: of("done")["confidence"].as_f64().unwrap(),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_question_leaves_the_same_rows_in_every_dialect() {
    let (mut shown, mut left) = (vec![], vec![]);
    for (app, dialect) in TestedDialect::all().await {
        dialect.owner().upload_and_index(&app, TITLE, HOURS).await;
        shown.push(dialect.ask(&app, QUESTION).await);
        let conversations = rows(&app, "conversations", &["page_url", "user_agent", "channel"]);
        let hits = app.sql.column("SELECT hits FROM documents");
        left.push((conversations, rows(&app, "messages", &[]), hits));
        // The owner finds the conversation and judges nothing of the channel by it.
        let list = dialect.owner().get(&app, "/conversations").await.expect(200);
        let first = &list["conversations"][0];
        assert_eq!(first["first_question"], QUESTION, "{list}");
        assert_eq!(
            (&first["message_count"], &list["total"]),
            (&json!(2), &json!(1)),
            "{list}"
        );
    }
    assert!(shown[0].text.contains("open from nine to five"), "{shown:?}");
    assert_eq!(shown[0].sources, [TITLE]);
    assert_eq!(shown[0], shown[1]);
    let messages = &left[0].1;
    assert_eq!((messages.len(), &left[0].2), (2, &vec!["1".to_owned()]));
    assert_eq!(messages[1]["citations"][0]["title"], TITLE, "{messages:?}");
    assert_eq!(left[0], left[1]);
}

#[tokio::test]
async fn feedback_on_an_answer_leaves_the_same_row_in_every_dialect() {
    let mut left = vec![];
    for (app, dialect) in TestedDialect::all().await {
        dialect.owner().upload_and_index(&app, TITLE, HOURS).await;
        dialect.ask(&app, QUESTION).await;
        let answer = app
            .sql
            .column("SELECT id FROM messages WHERE author = 'agent'")
            .remove(0);
        let key = app.widget_key(dialect.owner()).await;
        let body = json!({ "message_id": answer, "feedback_type": "THUMBS_UP", "comment": "Thanks" });
        let judged = app.post("/api/v1/widget/feedback", body).widget(&key).send().await;
        judged.expect(201);
        left.push(rows(&app, "feedback", &[]));
    }
    assert_eq!(left[0], [json!({ "rating": 5, "comment": "Thanks" })]);
    assert_eq!(left[0], left[1]);
}

#[tokio::test]
async fn an_escalation_is_resolved_alike_in_every_dialect() {
    let mut left = vec![];
    for is_by_program in [true, false] {
        let app = TestApp::new();
        let program = Program::of(&app, KeyKind::Twin).await;
        let asked = program.post(&app, "/v1/twin", json!({ "message": UNANSWERED })).await;
        let escalation = asked.expect(200)["escalationId"].as_str().unwrap().to_owned();
        if is_by_program {
            let path = format!("/v1/escalations/{escalation}");
            let change = json!({ "status": "resolved" });
            program.patch(&app, &path, change).await.expect(200);
        } else {
            let path = format!("/escalations/{escalation}");
            let change = json!({ "status": "RESOLVED" });
            program.owner.patch(&app, &path, change).await.expect(200);
        }
        let seen = program.owner.get(&app, "/escalations").await.expect(200);
        left.push((rows(&app, "escalations", &[]), without_ids(seen)));
    }
    let rows = &left[0].0;
    assert_eq!((rows.len(), &rows[0]["status"]), (1, &json!("resolved")));
    assert_eq!(left[0], left[1]);
}

#[tokio::test]
async fn a_webhook_is_kept_alike_by_every_dialect() {
    let mut left = vec![];
    for kind in [KeyKind::Twig, KeyKind::Twin, KeyKind::Builder, KeyKind::Widget] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        let key = match kind {
            KeyKind::Widget => String::new(),
            kind => owner.program_key(&app, kind).await,
        };
        let program = Program { owner, kind, key };
        match kind {
            KeyKind::Twig => {
                let body = json!({ "url": HOOK, "events": ["escalation.created"] });
                program.post(&app, "/api/webhooks", body).await.expect(201);
            }
            KeyKind::Twin => {
                let body = json!({ "webhookUrl": HOOK });
                program.put(&app, "/v1/settings", body).await.expect(200);
            }
            KeyKind::Builder => {
                let agent = program.owner.agent(&app, json!({ "name": "Bot" })).await;
                let body = json!({ "url": HOOK, "events": ["run.failed"] });
                let path = format!("/v1/agents/{agent}/webhooks");
                program.post(&app, &path, body).await.expect(201);
            }
            // The dialect of people has no key.
            KeyKind::Widget => {
                let body = json!({ "name": "Ours", "url": HOOK, "event_types": ["ESCALATION_CREATED"] });
                program.owner.post(&app, "/webhooks", body).await.expect(201);
            }
        }
        // Automations have other events.
        let apart: &[&str] = match kind {
            KeyKind::Builder => &["events"],
            _ => &[],
        };
        left.push((
            apart,
            rows(&app, "webhooks", apart),
            rows(&app, "webhooks", &["events"]),
        ));
    }
    let (_, first, without_events) = left[0].clone();
    assert_eq!((first.len(), &first[0]["url"]), (1, &json!(HOOK)));
    for (apart, row, without) in left {
        assert_eq!(without, without_events);
        assert!(row == first || !apart.is_empty(), "{row:?}");
    }
}
