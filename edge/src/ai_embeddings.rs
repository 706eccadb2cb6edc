//! [`Embeddings`] over the `ai` binding: a model of Workers AI that turns texts into vectors.
//!
//! See <https://developers.cloudflare.com/workers-ai/models/bge-small-en-v1.5/>.
use async_trait::async_trait;
use edge_core::ports::Embeddings;
use edge_core::ports::Fault;
use serde::{Deserialize, Serialize};
use worker::Ai;

/// How many texts are sent at once; the platform takes a hundred.
const BATCH: usize = 64;

/// A model of the platform's.
pub(crate) struct WorkersAiEmbeddings {
    ai: Ai,
    model: String,
    name: String,
}

impl WorkersAiEmbeddings {
    /// Asks the model of this name, such as `@cf/baai/bge-small-en-v1.5`.
    pub(crate) fn new(ai: Ai, model: &str) -> Self {
        Self {
            ai,
            model: model.into(),
            name: format!("workers-ai:{model}"),
        }
    }
}

#[derive(Serialize)]
struct Input<'a> {
    text: &'a [String],
}

#[derive(Deserialize)]
struct Output {
    data: Vec<Vec<f32>>,
}

#[async_trait]
impl Embeddings for WorkersAiEmbeddings {
    fn name(&self) -> &str {
        &self.name
    }

    fn batch(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        let asked = self.ai.run(&self.model, Input { text: texts }).await;
        let output: Output = asked.map_err(|why| Fault::Connection(why.to_string()))?;
        Ok(output.data)
    }
}
