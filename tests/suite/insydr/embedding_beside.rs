//! An embedder that is a Worker of the installation: there when it is bound, and answers go on when it is not any more.
use super::embedding::{QUESTION, asked, choose, embedding, finish, informed, world};
use crate::harness::World;
use crate::harness::shape::has;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_core::settings::ModelServer;
use edge_model::time::MINUTE;
use edge_model::workspace::Embedder;
use serde_json::json;
use std::sync::Arc;

/// Binds these embedders instead of those of the settings, as a deployment does.
fn bind(world: &mut World, models: Vec<(Embedder, Arc<EmbeddingModel>)>) {
    world.app.embeddings = EmbeddingModels::new(models);
    world.router = edge_dialects::router(world.app.clone());
}

#[tokio::test]
async fn minilm_is_offered_where_bound_and_not_required() {
    let mut world = world();
    let server = world.app.settings.embedding_server.clone().unwrap();
    let port = Arc::new(OpenAiEmbeddings::new(world.embedding_server.clone(), &server));
    let model = Arc::new(EmbeddingModel::new(port, |_| {}));
    bind(&mut world, vec![(Embedder::Minilm, model)]);
    let (owner, agent) = informed(&world).await;
    let refused = owner
        .patch(&world, "", json!({ "embedder": "openai" }))
        .await
        .expect(400);
    assert!(refused.to_string().contains("static, minilm"), "{refused}");
    let chosen = choose(&world, &owner, "minilm").await;
    has(&chosen, &json!({ "embedder": "minilm" }));
    finish(&world, &owner).await;
    has(
        &embedding(&world, &owner).await,
        &json!({ "available": ["static", "minilm"], "state": "ready", "embedded": 3 }),
    );
    assert_eq!(asked(&world, &owner, &agent, QUESTION).await.0, "florbins.md");

    bind(&mut world, vec![]);
    let refused = owner
        .patch(&world, "", json!({ "embedder": "minilm" }))
        .await
        .expect(400);
    assert!(refused.to_string().contains("embedder"), "{refused}");
    has(
        &embedding(&world, &owner).await,
        &json!({ "available": ["static"], "state": "waiting", "reason": "not set up" }),
    );
    let (best, trace) = asked(&world, &owner, &agent, "Where are florbins kept?").await;
    assert_eq!(best, "florbins.md");
    has(&trace, &json!({ "embedders": [] }));
    assert!(trace["embedder_fault"].to_string().contains("not set up"), "{trace}");
}

#[tokio::test]
async fn returning_to_the_first_embedder_drops_the_second() {
    let mut world = world();
    let server = world.app.settings.embedding_server.clone().unwrap();
    let model = |name: &str| {
        let server = ModelServer {
            model: name.into(),
            ..server.clone()
        };
        let port = Arc::new(OpenAiEmbeddings::new(world.embedding_server.clone(), &server));
        Arc::new(EmbeddingModel::new(port, |_| {}))
    };
    let models = vec![(Embedder::Minilm, model("small")), (Embedder::Openai, model("large"))];
    bind(&mut world, models);
    let (owner, agent) = informed(&world).await;
    let rooms = |it: u32| format!("# Room {it}\n\nRoom {it} has the telephone number 555-{it:04}.\n\n");
    owner
        .learn(&world, "rooms.md", &(0..600).map(rooms).collect::<String>())
        .await;
    choose(&world, &owner, "minilm").await;
    finish(&world, &owner).await;
    let layers = "SELECT json_extract(value, '$.next_layer.embedder')
         FROM index_snapshots, json_each(manifest, '$.segments') WHERE json_extract(value, '$.next_layer') IS NOT NULL";
    choose(&world, &owner, "openai").await;
    while world.sql.column(layers).is_empty() {
        world.clock.advance(250);
        world.drain(&owner).await;
    }
    choose(&world, &owner, "minilm").await;
    finish(&world, &owner).await;
    assert_eq!(world.sql.column(layers), Vec::<String>::new());
    world.clock.advance(11 * MINUTE);
    finish(&world, &owner).await;
    let manifest = world.sql.column("SELECT manifest FROM index_snapshots").remove(0);
    let left = world.blobs.keys().into_iter().filter(|it| it.starts_with("index/"));
    let unnamed: Vec<String> = left.filter(|it| !manifest.contains(it.as_str())).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
    has(&embedding(&world, &owner).await, &json!({ "state": "ready" }));
    assert_eq!(asked(&world, &owner, &agent, QUESTION).await.0, "florbins.md");
}
