//! An embedder that is a Worker of the installation: there when it is bound, and answers go on when it is not any more.
use super::embedding::{QUESTION, asked, choose, embedding, finish, informed, world};
use crate::harness::World;
use crate::harness::shape::has;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_model::workspace::Embedder;
use serde_json::json;
use std::sync::Arc;

/// Binds these embedders instead of those of the settings, as a deployment does.
fn bind(world: &mut World, models: Vec<(Embedder, Arc<EmbeddingModel>)>) {
    world.app.embeddings = EmbeddingModels::new(models);
    world.router = edge_dialects::router(world.app.clone());
}

#[tokio::test]
async fn minilm_may_be_chosen_where_it_is_bound_and_answers_go_on_without_it() {
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
