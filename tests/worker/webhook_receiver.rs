//! A customer's endpoint on this machine: takes deliveries, slowly, and keeps what came.
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A delivery as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Of the request line.
    pub(crate) path: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// The endpoint. It ends with the test. Paths below `/hang` take a request and say nothing.
pub(crate) struct WebhookReceiver {
    pub(crate) port: u16,
    log: Arc<Mutex<Vec<Received>>>,
}

impl WebhookReceiver {
    /// Starts it; it takes so long for each delivery.
    pub(crate) fn start(pause: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            log: Arc::default(),
        };
        let log = receiver.log.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let log = log.clone();
                // Whoever delivers may be killed meanwhile; that is the test's business.
                thread::spawn(move || answer(connection, pause, &log).ok());
            }
        });
        receiver
    }

    /// An address of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap().clone()
    }

    /// Waits until what came is enough.
    pub(crate) fn wait(&self, patience: Duration, is_enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let began = Instant::now();
        loop {
            let received = self.received();
            if is_enough(&received) {
                return received;
            }
            assert!(began.elapsed() < patience, "only {} came", received.len());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn answer(mut connection: TcpStream, pause: Duration, log: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body)?;
    let is_hanging = path.starts_with("/hang");
    log.lock().unwrap().push(Received {
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        at: Instant::now(),
    });
    if is_hanging {
        // Nothing follows the request, so reading ends when the connection does.
        reader.read_exact(&mut [0]).ok();
        return Ok(());
    }
    thread::sleep(pause);
    write!(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
    )
}
