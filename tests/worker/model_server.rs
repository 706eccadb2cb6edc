//! A language model's server on this machine that follows a script.
use crate::listener::{Call, listen};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    /// Pieces of a text, each after a pause.
    Says(Duration, Vec<&'static str>),
    /// A piece of a text, and then the connection is cut.
    Breaks(&'static str),
    /// What is no stream of events.
    Garbage,
    /// Takes the question and says nothing, until the client goes away.
    Silent,
}

/// The server. It ends with the test.
pub(crate) struct ModelServer {
    pub(crate) port: u16,
    script: Arc<Mutex<Script>>,
    log: Arc<Mutex<Vec<Request>>>,
}

/// What is answered, in this order, and what afterwards.
#[derive(Default)]
struct Script {
    next: VecDeque<Reply>,
    afterwards: Option<Reply>,
}

/// A request as it came, and when its answer was sent to the end, if it was.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The first line.
    pub(crate) line: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
    pub(crate) ended: Option<Instant>,
}

impl Script {
    fn take(&mut self) -> Reply {
        let next = self.next.pop_front().or_else(|| self.afterwards.clone());
        next.unwrap_or(Reply::Status(500))
    }
}

impl ModelServer {
    pub(crate) fn start() -> Self {
        let (script, log) = (Arc::default(), Arc::default());
        let theirs = (Arc::clone(&script), Arc::clone(&log));
        Self {
            port: listen(move |call| answer(call, &theirs.0, &theirs.1)),
            script,
            log,
        }
    }

    /// Adds to the script. What is not in it is answered with 500.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().next.extend(replies);
    }

    /// Says what answers everything that is not in the script.
    pub(crate) fn always(&self, reply: Reply) {
        self.script.lock().unwrap().afterwards = Some(reply);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

fn answer(mut call: Call, script: &Mutex<Script>, log: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let request = Request {
        line: call.line.clone(),
        headers: call.headers.clone(),
        body: call.json(),
        ended: None,
    };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request);
        log.len() - 1
    };
    let reply = script.lock().unwrap().take();
    let begin = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    match reply {
        Reply::Status(status) => call.reply(&format!("{status} X"), "", b"{}")?,
        Reply::Garbage => write!(call.connection, "{begin}<html>\n\ndata: nonsense\n\n")?,
        Reply::Silent => {
            write!(call.connection, "{begin}: thinking\n\n")?;
            call.wait_for_end();
        }
        Reply::Breaks(piece) => write!(call.connection, "{begin}{}", event(piece))?,
        Reply::Says(pause, pieces) => {
            write!(call.connection, "{begin}")?;
            for piece in pieces {
                thread::sleep(pause);
                write!(call.connection, "{}", event(piece))?;
                call.connection.flush()?;
            }
            write!(call.connection, "data: [DONE]\n\n")?;
        }
    }
    log.lock().unwrap()[number].ended = Some(Instant::now());
    Ok(())
}

fn event(piece: &str) -> String {
    format!(
        "data: {}\n\n",
        json!({ "choices": [{ "delta": { "content": piece } }] })
    )
}
