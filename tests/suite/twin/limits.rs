//! Requests by key and minute, answers by workspace and month.
use super::{Program, refused};
use crate::harness::{START, TestApp};
use edge_core::limit::lane::ANSWERS;
use edge_core::ports::{Take, Window};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::json;

const ALL_USED: &str = "Monthly answer limit reached (500/500). Upgrade to Pro for 2,000 answers/month.";

/// Uses answers of the month up behind the product's back.
async fn use_up(app: &TestApp, program: &Program, amount: u64) {
    let take = Take {
        counter: ANSWERS.into(),
        window: Window::Month,
        limit: u64::MAX,
        amount,
    };
    let outcome = app.inner.limiter.take(&program.owner.workspace, &[take]).await.unwrap();
    assert_eq!(outcome.refused, None);
}

#[tokio::test]
async fn of_40_questions_at_once_the_ten_that_are_left_are_answered() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    use_up(&app, &program, 490).await;
    let ask = || program.post(&app, "/v1/twin", json!({ "message": "Is anybody there?" }));
    let answers = futures_util::future::join_all((0..40).map(|_| ask())).await;
    let (passed, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert_eq!((passed.len(), refused.len()), (10, 30));
    for answer in refused {
        super::refused(answer, 402, ALL_USED);
        assert_eq!(answer.header("retry-after"), None);
        assert!(answer.header("x-ratelimit-remaining").is_some());
    }
    assert_eq!(
        app.sql.column("SELECT count(*) FROM messages WHERE author = 'visitor'"),
        ["10"]
    );
}

#[tokio::test]
async fn the_sentence_names_the_plan_above() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    use_up(&app, &program, 2_000).await;
    let ask = || program.post(&app, "/v1/twin", json!({ "message": "Is anybody there?" }));
    refused(&ask().await, 402, ALL_USED);
    for plan in ["STARTER", "PROFESSIONAL"] {
        app.set_plan(&program.owner, plan).await;
        let text = "Monthly answer limit reached (2,000/2,000). Upgrade to Enterprise for unlimited answers.";
        refused(&ask().await, 402, text);
    }
    app.set_plan(&program.owner, "ENTERPRISE").await;
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn a_month_begins_anew() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    use_up(&app, &program, 500).await;
    let ask = || program.post(&app, "/v1/twin", json!({ "message": "Is anybody there?" }));
    refused(&ask().await, 402, ALL_USED);
    app.clock.advance(6 * edge_model::time::DAY);
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn a_question_that_is_refused_uses_nothing() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    use_up(&app, &program, 499).await;
    let long = json!({ "message": "x".repeat(2_001) });
    assert_eq!(program.post(&app, "/v1/twin", long).await.status, 400);
    assert_eq!(program.get(&app, "/v1/stats").await.status, 200);
    let ask = || program.post(&app, "/v1/twin", json!({ "message": "Is anybody there?" }));
    assert_eq!((ask().await.status, ask().await.status), (200, 402));
}

#[tokio::test]
async fn a_key_has_60_requests_a_minute_and_hears_when_to_come_back() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for left in (0..60).rev() {
        let answer = program.get(&app, "/v1/stats").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("60"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
        let reset = answer.header("x-ratelimit-reset").unwrap().parse::<i64>().unwrap();
        assert_eq!(reset, START / 1_000 + 60);
        assert_eq!(answer.header("retry-after"), None);
    }
    let answer = program.get(&app, "/v1/stats").await;
    refused(&answer, 429, "too many requests.");
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    let wait = answer.header("retry-after").unwrap().parse::<i64>().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Another key of the same workspace has its own.
    let other = Program {
        kind: KeyKind::Twin,
        key: program.owner.program_key(&app, KeyKind::Twin).await,
        owner: program.owner.clone(),
    };
    assert_eq!(other.get(&app, "/v1/stats").await.status, 200);
    app.clock.advance(wait * 1_000);
    assert_eq!(program.get(&app, "/v1/stats").await.status, 200);
}

#[tokio::test]
async fn every_answer_to_a_key_says_where_its_limit_stands() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let mut left = 60;
    for (method, path, body, status) in [
        (Method::POST, "/v1/twin", json!({}), 400),
        (Method::POST, "/v1/twin", json!([]), 400),
        (Method::GET, "/v1/kb?limit=0", json!(null), 400),
        (Method::GET, "/v1/kb/doc_0", json!(null), 404),
        (
            Method::PATCH,
            "/v1/escalations/esc_0",
            json!({ "status": "resolved" }),
            404,
        ),
        (Method::DELETE, "/v1/kb/doc_0", json!(null), 404),
        (Method::PUT, "/v1/settings", json!({ "confidenceThreshold": 2 }), 400),
        (Method::GET, "/v1/escalations", json!(null), 200),
    ] {
        left -= 1;
        let answer = program.call(&app, method, path).json(&body).send().await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(
            answer.header("x-ratelimit-remaining"),
            Some(left.to_string().as_str()),
            "{path}"
        );
        assert!(answer.header("retry-after").is_none(), "{path}");
    }
}
