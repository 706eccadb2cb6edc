//! Conversations as the dashboard lists, shows and deletes them.
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use edge_model::time::DAY;
use serde_json::{Value, json};

const PAGE: &str = "# Opening hours\n\nThe shop is open from nine to five.";

/// An owner, an agent that knows when the shop is open, and a widget key.
async fn owner_with_agent(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    owner.upload_and_index(app, "hours.md", PAGE).await;
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.3 } }))
        .await;
    let key = app.widget_key(&owner).await;
    (owner, agent, key)
}

async fn ask(app: &TestApp, key: &str, agent: &str, session: &str, question: &str) -> String {
    let answer = app.ask(key, agent, session, question).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.frames()[0]["message_id"].as_str().unwrap().to_owned()
}

async fn rate(app: &TestApp, key: &str, message: &str, thumbs: &str) {
    let body = json!({ "message_id": message, "feedback_type": thumbs, "comment": "So so" });
    let call = app.post("/api/v1/widget/feedback", body).widget(key);
    call.send().await.expect(201);
}

/// Returns the sessions that a list has, in its order.
async fn sessions(app: &TestApp, owner: &Owner, query: &str) -> Vec<String> {
    let list = owner.get(app, &format!("/conversations{query}")).await.expect(200);
    let all = list["conversations"].as_array().unwrap();
    assert_eq!(list["total"], all.len(), "{query}");
    all.iter()
        .map(|it| it["session_id"].as_str().unwrap().to_owned())
        .collect()
}

async fn id_of(app: &TestApp, owner: &Owner, session: &str) -> String {
    let list = owner
        .get(app, &format!("/conversations?session_id={session}"))
        .await
        .expect(200);
    list["conversations"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_conversation_is_listed_and_shown_with_its_messages() {
    let app = TestApp::new();
    let (owner, agent, key) = owner_with_agent(&app).await;
    let body = json!({
        "agent_id": agent, "session_id": "visitor-1", "message": "When is the shop open?",
        "metadata": { "page_url": "https://example.com/help", "user_agent": "Browser" }
    });
    let answer = app.post("/api/v1/widget/chat", body).widget(&key).send().await;
    let message = answer.frames()[0]["message_id"].as_str().unwrap().to_owned();
    rate(&app, &key, &message, "THUMBS_UP").await;
    let list = owner.get(&app, "/conversations").await.expect(200);
    let summary = json!({
        "id": "<conv_>", "agent_id": agent, "agent_name": "Support Bot", "session_id": "visitor-1",
        "page_url": "https://example.com/help", "user_agent": "Browser", "first_question": "When is the shop open?",
        "message_count": 2, "answered": true, "rating": 5.0, "created_at": "<time>", "last_message_at": "<time>"
    });
    is(
        &list,
        &json!({ "conversations": [summary], "total": 1, "next_cursor": null }),
    );
    let id = list["conversations"][0]["id"].as_str().unwrap();
    let shown = owner.get(&app, &format!("/conversations/{id}")).await.expect(200);
    has(&shown, &summary);
    let question = json!({
        "id": "<msg_>", "author": "visitor", "status": "complete", "content": "When is the shop open?", "sources": [],
        "confidence": null, "answered": null, "response_time_ms": null, "feedback": null, "created_at": "<time>"
    });
    is(&shown["messages"][0], &question);
    let answer = json!({
        "id": message, "author": "agent", "status": "complete", "content": "<text>", "confidence": "<share>",
        "answered": true, "response_time_ms": "<count>",
        "feedback": { "feedback_type": "THUMBS_UP", "comment": "So so" }, "created_at": "<time>"
    });
    has(&shown["messages"][1], &answer);
    has(
        &shown["messages"][1]["sources"][0],
        &json!({ "document_id": "<doc_>", "title": "hours.md" }),
    );
    assert_eq!(shown["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_list_can_be_narrowed() {
    let app = TestApp::new();
    let (owner, agent, key) = owner_with_agent(&app).await;
    let other = app
        .published_agent(&owner, json!({ "name": "Other", "collection_ids": [] }))
        .await;
    let up = ask(&app, &key, &agent, "answered", "When is the shop open?").await;
    rate(&app, &key, &up, "THUMBS_UP").await;
    app.clock.advance(DAY);
    let owner = Owner {
        token: sign_in_again(&app).await,
        ..owner
    };
    let down = ask(&app, &key, &agent, "unanswered", "Zzyzx qwerty 100%?").await;
    rate(&app, &key, &down, "THUMBS_DOWN").await;
    ask(&app, &key, &other, "elsewhere", "What is the MEANING of life?").await;
    for (query, expected) in [
        ("", &["elsewhere", "unanswered", "answered"][..]),
        (&format!("?agent_id={other}"), &["elsewhere"]),
        ("?agent_id=agent_0", &[]),
        ("?answered=true", &["answered"]),
        ("?answered=false", &["elsewhere", "unanswered"]),
        ("?rating=up", &["answered"]),
        ("?rating=down", &["unanswered"]),
        ("?rating=none", &["elsewhere"]),
        ("?from=2026-01-27", &["elsewhere", "unanswered"]),
        ("?to=2026-01-26", &["answered"]),
        (
            "?from=2026-01-26&to=2026-01-27",
            &["elsewhere", "unanswered", "answered"],
        ),
        ("?search=meaning", &["elsewhere"]),
        ("?search=NINE+TO+FIVE", &["answered"]),
        ("?search=100%25", &["unanswered"]),
        ("?search=%25", &["unanswered"]),
        ("?search=", &["elsewhere", "unanswered", "answered"]),
        ("?session_id=answered&rating=up", &["answered"]),
        ("?session_id=answered&rating=down", &[]),
    ] {
        assert_eq!(sessions(&app, &owner, query).await, expected, "{query}");
    }
    for (query, field) in [
        ("answered=maybe", "answered"),
        ("rating=5", "rating"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let answer = owner.get(&app, &format!("/conversations?{query}")).await;
        assert_eq!(
            answer.refusal(),
            (400, "VALIDATION_ERROR".into(), Some(field.into())),
            "{query}"
        );
    }
}

async fn sign_in_again(app: &TestApp) -> String {
    let body = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn lists_and_messages_come_in_pages() {
    let app = TestApp::new();
    let (owner, agent, key) = owner_with_agent(&app).await;
    for session in ["a", "b", "c"] {
        ask(&app, &key, &agent, session, "When is the shop open?").await;
    }
    ask(&app, &key, &agent, "a", "And on Sundays?").await;
    let (mut seen, mut query) = (vec![], "?limit=2".to_owned());
    loop {
        let page = owner.get(&app, &format!("/conversations{query}")).await.expect(200);
        assert_eq!(page["total"], 3);
        seen.extend(
            page["conversations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["session_id"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ["a", "c", "b"], "the latest activity comes first");
    let id = id_of(&app, &owner, "a").await;
    let first = owner
        .get(&app, &format!("/conversations/{id}?limit=3"))
        .await
        .expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = owner
        .get(&app, &format!("/conversations/{id}?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    let authors = |page: &Value| -> Vec<Value> {
        page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["author"].clone())
            .collect()
    };
    assert_eq!(
        (authors(&first), authors(&rest)),
        (
            vec![json!("visitor"), json!("agent"), json!("visitor")],
            vec![json!("agent")]
        )
    );
    assert_eq!(
        (&rest["next_cursor"], &rest["message_count"]),
        (&Value::Null, &json!(4))
    );
}

#[tokio::test]
async fn a_deleted_conversation_leaves_nothing() {
    let app = TestApp::new();
    let (owner, agent, key) = owner_with_agent(&app).await;
    let answer = ask(
        &app,
        &key,
        &agent,
        "gone",
        "My name is Rumpelstiltskin, when are you open?",
    )
    .await;
    rate(&app, &key, &answer, "THUMBS_UP").await;
    for (session, message) in [("gone", "Rumpelstiltskin needs help"), ("stays", "Help!")] {
        ask(&app, &key, &agent, session, "When is the shop open?").await;
        let request = json!({ "agent_id": agent, "session_id": session, "email": "a@example.com", "message": message });
        let raised = app.post("/api/v1/widget/escalate", request).widget(&key).send().await;
        raised.expect(201);
    }
    let id = id_of(&app, &owner, "gone").await;
    let path = format!("/conversations/{id}");
    is(
        &owner.delete(&app, &path).await.expect(200),
        &json!({ "message": "<text>" }),
    );
    assert_eq!(owner.get(&app, &path).await.refusal(), (404, "NOT_FOUND".into(), None));
    assert_eq!(
        owner.delete(&app, &path).await.refusal(),
        (404, "NOT_FOUND".into(), None)
    );
    assert!(
        app.everything()
            .iter()
            .all(|it| !it.contains("Rumpelstiltskin") && *it != id && *it != "gone")
    );
    assert_eq!(app.sql.column("SELECT id FROM feedback").len(), 0);
    assert_eq!(app.sql.column("SELECT question FROM escalations"), ["Help!"]);
    assert_eq!(sessions(&app, &owner, "").await, ["stays"]);
    let again = json!({ "message_id": answer, "feedback_type": "THUMBS_UP" });
    let again = app.post("/api/v1/widget/feedback", again).widget(&key).send().await;
    assert_eq!(again.refusal(), (404, "NOT_FOUND".into(), None));
}

#[tokio::test]
async fn a_deleted_visitor_is_gone_from_every_agent() {
    let app = TestApp::new();
    let (owner, agent, key) = owner_with_agent(&app).await;
    let other = app.published_agent(&owner, json!({ "name": "Other" })).await;
    let visitor = "anna müller/1";
    ask(&app, &key, &agent, visitor, "When is the shop open?").await;
    ask(&app, &key, &other, visitor, "When is the shop open?").await;
    ask(&app, &key, &other, "another", "When is the shop open?").await;
    let path = "/visitors/anna%20m%C3%BCller%2F1";
    let answer = owner.delete(&app, path).await.expect(200);
    is(
        &answer,
        &json!({ "message": "Visitor deleted", "conversations_deleted": 2 }),
    );
    assert_eq!(sessions(&app, &owner, "").await, ["another"]);
    assert!(app.everything().iter().all(|it| it != visitor));
    assert_eq!(
        owner.delete(&app, path).await.refusal(),
        (404, "NOT_FOUND".into(), None)
    );
}
