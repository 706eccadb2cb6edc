//! A server of embeddings on this machine: it knows that some words mean the same, and can be slow, broken or silent.
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How the server behaves, until it is told otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Answers after a pause.
    Right(Duration),
    Status(u16),
    /// Takes the texts and says nothing, until whoever asked goes away.
    Silent,
}

/// The server. It ends with the test.
pub(crate) struct EmbeddingServer {
    pub(crate) port: u16,
    manner: Arc<Mutex<Manner>>,
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
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            manner: Arc::new(Mutex::new(Manner::Right(Duration::ZERO))),
            texts: Arc::default(),
        };
        let (manner, texts) = (server.manner.clone(), server.texts.clone());
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (manner, texts) = (manner.clone(), texts.clone());
                // Whoever asked may have gone; that is the test's business.
                thread::spawn(move || answer(connection, &manner, &texts).ok());
            }
        });
        server
    }

    pub(crate) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub(crate) fn texts(&self) -> usize {
        self.texts.load(Ordering::Relaxed)
    }
}

fn answer(mut connection: TcpStream, manner: &Mutex<Manner>, texts: &AtomicUsize) -> std::io::Result<()> {
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
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let input: Vec<&str> = body["input"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    texts.fetch_add(input.len(), Ordering::Relaxed);
    let manner = *manner.lock().unwrap();
    let (status, answer) = match manner {
        _ if !head.starts_with("POST /v1/embeddings HTTP/1.1") => (404, json!({})),
        Manner::Status(status) => (status, json!({})),
        Manner::Silent => {
            // Nothing is sent after the texts, so reading ends when the connection does.
            reader.read_exact(&mut [0]).ok();
            return Ok(());
        }
        Manner::Right(pause) => {
            thread::sleep(pause);
            let data = input.iter().enumerate();
            let data = data.map(|(index, text)| json!({ "index": index, "embedding": vector(text) }));
            (200, json!({ "data": data.collect::<Vec<_>>() }))
        }
    };
    let answer = answer.to_string();
    write!(
        connection,
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}
