//! A language model's server that follows a script, behind the port of the way out.
use async_trait::async_trait;
use edge_core::ports::{Answer, Fetcher, Incoming, Outgoing};
use edge_core::ssrf::PublicUrl;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// There is no connection.
    Refused,
    /// The connection is taken and nothing comes.
    Silent,
    Status(u16, &'static str),
    Stream(Vec<Act>),
}

/// What it does within an answer. One that ends without [`Act::Done`] breaks off.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// A piece of the text.
    Say(String),
    Raw(Vec<u8>),
    /// Waits until the test lets it go on.
    Wait,
    Hang,
    Reset,
    Done,
}

/// An answer in these pieces.
pub(crate) fn says(pieces: &[&str]) -> Reply {
    let says = pieces.iter().map(|it| Act::Say((*it).to_owned()));
    Reply::Stream(says.chain([Act::Done]).collect())
}

#[derive(Default)]
pub(crate) struct ModelServer {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Outgoing>>,
    /// Lets [`Act::Wait`] go on.
    pub(crate) gate: Arc<Notify>,
    open: Arc<AtomicUsize>,
}

impl ModelServer {
    /// Adds to the script. What is not in it is refused.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub(crate) fn requests(&self) -> Vec<Outgoing> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the body of the newest request.
    pub(crate) fn asked(&self) -> Value {
        serde_json::from_slice(&self.requests().last().expect("a request").body).unwrap()
    }

    /// Returns how many answers are still being read.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

/// Counts an answer for as long as it is read.
struct Reader(Arc<AtomicUsize>);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn event(text: &str) -> Vec<u8> {
    let chunk = json!({ "object": "chat.completion.chunk", "choices": [{ "index": 0, "delta": { "content": text } }] });
    format!("data: {chunk}\n\n").into_bytes()
}

#[async_trait]
impl Fetcher for ModelServer {
    async fn post(&self, outgoing: Outgoing) -> Result<Incoming, String> {
        self.requests.lock().unwrap().push(outgoing);
        let reply = self.replies.lock().unwrap().pop_front().unwrap_or(Reply::Refused);
        let (status, acts) = match reply {
            Reply::Refused => return Err("connection refused".into()),
            Reply::Silent => std::future::pending().await,
            Reply::Status(status, body) => (status, vec![Act::Raw(body.into())]),
            Reply::Stream(acts) => (200, acts),
        };
        self.open.fetch_add(1, Ordering::Relaxed);
        let (reader, gate) = (Reader(self.open.clone()), self.gate.clone());
        let body = stream::unfold((acts.into_iter(), reader, gate), |(mut acts, reader, gate)| async {
            // As long as it takes a network.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let next = match acts.next()? {
                Act::Say(text) => Ok(event(&text)),
                Act::Raw(bytes) => Ok(bytes),
                Act::Wait => {
                    gate.notified().await;
                    Ok(vec![])
                }
                Act::Hang => std::future::pending().await,
                Act::Reset => Err("connection reset".to_owned()),
                Act::Done => Ok(b"data: [DONE]\n\n".to_vec()),
            };
            Some((next, (acts, reader, gate)))
        });
        Ok(Incoming {
            status,
            retry_after: None,
            body: body.boxed(),
        })
    }

    async fn get(&self, _: PublicUrl, _: Vec<(Cow<'static, str>, String)>) -> Result<Answer, String> {
        Err("connection refused".into())
    }
}
