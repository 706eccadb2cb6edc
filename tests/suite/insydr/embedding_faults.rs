//! An embedding server that is down, slow or wrong: answers come all the same, and passages get their vectors later.
use super::embedding::{QUESTION, asked, choose, embedding, finish, informed, world};
use crate::harness::embedding_server::Manner;
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

const FAULTS: [(Manner, &str); 9] = [
    (Manner::Refuses, "connection lost"),
    (Manner::Status(500), "status 500"),
    (Manner::Status(401), "status 401"),
    (Manner::Hangs, "timeout: vectors"),
    (Manner::Stalls, "timeout: vectors"),
    (Manner::TooFew, "unreadable answer"),
    (Manner::Zeros, "unreadable answer"),
    (Manner::NotANumber, "unreadable answer"),
    (Manner::Garbage, "unreadable answer"),
];

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_soon_despite_a_bad_embedder() {
    for (manner, reason) in FAULTS {
        let world = world();
        let (owner, agent) = informed(&world).await;
        choose(&world, &owner, "openai").await;
        finish(&world, &owner).await;
        world.embedding_server.behave(manner);
        let began = Instant::now();
        let (best, trace) = asked(&world, &owner, &agent, "Where are florbins kept?").await;
        assert!(
            began.elapsed() < Duration::from_millis(1_700),
            "{manner:?}: {:?}",
            began.elapsed()
        );
        assert_eq!(best, "florbins.md", "{manner:?}");
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
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    world.embedding_server.behave(Manner::OneDimensionMore);
    let (best, _) = asked(&world, &owner, &agent, "Where are florbins kept?").await;
    assert_eq!(best, "florbins.md");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_failing_is_left_alone_for_a_while() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    world.embedding_server.behave(Manner::Hangs);
    for _ in 0..3 {
        asked(&world, &owner, &agent, QUESTION).await;
    }
    let before = world.embedding_server.requests().len();
    let began = Instant::now();
    let (_, trace) = asked(&world, &owner, &agent, QUESTION).await;
    assert_eq!(trace["embedder_fault"], "openai:small: circuit open");
    assert_eq!(world.embedding_server.requests().len(), before);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    world.clock.advance(11_000);
    world.embedding_server.behave(Manner::Right);
    let (best, trace) = asked(&world, &owner, &agent, QUESTION).await;
    assert_eq!((best.as_str(), &trace["embedder_fault"]), ("florbins.md", &json!(null)));
}

#[tokio::test(start_paused = true)]
async fn passages_wait_for_a_failing_embedder_and_show_why() {
    for (manner, reason) in FAULTS {
        let world = world();
        let (owner, _) = informed(&world).await;
        world.embedding_server.behave(manner);
        choose(&world, &owner, "openai").await;
        world.drain(&owner).await;
        let shown = embedding(&world, &owner).await;
        has(
            &shown,
            &json!({ "state": "waiting", "reason": reason, "embedded": 0, "passages": 3 }),
        );
        assert!(shown["retry_at"].is_string());
        // For as long as it takes: never set aside.
        for _ in 0..12 {
            world.clock.advance(10 * MINUTE);
            world.drain(&owner).await;
        }
        has(&embedding(&world, &owner).await, &json!({ "state": "waiting" }));
        world.embedding_server.behave(Manner::Right);
        world.clock.advance(10 * MINUTE);
        finish(&world, &owner).await;
        let expected = json!({ "state": "ready", "reason": null, "retry_at": null, "embedded": 3 });
        has(&embedding(&world, &owner).await, &expected);
    }
}

#[tokio::test]
async fn an_upload_does_not_wait_for_vectors_that_hang() {
    let world = world();
    let (owner, _) = informed(&world).await;
    world.embedding_server.behave(Manner::Hangs);
    choose(&world, &owner, "openai").await;
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    let drain = workers::drain(&world.app, &workspace, TimeDelta::minutes(1));
    let upload = async {
        // The other lane is waiting for vectors by now.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        let document = world.upload(&owner, "late.md", "# Late\n\nThis came late.").await;
        let id = document["id"].as_str().unwrap().to_owned();
        while owner.document(&world, &id).await["status"] != "COMPLETED" {
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
    let world = world();
    let (owner, _) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    retention::tidy(&world.app).await.unwrap();
    let ordered = "SELECT id FROM jobs WHERE json_extract(task, '$.task') = 'embed_index'";
    assert_eq!(world.sql.column(ordered), Vec::<String>::new());
    world.drain(&owner).await;
    let before = world.embedding_server.texts().len();
    assert_eq!(before, 3, "nothing is to be done");
    let server = edge_core::settings::ModelServer {
        model: "large".into(),
        ..world.app.settings.embedding_server.clone().unwrap()
    };
    let port = Arc::new(OpenAiEmbeddings::new(world.embedding_server.clone(), &server));
    let mut app = world.app.clone();
    app.embeddings = EmbeddingModels::new(vec![(Embedder::Openai, Arc::new(EmbeddingModel::new(port, |_| {})))]);
    retention::tidy(&app).await.unwrap();
    assert_eq!(world.sql.column(ordered).len(), 1);
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    for _ in 0..4 {
        workers::drain(&app, &workspace, TimeDelta::minutes(1)).await.unwrap();
        world.clock.advance(250);
    }
    assert_eq!(world.embedding_server.texts().len(), 6);
    let models = "SELECT DISTINCT json_extract(value, '$.layer.embedder')
         FROM index_snapshots, json_each(manifest, '$.segments')";
    assert_eq!(world.sql.column(models), ["openai:large"]);
}
