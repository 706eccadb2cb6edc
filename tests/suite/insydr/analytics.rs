//! Figures, over rows that visitors made.
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use edge_model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

/// An owner, a published agent that knows nothing, and a widget key.
async fn site(app: &TestApp) -> (Owner, String, String) {
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = app.published_agent(&owner, json!({})).await;
    let key = app.widget_key(&owner).await;
    (owner, agent, key)
}

async fn ask(app: &TestApp, key: &str, agent: &str, session: &str, question: &str) -> String {
    let answer = app.ask(key, agent, session, question).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.frames()[0]["message_id"].as_str().unwrap().to_owned()
}

/// Asks a question some times, in a session each.
async fn ask_times(app: &TestApp, key: &str, agent: &str, times: usize, question: &str) {
    for number in 0..times {
        ask(
            app,
            key,
            agent,
            &format!(
                "{question} {number} {}",
                app.sql.column("SELECT count(*) FROM messages")[0]
            ),
            question,
        )
        .await;
    }
}

async fn figures(app: &TestApp, owner: &Owner, rest: &str) -> Value {
    let login = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let token = app.post("/api/v1/auth/login", login).send().await.expect(200);
    let call = app.get(&owner.path(&format!("/analytics/{rest}")));
    call.bearer(token["access_token"].as_str().unwrap())
        .send()
        .await
        .expect(200)
}

/// Says of all answers so far that they were given, this sure.
fn answered(app: &TestApp, confidence: f64) {
    app.sql.execute(
        "UPDATE messages SET is_answered = 1, confidence = ?1 WHERE author = 'agent'",
        &[&confidence],
    );
}

#[tokio::test]
async fn the_overview_compares_a_period_with_the_one_before() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    owner
        .upload_and_index(
            &app,
            "hours.md",
            "# Opening hours\n\nThe shop is open from nine to five.",
        )
        .await;
    owner.agent(&app, json!({ "name": "A draft" })).await;
    let empty = figures(&app, &owner, "overview").await;
    let expected = json!({
        "period": { "start": "2025-12-28", "end": "2026-01-26" },
        "stats": {
            "total_conversations": 0, "total_messages": 0, "active_agents": 1, "knowledge_documents": 1,
            "avg_response_time_ms": null, "satisfaction_score": null, "answer_rate": null
        },
        "trends": { "conversations_change": 0.0, "messages_change": 0.0 }
    });
    is(&empty, &expected);
    ask_times(&app, &key, &agent, 2, "Is it old?").await;
    app.clock.advance(7 * DAY);
    let good = ask(&app, &key, &agent, "a", "Is it new?").await;
    answered(&app, 0.9);
    let bad = ask(&app, &key, &agent, "a", "Is it newer?").await;
    ask(&app, &key, &agent, "b", "Is it the newest?").await;
    ask(&app, &key, &agent, "c", "Is it the newest?").await;
    for (message, thumbs) in [(good, "THUMBS_UP"), (bad, "THUMBS_DOWN")] {
        let body = json!({ "message_id": message, "feedback_type": thumbs });
        app.post("/api/v1/widget/feedback", body)
            .widget(&key)
            .send()
            .await
            .expect(201);
    }
    app.sql.execute(
        "UPDATE messages SET latency_ms = 100 * rowid WHERE author = 'agent'",
        &[],
    );
    let week = figures(&app, &owner, "overview?days=7").await;
    let expected = json!({
        "period": { "start": "2026-01-27", "end": "2026-02-02" },
        "stats": {
            "total_conversations": 3, "total_messages": 8, "active_agents": 1, "knowledge_documents": 1,
            "avg_response_time_ms": 900, "satisfaction_score": 3.0, "answer_rate": 0.25
        },
        "trends": { "conversations_change": 50.0, "messages_change": 100.0 }
    });
    is(&week, &expected);
    let month = figures(&app, &owner, "overview?days=30").await;
    has(
        &month,
        &json!({ "stats": { "total_conversations": 5 }, "trends": { "conversations_change": 100.0 } }),
    );
}

#[tokio::test]
async fn conversations_are_counted_by_day_hour_and_agent() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    let other = app.published_agent(&owner, json!({ "name": "Other" })).await;
    ask(&app, &key, &agent, "long", "Is it old?").await;
    app.clock.advance(2 * MINUTE);
    ask(&app, &key, &agent, "long", "Is it older?").await;
    ask(&app, &key, &agent, "short", "Is it old?").await;
    app.clock.advance(2 * DAY + 14 * HOUR);
    ask(&app, &key, &other, "elsewhere", "Is it new?").await;
    let found = figures(&app, &owner, "conversations?days=7").await;
    let days = found["daily_data"].as_array().unwrap();
    assert_eq!(days.len(), 7);
    let day = |date: &str, conversations: u64, messages: u64, seconds: u64| json!({ "date": date, "conversations": conversations, "messages": messages, "avg_duration_seconds": seconds });
    is(&days[4], &day("2026-01-26", 2, 6, 60));
    is(&days[5], &day("2026-01-27", 0, 0, 0));
    is(&days[6], &day("2026-01-28", 1, 2, 0));
    assert_eq!(
        found["peak_hours"],
        json!([{ "hour": 0, "count": 3 }, { "hour": 14, "count": 1 }])
    );
    let share = |id: &str, name: &str, conversations: u64, percentage: f64| json!({ "agent_id": id, "agent_name": name, "conversations": conversations, "percentage": percentage });
    let shares = json!([share(&agent, "Support Bot", 2, 66.7), share(&other, "Other", 1, 33.3)]);
    is(&found["by_agent"], &shares);
    assert_eq!(found.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn questions_that_ask_the_same_are_one_with_its_trend() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask_times(&app, &key, &agent, 3, "Do you support webhooks?").await;
    ask_times(&app, &key, &agent, 1, "How do I reset my password?").await;
    answered(&app, 0.2);
    app.clock.advance(7 * DAY);
    ask_times(&app, &key, &agent, 3, "What are your pricing plans?").await;
    ask_times(&app, &key, &agent, 2, "Which pricing plans do you have?").await;
    ask_times(&app, &key, &agent, 1, "  WHAT ARE YOUR PRICING PLANS?").await;
    app.sql.execute(
        "UPDATE messages SET confidence = 0.9 WHERE author = 'agent' AND confidence IS NOT 0.2",
        &[],
    );
    ask_times(&app, &key, &agent, 1, "Are webhooks supported?").await;
    ask_times(&app, &key, &agent, 1, "reset password").await;
    let found = figures(&app, &owner, "questions?days=7").await;
    let top = found["top_questions"].as_array().unwrap();
    assert_eq!(top.len(), 3, "{found:#}");
    let first = &top[0];
    assert!(
        first["question"].as_str().unwrap().to_lowercase().trim() == "what are your pricing plans?",
        "{first}"
    );
    has(
        first,
        &json!({ "count": 6, "trend": "up", "avg_confidence": 0.9, "previous_count": 0, "variants": ["Which pricing plans do you have?"] }),
    );
    let of = |words: &str| {
        top.iter()
            .find(|it| it["question"].as_str().unwrap().contains(words))
            .unwrap()
    };
    has(
        of("webhooks"),
        &json!({ "count": 1, "trend": "down", "previous_count": 3 }),
    );
    has(
        of("password"),
        &json!({ "count": 1, "trend": "stable", "previous_count": 1 }),
    );
    assert_eq!(found["trending"].as_array().unwrap().len(), 1);
    assert_eq!(found["trending"][0], *first);
    let categories = found["categories"].as_array().unwrap();
    assert!(
        ["Pricing", "Plans"]
            .map(Value::from)
            .contains(&categories[0]["category"]),
        "{found:#}"
    );
    assert_eq!(categories[0]["count"], 6);
    assert_eq!(
        categories.iter().map(|it| it["count"].as_u64().unwrap()).sum::<u64>(),
        8
    );
    assert_eq!(found["truncated"], json!(false));
    let one = figures(&app, &owner, "questions?days=7&limit=1").await;
    assert_eq!(one["top_questions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn unanswered_questions_are_listed_until_they_are_resolved() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask_times(&app, &key, &agent, 1, "What was answered?").await;
    answered(&app, 0.9);
    ask_times(&app, &key, &agent, 2, "Do you support webhooks?").await;
    ask_times(&app, &key, &agent, 1, "Can I pay by bank transfer?").await;
    app.clock.advance(DAY);
    let owner = Owner {
        token: sign_in_again(&app).await,
        ..owner
    };
    ask_times(&app, &key, &agent, 1, "Are webhooks supported?").await;
    let found = owner.get(&app, "/analytics/unanswered").await.expect(200);
    let webhooks = json!({
        "id": "<uq_>", "question": "Do you support webhooks?", "occurrences": 3, "first_seen": "2026-01-26",
        "last_seen": "2026-01-27", "status": "OPEN", "variants": ["Are webhooks supported?"]
    });
    let transfer = json!({
        "id": "<uq_>", "question": "Can I pay by bank transfer?", "occurrences": 1, "first_seen": "2026-01-26",
        "last_seen": "2026-01-26", "status": "OPEN", "variants": []
    });
    is(
        &found,
        &json!({ "unanswered": [webhooks, transfer], "total": 2, "resolved_this_week": 0, "truncated": false }),
    );
    let path = format!(
        "/analytics/unanswered/{}",
        found["unanswered"][0]["id"].as_str().unwrap()
    );
    let resolved = owner
        .patch(&app, &path, json!({ "status": "RESOLVED" }))
        .await
        .expect(200);
    has(
        &resolved,
        &json!({ "id": found["unanswered"][0]["id"], "status": "RESOLVED", "occurrences": 3 }),
    );
    let left = owner.get(&app, "/analytics/unanswered").await.expect(200);
    has(
        &left,
        &json!({ "unanswered": [transfer], "total": 1, "resolved_this_week": 1 }),
    );
    let done = owner
        .get(&app, "/analytics/unanswered?status=RESOLVED")
        .await
        .expect(200);
    has(
        &done,
        &json!({ "unanswered": [{ "status": "RESOLVED" }], "total": 1, "resolved_this_week": 1 }),
    );
    assert_eq!(
        owner.get(&app, "/analytics/unanswered?status=ALL").await.expect(200)["total"],
        2
    );
    // Asked again and not answered again, it is open again, and by the same name.
    ask_times(&app, &key, &agent, 1, "do you support WEBHOOKS?").await;
    let again = owner.get(&app, "/analytics/unanswered").await.expect(200);
    has(
        &again["unanswered"][0],
        &json!({ "id": found["unanswered"][0]["id"], "occurrences": 4, "status": "OPEN" }),
    );
    owner
        .patch(&app, &path, json!({ "status": "RESOLVED" }))
        .await
        .expect(200);
    let reopened = owner.patch(&app, &path, json!({ "status": "OPEN" })).await.expect(200);
    assert_eq!(reopened["status"], "OPEN");
    assert_eq!(owner.get(&app, "/analytics/unanswered").await.expect(200)["total"], 2);
}

async fn sign_in_again(app: &TestApp) -> String {
    let login = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", login).send().await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unanswered_question_keeps_its_id_in_every_period() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask_times(&app, &key, &agent, 1, "Are webhooks supported?").await;
    ask_times(&app, &key, &agent, 1, "Can I pay by bank transfer?").await;
    app.clock.advance(100 * DAY);
    let owner = Owner {
        token: sign_in_again(&app).await,
        ..owner
    };
    ask_times(&app, &key, &agent, 2, "Do you support webhooks?").await;
    let usual = owner.get(&app, "/analytics/unanswered").await.expect(200);
    has(
        &usual,
        &json!({ "unanswered": [{ "occurrences": 3, "first_seen": "2026-01-26" }], "total": 1 }),
    );
    let id = &usual["unanswered"][0]["id"];
    for (days, total) in [(1, 1), (100, 1), (101, 2), (366, 2)] {
        let found = owner
            .get(&app, &format!("/analytics/unanswered?days={days}"))
            .await
            .expect(200);
        assert_eq!(
            (&found["unanswered"][0]["id"], &found["total"]),
            (id, &json!(total)),
            "{days}"
        );
    }
    let path = format!("/analytics/unanswered/{}", id.as_str().unwrap());
    owner
        .patch(&app, &path, json!({ "status": "RESOLVED" }))
        .await
        .expect(200);
    assert_eq!(owner.get(&app, "/analytics/unanswered").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn no_text_of_a_question_outlives_its_conversation() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "s", "Is Rumpelstiltskin in?").await;
    let found = owner.get(&app, "/analytics/unanswered").await.expect(200);
    let path = format!(
        "/analytics/unanswered/{}",
        found["unanswered"][0]["id"].as_str().unwrap()
    );
    owner
        .patch(&app, &path, json!({ "status": "RESOLVED" }))
        .await
        .expect(200);
    owner.delete(&app, "/visitors/s").await.expect(200);
    assert!(
        app.everything()
            .iter()
            .all(|it| !it.to_lowercase().contains("rumpelstiltskin"))
    );
    assert_eq!(
        owner.get(&app, "/analytics/unanswered?status=ALL").await.expect(200)["total"],
        0
    );
    assert_eq!(
        owner.patch(&app, &path, json!({ "status": "OPEN" })).await.refusal(),
        (404, "NOT_FOUND".into(), None)
    );
}

#[tokio::test]
async fn figures_come_as_csv_that_a_spreadsheet_does_not_run() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask_times(
        &app,
        &key,
        &agent,
        1,
        "=HYPERLINK(\"http://evil.example\",\"Click, please\")",
    )
    .await;
    let csv = async |rest: &str| {
        let answer = owner.get(&app, &format!("/analytics/{rest}")).await;
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"), "{rest}");
        let name = rest.split('?').next().unwrap();
        let expected = format!("attachment; filename=\"{name}.csv\"");
        assert_eq!(answer.header("content-disposition"), Some(expected.as_str()));
        answer.text()
    };
    let cell = "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"Click, please\"\")\"";
    let questions = csv("questions?format=csv").await;
    assert_eq!(
        questions,
        format!("question,count,previous_count,trend,avg_confidence\r\n{cell},1,0,up,0\r\n")
    );
    let unanswered = csv("unanswered?format=csv").await;
    let mut lines = unanswered.split("\r\n");
    assert_eq!(
        lines.next(),
        Some("id,question,occurrences,first_seen,last_seen,status")
    );
    let line = lines.next().unwrap();
    assert!(
        line.starts_with("uq_") && line.ends_with(&format!(",{cell},1,2026-01-26,2026-01-26,OPEN")),
        "{line}"
    );
    let overview = csv("overview?format=csv&days=7").await;
    assert!(
        overview.starts_with("figure,value\r\nperiod_start,2026-01-20\r\n"),
        "{overview}"
    );
    assert!(overview.contains("\r\nsatisfaction_score,\r\n"), "{overview}");
    let days = csv("conversations?format=csv&days=1").await;
    assert_eq!(
        days,
        "date,conversations,messages,avg_duration_seconds\r\n2026-01-26,1,2,0\r\n"
    );
    let call = app.get(&owner.path("/analytics/overview")).bearer(&owner.token);
    let asked = call.header("accept", "text/csv").send().await;
    assert_eq!(asked.header("content-type"), Some("text/csv; charset=utf-8"));
}

#[tokio::test]
async fn bad_input_is_named() {
    let app = TestApp::new();
    let (owner, _, _) = site(&app).await;
    for (rest, field) in [
        ("overview?days=0", "days"),
        ("overview?days=367", "days"),
        ("overview?days=week", "days"),
        ("overview?format=xml", "format"),
        ("conversations?days=-1", "days"),
        ("questions?days=", "days"),
        ("questions?limit=0", "limit"),
        ("unanswered?status=CLOSED", "status"),
        ("unanswered?format=pdf", "format"),
    ] {
        let answer = owner.get(&app, &format!("/analytics/{rest}")).await;
        assert_eq!(
            answer.refusal(),
            (400, "VALIDATION_ERROR".into(), Some(field.into())),
            "{rest}"
        );
    }
    for (body, field) in [(json!({}), "status"), (json!({ "status": "DONE" }), "status")] {
        let answer = owner.patch(&app, "/analytics/unanswered/uq_0", body).await;
        assert_eq!(answer.refusal(), (400, "VALIDATION_ERROR".into(), Some(field.into())));
    }
}

#[tokio::test]
async fn one_tenants_questions_are_not_in_anothers_figures() {
    let app = TestApp::new();
    let (ann, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "s", "Is Rumpelstiltskin in?").await;
    let bob = app.owner("bob@example.com").await;
    for rest in ["overview", "conversations", "questions", "unanswered?status=ALL"] {
        let bobs = bob.get(&app, &format!("/analytics/{rest}")).await;
        assert_eq!(bobs.status, 200);
        assert!(
            !bobs.text().contains("Rumpelstiltskin") && !bobs.text().contains("Support Bot"),
            "{}",
            bobs.text()
        );
        let anns = ann.get(&app, &format!("/analytics/{rest}")).await;
        assert_ne!(anns.text(), bobs.text(), "{rest}");
    }
}

#[tokio::test]
async fn many_different_questions_are_cut_and_it_is_said() {
    let app = TestApp::new();
    let (owner, agent, key) = site(&app).await;
    ask(&app, &key, &agent, "s", "What is number 0?").await;
    let copy = |author: &str, text: &str| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
             INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, confidence,
                is_answered, created_at)
             SELECT '{author}' || i, workspace_id, conversation_id, agent_id, author, status, {text}, confidence,
                is_answered, created_at - 10 * i FROM messages, n WHERE author = '{author}'"
        )
    };
    app.sql.execute(&copy("visitor", "hex(randomblob(8)) || ' ' || i"), &[]);
    app.sql.execute(&copy("agent", "text"), &[]);
    let found = owner.get(&app, "/analytics/questions?limit=500").await.expect(200);
    assert_eq!(found["truncated"], json!(true));
    assert!(found["top_questions"].as_array().unwrap().len() <= 500);
    assert_eq!(
        owner.get(&app, "/analytics/unanswered").await.expect(200)["truncated"],
        json!(true)
    );
}
