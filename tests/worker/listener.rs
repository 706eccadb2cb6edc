//! What the servers on this machine that a Worker asks have in common: connections come in, requests are read.
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A request, and the connection to answer it on.
pub(crate) struct Call {
    /// The first line, such as `GET / HTTP/1.1`.
    pub(crate) line: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    reader: BufReader<TcpStream>,
    pub(crate) connection: TcpStream,
}

/// Answers each connection in a thread of its own, until the test ends. Returns the port.
pub(crate) fn listen(answer: impl Fn(Call) -> Result<()> + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            // The client may have gone, or been killed; that is the test's business.
            thread::spawn(move || Call::read(connection).and_then(answer).ok());
        }
    });
    port
}

impl Call {
    fn read(connection: TcpStream) -> Result<Self> {
        let mut reader = BufReader::new(connection.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|it| it.parse().ok());
        let mut body = vec![0; length.unwrap_or_default()];
        reader.read_exact(&mut body)?;
        Ok(Self {
            line: line.trim_end().to_owned(),
            headers,
            body,
            reader,
            connection,
        })
    }

    /// What is asked for.
    pub(crate) fn path(&self) -> String {
        self.line.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Waits until the client goes away.
    pub(crate) fn wait_for_end(&mut self) {
        // Nothing follows the request, so reading ends when the connection does.
        self.reader.read_exact(&mut [0]).ok();
    }

    /// Answers with a body of known length, after these lines of the head.
    pub(crate) fn reply(&mut self, status: &str, head: &str, body: &[u8]) -> Result<()> {
        let length = body.len();
        write!(
            self.connection,
            "HTTP/1.1 {status}\r\n{head}content-length: {length}\r\nconnection: close\r\n\r\n"
        )?;
        self.connection.write_all(body)
    }
}
