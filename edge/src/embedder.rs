//! [`Embeddings`] over the service binding to the Worker that runs all-MiniLM-L6-v2.
use crate::js;
use async_trait::async_trait;
use edge_core::ports::Embeddings;
use edge_core::ports::Fault;
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use worker::send::IntoSendFuture as _;
use worker::{Fetcher, Method, RequestInit};

/// How many texts are sent at once: passages of 200 words, a quarter of a second each, are to come in a few seconds.
const BATCH: usize = 8;

/// The `EMBEDDER` binding.
pub(crate) struct ServiceEmbeddings(Fetcher);

impl ServiceEmbeddings {
    /// Wraps the binding.
    pub(crate) fn new(service: Fetcher) -> Self {
        Self(service)
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        let body = serde_json::to_vec(texts).map_err(|why| Fault::Garbled(why.to_string()))?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_body(Some(Uint8Array::from(body.as_slice()).into()));
        // The binding ignores the host, and wants one.
        let response = self.0.fetch("https://embedder.local/embeddings", Some(init)).await;
        let response = response.map_err(|why| Fault::Connection(why.to_string()))?;
        let response = web_sys::Response::from(response);
        if response.status() != 200 {
            return Err(Fault::Status(response.status()));
        }
        let buffer = async { JsFuture::from(response.array_buffer()?).await };
        let buffer = buffer.await.map_err(|why| Fault::Connection(js::message(&why)))?;
        serde_json::from_slice(&Uint8Array::new(&buffer).to_vec()).map_err(|why| Fault::Garbled(why.to_string()))
    }
}

#[async_trait]
impl Embeddings for ServiceEmbeddings {
    /// Names the form of the weights as well: vectors of another one would be compared with these otherwise.
    fn name(&self) -> &'static str {
        "minilm:all-MiniLM-L6-v2-int8"
    }

    fn batch(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        self.ask(texts).into_send().await
    }
}
