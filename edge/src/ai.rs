//! [`Model`] over the `ai` binding: a text model of Workers AI.
//!
//! See <https://developers.cloudflare.com/workers-ai/features/prompting/>.
use crate::fetcher::incoming;
use async_trait::async_trait;
use edge_core::model::events::{self, StreamItem};
use edge_core::ports::{Fault, Prompt};
use edge_core::ports::{Model, TextStream};
use serde::{Deserialize, Serialize};
use worker::Ai;

/// A model of the platform's.
pub(crate) struct WorkersAi {
    ai: Ai,
    model: String,
    name: String,
}

impl WorkersAi {
    /// Asks the model of this name, such as `@cf/meta/llama-3.1-8b-instruct-fast`.
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
    messages: [Message<'a>; 2],
    max_tokens: u32,
    temperature: f64,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[async_trait]
impl Model for WorkersAi {
    fn name(&self) -> &str {
        &self.name
    }

    async fn ask(&self, prompt: &Prompt) -> Result<TextStream, Fault> {
        let message = |role, content| Message { role, content };
        let input = Input {
            messages: [message("system", prompt.system.as_str()), message("user", &prompt.user)],
            max_tokens: prompt.max_tokens,
            temperature: 0.1,
            stream: true,
        };
        let asked = self.ai.run_bytes(&self.model, input).await;
        let bytes = asked.map_err(|why| Fault::Connection(why.to_string()))?;
        // Dropping the stream cancels it; there is no connection of ours to end.
        Ok(events::text(incoming(bytes, None), stream_item))
    }
}

/// The data of an event: older models send `response`, newer ones what OpenAI sends.
#[derive(Deserialize)]
struct Chunk {
    response: Option<String>,
}

fn stream_item(data: &str) -> Result<StreamItem, Fault> {
    if let Ok(Chunk { response: Some(text) }) = serde_json::from_str(data) {
        return Ok(StreamItem::Text(text));
    }
    edge_core::model::openai::stream_item(data)
}
