//! A language model's server on this machine that follows a script.
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
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
    /// Takes the question and says nothing, until whoever asked goes away.
    Silent,
}

/// The server. It ends with the test.
pub(crate) struct ModelServer {
    pub(crate) port: u16,
    script: Arc<Mutex<VecDeque<Reply>>>,
    log: Arc<Mutex<Vec<Request>>>,
}

/// A request as it came, and when its answer was sent to the end, if it was.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Value,
    pub(crate) ended: Option<Instant>,
}

impl ModelServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            script: Arc::default(),
            log: Arc::default(),
        };
        let (script, log) = (server.script.clone(), server.log.clone());
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (script, log) = (script.clone(), log.clone());
                // Whoever asked may have gone; that is the test's business.
                thread::spawn(move || answer(connection, &script, &log).ok());
            }
        });
        server
    }

    /// Adds to the script. What is not in it is answered with 500.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().extend(replies);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

fn answer(
    mut connection: TcpStream,
    script: &Mutex<VecDeque<Reply>>,
    log: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = Request {
        head,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        ended: None,
    };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request);
        log.len() - 1
    };
    let reply = script.lock().unwrap().pop_front().unwrap_or(Reply::Status(500));
    let begin = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    match reply {
        Reply::Status(status) => {
            write!(
                connection,
                "HTTP/1.1 {status} X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
            )?;
        }
        Reply::Garbage => write!(connection, "{begin}<html>\n\ndata: nonsense\n\n")?,
        Reply::Silent => {
            write!(connection, "{begin}: thinking\n\n")?;
            // Nothing is sent after the question, so reading ends when the connection does.
            reader.read_exact(&mut [0]).ok();
        }
        Reply::Breaks(piece) => write!(connection, "{begin}{}", event(piece))?,
        Reply::Says(pause, pieces) => {
            write!(connection, "{begin}")?;
            for piece in pieces {
                thread::sleep(pause);
                write!(connection, "{}", event(piece))?;
                connection.flush()?;
            }
            write!(connection, "data: [DONE]\n\n")?;
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
