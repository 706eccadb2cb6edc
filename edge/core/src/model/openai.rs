//! A model that speaks OpenAI's chat completions, as OpenAI, Ollama, llama.cpp and vLLM do.
//!
//! See <https://platform.openai.com/docs/api-reference/chat/create>.
use super::events::{self, StreamItem};
use super::server::Server;
use crate::ports::{Fault, Fetcher, Incoming, Model, Prompt, TextStream};
use crate::settings::ModelServer;
use async_trait::async_trait;
use edge_model::report::without_values;
use futures_util::stream::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much of a refusal is read, in bytes.
const REFUSAL: usize = 4_096;
/// Little of it: answers are to say what stands in the passages.
const TEMPERATURE: f64 = 0.1;
/// Small models go on with the tags of the prompt when they have said what they know. Four is the most there may be.
const STOP: [&str; 4] = ["<passage", "</passage", "<question", "</question"];
/// What not every model takes.
const OPTIONAL: [&str; 3] = ["temperature", "max_tokens", "stop"];

/// A server that speaks the protocol.
pub struct OpenAi {
    server: Server,
    /// Whether it has refused the parameters that not every model takes.
    is_plain: AtomicBool,
}

impl OpenAi {
    /// Speaks to a server through a way out.
    pub fn new(fetcher: Arc<dyn Fetcher>, server: &ModelServer) -> Self {
        Self {
            server: Server::new(fetcher, server),
            is_plain: AtomicBool::new(false),
        }
    }

    async fn post(&self, prompt: &Prompt) -> Result<Incoming, Fault> {
        let mut body = json!({
            "model": self.server.model(),
            "messages": [
                { "role": "system", "content": prompt.system },
                { "role": "user", "content": prompt.user },
            ],
            "stream": true,
        });
        if !self.is_plain.load(Ordering::Relaxed)
            && let Some(members) = body.as_object_mut()
        {
            members.insert("temperature".into(), TEMPERATURE.into());
            members.insert("max_tokens".into(), prompt.max_tokens.into());
            members.insert("stop".into(), json!(STOP));
        }
        self.server.post("text/event-stream", &body).await
    }
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> &str {
        self.server.name()
    }

    async fn ask(&self, prompt: &Prompt) -> Result<TextStream, Fault> {
        let mut incoming = self.post(prompt).await?;
        if incoming.status == 400 && !self.is_plain.load(Ordering::Relaxed) {
            let mut refusal = Vec::new();
            while let Some(Ok(bytes)) = incoming.body.next().await
                && refusal.len() < REFUSAL
            {
                refusal.extend(bytes);
            }
            let refusal = String::from_utf8_lossy(&refusal).into_owned();
            if !OPTIONAL.iter().any(|it| refusal.contains(it)) {
                return Err(Fault::Status(400));
            }
            self.is_plain.store(true, Ordering::Relaxed);
            incoming = self.post(prompt).await?;
        }
        match incoming.status {
            200..=299 => Ok(events::text(incoming.body, stream_item)),
            status => Err(Fault::Status(status)),
        }
    }
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
}

/// Tells what the data of an event says.
///
/// # Errors
/// When it cannot be understood, or says that something went wrong.
pub fn stream_item(data: &str) -> Result<StreamItem, Fault> {
    if data.trim() == "[DONE]" {
        return Ok(StreamItem::End);
    }
    let chunk: Chunk = serde_json::from_str(data).map_err(|why| Fault::Garbled(without_values(&why.to_string())))?;
    if chunk.error.is_some() {
        return Err(Fault::Garbled("the server reported an error".into()));
    }
    let text = chunk.choices.into_iter().next().and_then(|it| it.delta.content);
    Ok(StreamItem::Text(text.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_understood() {
        let text = |it: &str| Ok(StreamItem::Text(it.into()));
        let table = [
            (r#"{"choices":[{"index":0,"delta":{"role":"assistant"}}]}"#, text("")),
            (
                r#"{"choices":[{"delta":{"content":" cat"},"finish_reason":null}]}"#,
                text(" cat"),
            ),
            (
                r#"{"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}"#,
                text(""),
            ),
            (r#"{"choices":[],"usage":{"total_tokens":7}}"#, text("")),
            ("[DONE]", Ok(StreamItem::End)),
        ];
        for (data, expected) in table {
            assert_eq!(stream_item(data), expected, "{data}");
        }
        for data in [
            "",
            "{",
            "null",
            "hello",
            r#"{"error":{"message":"overloaded"}}"#,
            r#"{"choices":3}"#,
        ] {
            assert!(matches!(stream_item(data), Err(Fault::Garbled(_))), "{data}");
        }
    }
}
