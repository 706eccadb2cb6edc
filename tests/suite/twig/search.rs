//! Search without an answer: as documented, within the key's workspace, bounded, refused by field.
use super::webhooks::refused;
use crate::harness::TestApp;
use crate::harness::program::Program;
use crate::harness::shape::is;
use crate::samples::sample;
use edge_model::key::KeyKind;
use serde_json::{Value, json};

const PATH: &str = "/api/semantic-search";
const PLANS: &str = "# Plans\n\nThe Pro plan costs 49 dollars a month.\n\n# Support\n\nSupport answers within a day.\n";

async fn search(app: &TestApp, program: &Program, body: Value) -> Vec<Value> {
    let found = program.post(app, PATH, body).await.expect(200);
    found["data"]["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_documented_search_finds_passages() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let document = program.owner.upload_and_index(&app, "plans.md", PLANS).await;
    let mut request = sample("POST /api/semantic-search").request.unwrap();
    // The document names a workspace of its own.
    request["orgId"] = json!(program.owner.workspace);
    request["query"] = json!("How much is the Pro plan?");
    let answer = program.post(&app, PATH, request).await;
    assert!(answer.header("x-ratelimit-limit").is_some());
    let answer = answer.expect(200);
    let results = answer["data"]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        is(
            result,
            &json!({
                "documentId": document,
                "title": "plans.md",
                "url": null,
                "content": "<text>",
                "relevance": result["relevance"].as_f64().unwrap(),
                "chunkIndex": result["chunkIndex"].as_u64().unwrap(),
            }),
        );
    }
    assert!(results[0]["content"].as_str().unwrap().contains("49 dollars"));
    let relevances: Vec<f64> = results.iter().map(|it| it["relevance"].as_f64().unwrap()).collect();
    assert!(relevances.iter().all(|it| (0.0..=1.0).contains(it)) && relevances.is_sorted_by(|a, b| a >= b));
    assert!(answer["data"]["latency"].as_f64().is_some_and(|it| it >= 0.0));
    assert_eq!(answer["status"], "success");
    // No question was asked: nothing is kept and nothing counts as a message.
    let usage = program.owner.get(&app, "/usage").await.expect(200);
    assert_eq!(usage["messages"]["used"], 0);
    assert!(
        !app.everything()
            .iter()
            .any(|it| it.contains("How much is the Pro plan?"))
    );
    let conversations = program.owner.get(&app, "/conversations").await.expect(200);
    assert_eq!(conversations["conversations"], json!([]));
}

#[tokio::test]
async fn as_many_passages_are_found_as_asked_for() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    for number in 0..12 {
        let text = format!("# Room {number}\n\nRoom {number} has {number} windows and a door.\n");
        program
            .owner
            .upload_and_index(&app, &format!("room{number}.md"), &text)
            .await;
    }
    let query = "Which room has windows?";
    assert_eq!(search(&app, &program, json!({ "query": query })).await.len(), 10);
    for (limit, count) in [(1, 1), (12, 12), (50, 12)] {
        let found = search(&app, &program, json!({ "query": query, "topK": limit })).await;
        assert_eq!(found.len(), count);
    }
    let longest = format!("{query} {}", "a".repeat(10_000 - query.len() - 1));
    assert_eq!(search(&app, &program, json!({ "query": longest })).await.len(), 10);
    // Without memory for the passages it is refused before anything is looked for.
    let _all = app.inner.memory.reserve(app.inner.memory.all.limit()).unwrap();
    let answer = program.post(&app, PATH, json!({ "query": query })).await;
    refused(&answer, 503, "internal_error", None);
}

#[tokio::test]
async fn an_agent_limits_the_search_to_its_collections() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let owner = &program.owner;
    owner.upload_and_index(&app, "plans.md", PLANS).await;
    let empty = owner.collection(&app, "Empty").await;
    let agent = owner
        .agent(&app, json!({ "name": "Shop", "collection_ids": [empty] }))
        .await;
    let body = json!({ "query": "How much is the Pro plan?", "agentId": agent });
    assert_eq!(search(&app, &program, body.clone()).await, Vec::<Value>::new());
    // What was published last counts, and the draft only before that.
    owner
        .post(&app, &format!("/agents/{agent}/publish"), json!({}))
        .await
        .expect(200);
    let all = owner.get(&app, "/collections").await.expect(200);
    let all = all["collections"].as_array().unwrap().iter().map(|it| &it["id"]);
    let change = json!({ "collection_ids": Vec::from_iter(all) });
    owner.patch(&app, &format!("/agents/{agent}"), change).await.expect(200);
    assert_eq!(search(&app, &program, body.clone()).await, Vec::<Value>::new());
    owner
        .post(&app, &format!("/agents/{agent}/publish"), json!({}))
        .await
        .expect(200);
    assert!(!search(&app, &program, body.clone()).await.is_empty());
    owner
        .post(&app, &format!("/agents/{agent}/archive"), json!({}))
        .await
        .expect(200);
    assert!(!search(&app, &program, body).await.is_empty());
}

#[tokio::test]
async fn a_search_stays_within_the_workspace_of_the_key() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    let other = app.owner("bob@example.com").await;
    other.upload_and_index(&app, "plans.md", PLANS).await;
    let agent = other.agent(&app, json!({ "name": "Shop" })).await;
    let query = "How much is the Pro plan?";
    let own = program
        .owner
        .upload_and_index(&app, "hours.md", "# Hours\n\nThe plan is open.\n")
        .await;
    let found = search(&app, &program, json!({ "query": query })).await;
    assert!(
        !found.is_empty() && found.iter().all(|it| it["documentId"] == own.as_str()),
        "{found:?}"
    );
    let body = json!({ "query": query, "orgId": other.workspace });
    refused(
        &program.post(&app, PATH, body).await,
        400,
        "invalid_request",
        Some("orgId"),
    );
    let body = json!({ "query": query, "agentId": agent });
    refused(&program.post(&app, PATH, body).await, 404, "not_found", None);
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused_by_its_field() {
    let app = TestApp::new();
    let program = Program::of(&app, KeyKind::Twig).await;
    for (body, field) in [
        (json!({}), "query"),
        (json!({ "query": "" }), "query"),
        (json!({ "query": "a".repeat(10_001) }), "query"),
        (json!({ "query": 7 }), "query"),
        (json!({ "query": "a", "topK": 0 }), "topK"),
        (json!({ "query": "a", "topK": 51 }), "topK"),
        (json!({ "query": "a", "topK": -1 }), "topK"),
        (json!({ "query": "a", "orgId": "org-123" }), "orgId"),
    ] {
        let answer = program.post(&app, PATH, body).await;
        refused(&answer, 400, "invalid_request", Some(field));
    }
}
