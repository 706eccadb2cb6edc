//! A server of embeddings behind the port `Fetcher`: it knows a few words that no document has, and misbehaves on
//! demand.
use async_trait::async_trait;
use edge_core::ports::{Answer, Fetcher, Incoming, Outgoing};
use edge_core::ssrf::PublicUrl;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Mutex;

/// How the server behaves, until it is told otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    #[default]
    Right,
    /// Answers so many requests as it should, and hangs from then on.
    HangsAfter(usize),
    Refuses,
    Status(u16),
    Hangs,
    /// The answer begins and does not end.
    Stalls,
    OneDimensionMore,
    TooFew,
    Zeros,
    NotANumber,
    Garbage,
}

#[derive(Default)]
pub(crate) struct EmbeddingServer {
    behavior: Mutex<Behavior>,
    requests: Mutex<Vec<Outgoing>>,
}

/// Words of the same meaning are in one row.
const MEANINGS: [&[&str]; 4] = [
    &["glimworth", "zyxel"],
    &["florbin", "quandle"],
    &["brumpet", "oddwick"],
    &["tarnock", "velmish"],
];

/// Returns a vector of five numbers: how often each meaning is in the text, and that it is a text.
fn vector(text: &str) -> Vec<f64> {
    let text = text.to_lowercase();
    let count = |words: &&[&str]| words.iter().map(|word| text.matches(word).count()).sum::<usize>() as f64;
    MEANINGS.iter().map(count).chain([0.2]).collect()
}

impl EmbeddingServer {
    pub(crate) fn behave(&self, behavior: Behavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    pub(crate) fn requests(&self) -> Vec<Outgoing> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns every text that was sent, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let texts = |it: &Outgoing| -> Vec<String> {
            let body: Value = serde_json::from_slice(&it.body).unwrap();
            let input = body["input"].as_array().unwrap().clone();
            input.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        self.requests().iter().flat_map(texts).collect()
    }
}

#[async_trait]
impl Fetcher for EmbeddingServer {
    async fn post(&self, outgoing: Outgoing) -> Result<Incoming, String> {
        let body: Value = serde_json::from_slice(&outgoing.body).unwrap();
        let texts = body["input"].as_array().unwrap().clone();
        self.requests.lock().unwrap().push(outgoing);
        let behavior = {
            let mut behavior = self.behavior.lock().unwrap();
            match *behavior {
                Behavior::HangsAfter(0) => Behavior::Hangs,
                Behavior::HangsAfter(left) => {
                    *behavior = Behavior::HangsAfter(left - 1);
                    Behavior::Right
                }
                other => other,
            }
        };
        let mut vectors: Vec<Vec<f64>> = texts.iter().map(|it| vector(it.as_str().unwrap())).collect();
        match behavior {
            Behavior::Refuses => return Err("connection refused".into()),
            Behavior::Hangs => std::future::pending().await,
            Behavior::OneDimensionMore => vectors.iter_mut().for_each(|it| it.push(0.5)),
            Behavior::TooFew => drop(vectors.pop()),
            Behavior::Zeros => vectors.iter_mut().for_each(|it| it.fill(0.0)),
            _ => {}
        }
        // Backwards, since nothing says that the order is kept.
        let data = vectors.iter().enumerate().rev();
        let data = data.map(|(index, it)| json!({ "object": "embedding", "index": index, "embedding": it }));
        let answer = json!({ "object": "list", "data": data.collect::<Vec<_>>() }).to_string();
        let (status, answer) = match behavior {
            Behavior::Status(status) => (status, r#"{"error":{"message":"canary-of-the-server"}}"#.to_owned()),
            Behavior::NotANumber => (200, answer.replace("0.2", "NaN")),
            Behavior::Garbage => (200, "<html>".to_owned()),
            _ => (200, answer),
        };
        let pieces = answer
            .into_bytes()
            .chunks(100)
            .map(|it| Ok(it.to_vec()))
            .collect::<Vec<_>>();
        let body = match behavior {
            Behavior::Stalls => stream::iter(pieces.into_iter().take(1))
                .chain(stream::pending())
                .boxed(),
            _ => stream::iter(pieces).boxed(),
        };
        Ok(Incoming {
            status,
            retry_after: None,
            body,
        })
    }

    async fn get(&self, _: PublicUrl, _: Vec<(Cow<'static, str>, String)>) -> Result<Answer, String> {
        Err("connection refused".into())
    }
}
