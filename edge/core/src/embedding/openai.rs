//! A model that speaks OpenAI's embeddings, as OpenAI, Ollama, llama.cpp and vLLM do.
//!
//! See <https://platform.openai.com/docs/api-reference/embeddings/create>.
use crate::model::server::Server;
use crate::ports::{Embeddings, Fault, Fetcher};
use crate::settings::ModelServer;
use async_trait::async_trait;
use edge_model::report::without_values;
use futures_util::stream::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// How many texts are sent at once.
const BATCH: usize = 32;
/// How much of an answer is read, in bytes: 32 vectors of 4,096 numbers with twenty digits are less.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// A server that speaks the protocol.
pub struct OpenAiEmbeddings(Server);

impl OpenAiEmbeddings {
    /// Speaks to a server through a way out.
    pub fn new(fetcher: Arc<dyn Fetcher>, server: &ModelServer) -> Self {
        Self(Server::new(fetcher, server))
    }
}

#[async_trait]
impl Embeddings for OpenAiEmbeddings {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn batch(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        let body = json!({ "model": self.0.model(), "input": texts, "encoding_format": "float" });
        let mut incoming = self.0.post("application/json", &body).await?;
        if !(200..=299).contains(&incoming.status) {
            return Err(Fault::Status(incoming.status));
        }
        let mut answer = Vec::new();
        while let Some(bytes) = incoming.body.next().await {
            answer.extend(bytes.map_err(Fault::Connection)?);
            if answer.len() > MAX_ANSWER_BYTES {
                return Err(Fault::Endless);
            }
        }
        said(&answer)
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Datum>,
}

#[derive(Deserialize)]
struct Datum {
    index: usize,
    embedding: Vec<f32>,
}

/// Returns the vectors in the order of the texts; servers may answer in another.
fn said(answer: &[u8]) -> Result<Vec<Vec<f32>>, Fault> {
    let answer: Answer =
        serde_json::from_slice(answer).map_err(|why| Fault::Garbled(without_values(&why.to_string())))?;
    let mut data = answer.data;
    data.sort_by_key(|it| it.index);
    if data.iter().enumerate().any(|(place, it)| it.index != place) {
        return Err(Fault::Garbled("a vector is of no text, or two are of one".into()));
    }
    Ok(data.into_iter().map(|it| it.embedding).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_put_in_order_and_what_is_no_answer_is_refused() {
        let answer =
            r#"{"object":"list","data":[{"index":1,"embedding":[2.5]},{"index":0,"embedding":[1]}],"usage":{}}"#;
        assert_eq!(said(answer.as_bytes()), Ok(vec![vec![1.0], vec![2.5]]));
        for wrong in [
            "",
            "null",
            "<html>",
            r#"{"error":{"message":"no"}}"#,
            r#"{"data":[{"index":0,"embedding":"AAAA"}]}"#,
            r#"{"data":[{"index":0,"embedding":[null]}]}"#,
            r#"{"data":[{"index":0,"embedding":[NaN]}]}"#,
            r#"{"data":[{"index":1,"embedding":[1]}]}"#,
            r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
        ] {
            assert!(matches!(said(wrong.as_bytes()), Err(Fault::Garbled(_))), "{wrong}");
        }
    }
}
