//! A customer's endpoint on this machine: takes deliveries, slowly, and keeps what came.
use crate::listener::{Call, listen};
use std::collections::BTreeMap;
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

/// The endpoint. It ends with the test. Paths below `/hang` take a request and say nothing, and those below `/quiet`
/// take it without a word.
pub(crate) struct WebhookReceiver {
    pub(crate) port: u16,
    log: Arc<Mutex<Vec<Received>>>,
}

impl WebhookReceiver {
    /// Starts it; it takes so long for each delivery.
    pub(crate) fn start(pause: Duration) -> Self {
        let log = Arc::default();
        let theirs = Arc::clone(&log);
        Self {
            port: listen(move |call| answer(call, pause, &theirs)),
            log,
        }
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

fn answer(mut call: Call, pause: Duration, log: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let path = call.path();
    let is_hanging = path.starts_with("/hang");
    let is_quiet = path.starts_with("/quiet");
    log.lock().unwrap().push(Received {
        path,
        headers: call.headers.clone(),
        body: String::from_utf8_lossy(&call.body).into_owned(),
        at: Instant::now(),
    });
    if is_hanging {
        call.wait_for_end();
        return Ok(());
    }
    thread::sleep(pause);
    if is_quiet {
        return call.reply("204 No Content", "", b"");
    }
    call.reply("200 OK", "", b"ok")
}
