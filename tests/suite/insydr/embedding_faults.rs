//! An embedding server that is down, slow or wrong: answers come all the same, and passages get their vectors later.
use super::embedding::{QUESTION, app, asked, choose, embedding, finish, owner_with_documents};
use crate::harness::embedding_server::Behavior;
use crate::harness::shape::has;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_core::{retention, workers};
use edge_model::WorkspaceId;
use edge_model::time::{MINUTE, TimeDelta};
use edge_model::workspace::Embedder;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const FAULTS: [(Behavior, &str); 9] = [
    (Behavior::Refuses, "connection lost"),
    (Behavior::Status(500), "status 500"),
    (Behavior::Status(401), "status 401"),
    (Behavior::Hangs, "timeout: vectors"),
    (Behavior::Stalls, "timeout: vectors"),
    (Behavior::TooFew, "unreadable answer"),
    (Behavior::Zeros, "unreadable answer"),
    (Behavior::NotANumber, "unreadable answer"),
    (Behavior::Garbage, "unreadable answer"),
];

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_soon_despite_a_bad_embedder() {
    for (behavior, reason) in FAULTS {
        let app = app();
        let (owner, agent) = owner_with_documents(&app).await;
        choose(&app, &owner, "openai").await;
        finish(&app, &owner).await;
        app.embedding_server.behave(behavior);
        let began = Instant::now();
        let (best, trace) = asked(&app, &owner, &agent, "Where are florbins kept?").await;
        assert!(
            began.elapsed() < Duration::from_millis(1_700),
            "{behavior:?}: {:?}",
            began.elapsed()
        );
        assert_eq!(best, "florbins.md", "{behavior:?}");
        let fault = format!("openai:small: {reason}");
        has(
            &trace,
            &json!({ "embedders": [], "embedder_fault": fault, "decision": "answered" }),
        );
        assert!(!trace.to_string().contains("canary"), "{trace}");
    }
}

#[tokio::test(start_paused = true)]
async fn vectors_of_other_dimensions_are_no_use_and_do_no_harm() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    app.embedding_server.behave(Behavior::OneDimensionMore);
    let (best, _) = asked(&app, &owner, &agent, "Where are florbins kept?").await;
    assert_eq!(best, "florbins.md");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_failing_is_left_alone_for_a_while() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    app.embedding_server.behave(Behavior::Hangs);
    for _ in 0..3 {
        asked(&app, &owner, &agent, QUESTION).await;
    }
    let before = app.embedding_server.requests().len();
    let began = Instant::now();
    let (_, trace) = asked(&app, &owner, &agent, QUESTION).await;
    assert_eq!(trace["embedder_fault"], "openai:small: circuit open");
    assert_eq!(app.embedding_server.requests().len(), before);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    app.clock.advance(11_000);
    app.embedding_server.behave(Behavior::Right);
    let (best, trace) = asked(&app, &owner, &agent, QUESTION).await;
    assert_eq!((best.as_str(), &trace["embedder_fault"]), ("florbins.md", &json!(null)));
}

#[tokio::test(start_paused = true)]
async fn passages_wait_for_a_failing_embedder_and_show_why() {
    for (behavior, reason) in FAULTS {
        let app = app();
        let (owner, _) = owner_with_documents(&app).await;
        app.embedding_server.behave(behavior);
        choose(&app, &owner, "openai").await;
        app.drain(&owner).await;
        let shown = embedding(&app, &owner).await;
        has(
            &shown,
            &json!({ "state": "waiting", "reason": reason, "embedded": 0, "passages": 3 }),
        );
        assert!(shown["retry_at"].is_string());
        // For as long as it takes: never set aside.
        for _ in 0..12 {
            app.clock.advance(10 * MINUTE);
            app.drain(&owner).await;
        }
        has(&embedding(&app, &owner).await, &json!({ "state": "waiting" }));
        app.embedding_server.behave(Behavior::Right);
        app.clock.advance(10 * MINUTE);
        finish(&app, &owner).await;
        let expected = json!({ "state": "ready", "reason": null, "retry_at": null, "embedded": 3 });
        has(&embedding(&app, &owner).await, &expected);
    }
}

#[tokio::test]
async fn an_upload_does_not_wait_for_vectors_that_hang() {
    let app = app();
    let (owner, _) = owner_with_documents(&app).await;
    app.embedding_server.behave(Behavior::Hangs);
    choose(&app, &owner, "openai").await;
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    let drain = workers::drain(&app.inner, &workspace, TimeDelta::minutes(1));
    let upload = async {
        // The other lane is waiting for vectors by now.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        let document = app.upload(&owner, "late.md", "# Late\n\nThis came late.").await;
        let id = document["id"].as_str().unwrap().to_owned();
        while owner.document(&app, &id).await["status"] != "COMPLETED" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        began.elapsed()
    };
    tokio::select! {
        waited = upload => assert!(waited < Duration::from_secs(2), "{waited:?}"),
        _ = drain => panic!("the vectors were to hang"),
    }
}

#[tokio::test]
async fn another_model_of_the_installation_makes_all_vectors_anew() {
    let app = app();
    let (owner, _) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    retention::tidy(&app.inner).await.unwrap();
    let ordered = "SELECT id FROM jobs WHERE json_extract(task, '$.task') = 'embed_index'";
    assert_eq!(app.sql.column(ordered), Vec::<String>::new());
    app.drain(&owner).await;
    let before = app.embedding_server.texts().len();
    assert_eq!(before, 3, "nothing is to be done");
    let server = edge_core::settings::ModelServer {
        model: "large".into(),
        ..app.inner.settings.embedding_server.clone().unwrap()
    };
    let port = Arc::new(OpenAiEmbeddings::new(app.embedding_server.clone(), &server));
    let mut other = app.inner.clone();
    other.embeddings = EmbeddingModels::new(vec![(Embedder::Openai, Arc::new(EmbeddingModel::new(port, |_| {})))]);
    retention::tidy(&other).await.unwrap();
    assert_eq!(app.sql.column(ordered).len(), 1);
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    for _ in 0..4 {
        workers::drain(&other, &workspace, TimeDelta::minutes(1)).await.unwrap();
        app.clock.advance(250);
    }
    assert_eq!(app.embedding_server.texts().len(), 6);
    let models = "SELECT DISTINCT json_extract(value, '$.layer.embedder')
         FROM index_snapshots, json_each(manifest, '$.segments')";
    assert_eq!(app.sql.column(models), ["openai:large"]);
}
