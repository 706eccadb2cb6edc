//! The main job: a document goes in, a question is answered from it, streamed and cited.
use crate::harness::{FALLBACK, Tenant, facts, shared_worker};
use serde_json::{Value, json};
use shared::agent::TestAnswer;

const ORIGIN: &str = "https://shop.example";

fn ready() -> (Tenant, String, String) {
    let tenant = Tenant::new(shared_worker(), "ENTERPRISE");
    let collection = tenant.collection();
    let document = tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412)).id;
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    (tenant, agent, document)
}

fn ask(tenant: &Tenant, agent: &str, question: &str) -> Vec<Value> {
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), ORIGIN);
    let body = json!({ "agent_id": agent, "session_id": "a", "message": question });
    page.events("/api/v1/widget/chat", &body)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn text_of(frames: &[Value]) -> String {
    frames
        .iter()
        .filter(|it| it["type"] == "token")
        .filter_map(|it| it["content"].as_str())
        .collect()
}

#[test]
fn a_question_is_answered_from_a_document_streamed_and_cited() {
    let (tenant, agent, document) = ready();
    let frames = ask(&tenant, &agent, "When was the stone bridge of Ardenvale built?");
    let kinds: Vec<&str> = frames.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"start"), "{frames:?}");
    assert!(kinds.iter().filter(|kind| **kind == "token").count() > 1, "{kinds:?}");
    assert_eq!(kinds[kinds.len() - 2..], ["sources", "done"], "{kinds:?}");
    let text = text_of(&frames);
    assert!(text.contains("1412") && text.contains("[1]"), "{text}");
    let source = &frames[frames.len() - 2]["sources"][0];
    assert_eq!(source["document_id"], document.as_str(), "{source}");
    assert!(source["chunk_preview"].as_str().unwrap().contains("1412"), "{source}");
    assert_eq!(frames[frames.len() - 1]["answered"], true);
}

#[test]
fn an_unknown_question_gets_the_fallback_without_sources() {
    let (tenant, agent, _) = ready();
    let frames = ask(&tenant, &agent, "How do I bake a chocolate cake without eggs?");
    assert_eq!(text_of(&frames), FALLBACK);
    assert_eq!(frames[frames.len() - 2]["sources"], json!([]));
    assert_eq!(frames[frames.len() - 1]["answered"], false);
}

#[test]
fn the_test_route_answers_as_the_widget_does() {
    let (tenant, agent, _) = ready();
    let path = tenant.path(&format!("agents/{agent}/test"));
    let question = "How many sacks of grain does the mill of Ardenvale grind a day?";
    let answer: TestAnswer = tenant
        .api
        .post(&path, &json!({ "message": question }))
        .unwrap()
        .ok()
        .unwrap();
    assert!(answer.answered && answer.response.contains("412"), "{answer:?}");
    assert!(
        (0.0..=1.0).contains(&answer.confidence) && !answer.sources.is_empty(),
        "{answer:?}"
    );
}

#[test]
fn equal_bytes_are_one_document_and_deleted_ones_answer_nothing() {
    let (tenant, agent, document) = ready();
    let list = tenant.api.get(&tenant.path("documents")).unwrap().json();
    let collection = list["documents"][0]["collection_id"].as_str().unwrap().to_owned();
    let again = tenant.upload(&collection, "again.md", &facts("Ardenvale", 412));
    assert!(again.duplicate && again.id == document, "{again:?}");
    assert_eq!(tenant.api.get(&tenant.path("documents")).unwrap().json()["total"], 1);

    let path = tenant.path(&format!("documents/{document}"));
    assert_eq!(
        tenant
            .api
            .send("DELETE", &path, xtask::api::Body::Empty)
            .unwrap()
            .status,
        200
    );
    let frames = ask(&tenant, &agent, "When was the stone bridge of Ardenvale built?");
    assert_eq!(text_of(&frames), FALLBACK);
}

#[test]
fn a_visitor_can_say_what_they_think_of_an_answer() {
    let (tenant, agent, _) = ready();
    let frames = ask(&tenant, &agent, "Who built the bridge of Ardenvale?");
    let page = tenant.page(&tenant.widget_key(&["shop.example"]), ORIGIN);
    let feedback = json!({ "message_id": frames[0]["message_id"], "feedback_type": "THUMBS_UP", "comment": "thanks" });
    let answer = page.post("/api/v1/widget/feedback", &feedback).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let agent = tenant.api.get(&tenant.path(&format!("agents/{agent}"))).unwrap().json();
    assert_eq!(agent["stats"]["avg_satisfaction"], 5.0, "{}", agent["stats"]);
}
