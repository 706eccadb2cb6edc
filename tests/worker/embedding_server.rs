//! A server of embeddings on this machine: it knows that some words mean the same, and can be slow, broken or silent.
use crate::listener::{Call, listen};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How the server behaves, until it is told otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behavior {
    /// Answers after a pause.
    Right(Duration),
    Status(u16),
    /// Takes the texts and says nothing, until the client goes away.
    Silent,
}

/// The server. It ends with the test.
pub(crate) struct EmbeddingServer {
    pub(crate) port: u16,
    behavior: Arc<Mutex<Behavior>>,
    /// How many texts were sent.
    texts: Arc<AtomicUsize>,
}

/// Words of the same meaning are in one row.
const MEANINGS: [&[&str]; 3] = [
    &["glimworth", "zyxel"],
    &["florbin", "quandle"],
    &["brumpet", "oddwick"],
];

fn vector(text: &str) -> Vec<f64> {
    let text = text.to_lowercase();
    let count = |words: &&[&str]| words.iter().map(|word| text.matches(word).count()).sum::<usize>() as f64;
    MEANINGS.iter().map(count).chain([0.2]).collect()
}

impl EmbeddingServer {
    pub(crate) fn start() -> Self {
        let (behavior, texts) = (Arc::new(Mutex::new(Behavior::Right(Duration::ZERO))), Arc::default());
        let theirs = (behavior.clone(), Arc::clone(&texts));
        Self {
            port: listen(move |call| answer(call, &theirs.0, &theirs.1)),
            behavior,
            texts,
        }
    }

    pub(crate) fn behave(&self, behavior: Behavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    pub(crate) fn texts(&self) -> usize {
        self.texts.load(Ordering::Relaxed)
    }
}

fn answer(mut call: Call, behavior: &Mutex<Behavior>, texts: &AtomicUsize) -> std::io::Result<()> {
    let body = call.json();
    let input: Vec<&str> = body["input"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    texts.fetch_add(input.len(), Ordering::Relaxed);
    let behavior = *behavior.lock().unwrap();
    let (status, answer) = match behavior {
        _ if call.line != "POST /v1/embeddings HTTP/1.1" => (404, json!({})),
        Behavior::Status(status) => (status, json!({})),
        Behavior::Silent => {
            call.wait_for_end();
            return Ok(());
        }
        Behavior::Right(pause) => {
            thread::sleep(pause);
            let data = input.iter().enumerate();
            let data = data.map(|(index, text)| json!({ "index": index, "embedding": vector(text) }));
            (200, json!({ "data": data.collect::<Vec<_>>() }))
        }
    };
    call.reply(
        &format!("{status} X"),
        "content-type: application/json\r\n",
        answer.to_string().as_bytes(),
    )
}
