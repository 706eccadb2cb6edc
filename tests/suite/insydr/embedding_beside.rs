//! An embedder that is a Worker of the installation: there when it is bound, and answers go on when it is not any more.
use super::embedding::{QUESTION, app, asked, choose, embedding, finish, owner_with_documents};
use crate::harness::TestApp;
use crate::harness::shape::has;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_core::settings::ModelServer;
use edge_model::time::MINUTE;
use edge_model::workspace::Embedder;
use serde_json::json;
use std::sync::Arc;

/// Binds these embedders instead of those of the settings, as a deployment does.
fn bind(app: &mut TestApp, models: Vec<(Embedder, Arc<EmbeddingModel>)>) {
    app.inner.embeddings = EmbeddingModels::new(models);
    app.router = edge_dialects::router(app.inner.clone());
}

#[tokio::test]
async fn minilm_is_offered_where_bound_and_not_required() {
    let mut app = app();
    let server = app.inner.settings.embedding_server.clone().unwrap();
    let port = Arc::new(OpenAiEmbeddings::new(app.embedding_server.clone(), &server));
    let model = Arc::new(EmbeddingModel::new(port, |_| {}));
    bind(&mut app, vec![(Embedder::Minilm, model)]);
    let (owner, agent) = owner_with_documents(&app).await;
    let refused = owner.patch(&app, "", json!({ "embedder": "openai" })).await.expect(400);
    assert!(refused.to_string().contains("static, minilm"), "{refused}");
    let chosen = choose(&app, &owner, "minilm").await;
    has(&chosen, &json!({ "embedder": "minilm" }));
    finish(&app, &owner).await;
    has(
        &embedding(&app, &owner).await,
        &json!({ "available": ["static", "minilm"], "state": "ready", "embedded": 3 }),
    );
    assert_eq!(asked(&app, &owner, &agent, QUESTION).await.0, "florbins.md");

    bind(&mut app, vec![]);
    let refused = owner.patch(&app, "", json!({ "embedder": "minilm" })).await.expect(400);
    assert!(refused.to_string().contains("embedder"), "{refused}");
    has(
        &embedding(&app, &owner).await,
        &json!({ "available": ["static"], "state": "waiting", "reason": "not set up" }),
    );
    let (best, trace) = asked(&app, &owner, &agent, "Where are florbins kept?").await;
    assert_eq!(best, "florbins.md");
    has(&trace, &json!({ "embedders": [] }));
    assert!(trace["embedder_fault"].to_string().contains("not set up"), "{trace}");
}

#[tokio::test]
async fn returning_to_the_first_embedder_drops_the_second() {
    let mut app = app();
    let server = app.inner.settings.embedding_server.clone().unwrap();
    let model = |name: &str| {
        let server = ModelServer {
            model: name.into(),
            ..server.clone()
        };
        let port = Arc::new(OpenAiEmbeddings::new(app.embedding_server.clone(), &server));
        Arc::new(EmbeddingModel::new(port, |_| {}))
    };
    let models = vec![(Embedder::Minilm, model("small")), (Embedder::Openai, model("large"))];
    bind(&mut app, models);
    let (owner, agent) = owner_with_documents(&app).await;
    let rooms = |it: u32| format!("# Room {it}\n\nRoom {it} has the telephone number 555-{it:04}.\n\n");
    owner
        .upload_and_index(&app, "rooms.md", &(0..600).map(rooms).collect::<String>())
        .await;
    choose(&app, &owner, "minilm").await;
    finish(&app, &owner).await;
    let layers = "SELECT json_extract(value, '$.next_layer.embedder')
         FROM index_snapshots, json_each(manifest, '$.segments') WHERE json_extract(value, '$.next_layer') IS NOT NULL";
    choose(&app, &owner, "openai").await;
    while app.sql.column(layers).is_empty() {
        app.clock.advance(250);
        app.drain(&owner).await;
    }
    choose(&app, &owner, "minilm").await;
    finish(&app, &owner).await;
    assert_eq!(app.sql.column(layers), Vec::<String>::new());
    app.clock.advance(11 * MINUTE);
    finish(&app, &owner).await;
    let manifest = app.sql.column("SELECT manifest FROM index_snapshots").remove(0);
    let left = app.blobs.keys().into_iter().filter(|it| it.starts_with("index/"));
    let unnamed: Vec<String> = left.filter(|it| !manifest.contains(it.as_str())).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
    has(&embedding(&app, &owner).await, &json!({ "state": "ready" }));
    assert_eq!(asked(&app, &owner, &agent, QUESTION).await.0, "florbins.md");
}
