//! The other ports, in memory and deterministic.
use async_trait::async_trait;
use edge_core::limit::Counters;
use edge_core::ports::{
    Assets, Blobs, Clock, Company, Crawls, Deliveries, Extracted, Hint, Jobs, Limiter, Mail, Mailer, Page, Parser,
    Random, Sitemap, Unread,
};
use edge_core::ports::{Outcome, Take};
use edge_core::{Error, Result};
use edge_model::{Timestamp, WorkspaceId};
use edge_store::deliveries::Endpoint;
use edge_store::retry::Pause;
use edge_store::sources::SourceRef;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A clock that stands until it is moved, but for a millisecond a look, so that rows have an order.
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Waits for nothing before it asks a database again.
pub(crate) struct NoPause;

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, _: Duration) {}
}

/// The same "random" bytes in every run (SplitMix64).
#[derive(Default)]
pub(crate) struct SeededRandom(AtomicU64);

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Blobs.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    pub(crate) fn keys(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    /// Returns every blob by its key.
    pub(crate) fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    /// Loses every blob, as no storage should.
    pub(crate) fn lose_all(&self) -> BTreeMap<String, Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    pub(crate) fn restore(&self, blobs: BTreeMap<String, Vec<u8>>) {
        self.0.lock().unwrap().extend(blobs);
    }
}

#[async_trait]
impl Blobs for Memory {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        assert!(
            bytes.len() <= 25 * 1024 * 1024 && key.len() <= 512,
            "beyond KV's limits: {key}"
        );
        self.0.lock().unwrap().insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        // A few at a time, as a storage with many keys does.
        let keys = self.keys().into_iter().filter(|it| it.starts_with(prefix));
        Ok(keys.take(3).collect())
    }
}

/// The shipped files, from where the build takes them.
pub(crate) struct Files;

#[async_trait]
impl Assets for Files {
    async fn read(&self, path: &str) -> Result<Vec<u8>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let file = match path.strip_prefix("model/") {
            Some(name) => root.join("shared/retrieval/model").join(name),
            None if path == "dashboard/" => root.join("dashboard/index.html"),
            None => root.join("public").join(path),
        };
        std::fs::read(&file).map_err(|why| Error::internal(format!("{}: {why}", file.display())))
    }
}

/// The parser, without a Worker around it.
pub(crate) struct Reader;

#[async_trait]
impl Parser for Reader {
    async fn document(&self, bytes: Vec<u8>, hint: &Hint, _: Company) -> Result<Extracted, Unread> {
        edge_extract::document_at_once(&bytes, hint).map_err(Unread::Refused)
    }

    async fn page(&self, bytes: &[u8], url: &str, media_type: &str, _: Company) -> Result<Page, Unread> {
        edge_extract::page_at_once(bytes, url, media_type).map_err(Unread::Refused)
    }

    async fn sitemap(&self, bytes: &[u8], _: Company) -> Result<Sitemap, Unread> {
        edge_extract::sitemap_at_once(bytes).map_err(Unread::Refused)
    }
}

/// The mails that were sent.
#[derive(Default)]
pub(crate) struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    is_failing: AtomicBool,
}

impl Mailbox {
    pub(crate) fn all(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Makes the next mail fail to leave.
    pub(crate) fn fail_next(&self) {
        self.is_failing.store(true, Ordering::Relaxed);
    }

    /// Returns the text of the newest mail to an address.
    fn newest_to(&self, email: &str) -> String {
        let mail = self.all().into_iter().rev().find(|it| it.to == email);
        mail.expect("a mail to the address").text
    }

    /// Returns the mails to an address, the oldest first.
    pub(crate) fn sent_to(&self, email: &str) -> Vec<Mail> {
        self.all().into_iter().filter(|it| it.to == email).collect()
    }

    /// Returns the path of the link of a kind in the newest mail to an address.
    pub(crate) fn link_for(&self, email: &str, kind: &str) -> String {
        let mail = self.sent_to(email).pop().expect("a mail to the address");
        let start = format!("{}/mail/{kind}/", super::PUBLIC_URL);
        let mut words = mail.text.split_whitespace();
        let link = words.find(|it| it.starts_with(&start)).expect("a link of the kind");
        link.trim_start_matches(super::PUBLIC_URL).to_owned()
    }

    /// Returns the code in the newest mail to an address.
    pub(crate) fn code_for(&self, email: &str) -> String {
        let text = self.newest_to(email);
        let is_code = |it: &&str| it.len() == 6 && it.bytes().all(|b| b.is_ascii_digit());
        text.lines()
            .find(is_code)
            .expect("a code on a line of its own")
            .to_owned()
    }

    /// Returns the token of the link in the newest mail to an address.
    pub(crate) fn token_for(&self, email: &str) -> String {
        let text = self.newest_to(email);
        let token = text.lines().find_map(|it| it.split_once("#token="));
        token.expect("a link on a line of its own").1.to_owned()
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<()> {
        if self.is_failing.swap(false, Ordering::Relaxed) {
            return Err(Error::unavailable("the mail could not be sent", "the line is down"));
        }
        self.mails.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

/// Counters.
pub(crate) struct CountingLimiter {
    clock: std::sync::Arc<SetClock>,
    scopes: Mutex<BTreeMap<String, Counters>>,
}

impl CountingLimiter {
    pub(crate) fn new(clock: std::sync::Arc<SetClock>) -> Self {
        Self {
            clock,
            scopes: Mutex::default(),
        }
    }

    /// Returns the scopes that have counters.
    pub(crate) fn scopes(&self) -> Vec<String> {
        self.scopes.lock().unwrap().keys().cloned().collect()
    }
}

#[async_trait]
impl Limiter for CountingLimiter {
    async fn take(&self, scope: &str, takes: &[Take]) -> Result<Outcome> {
        let now = self.clock.now();
        Ok(self
            .scopes
            .lock()
            .unwrap()
            .entry(scope.to_owned())
            .or_default()
            .take(takes, now))
    }

    async fn give_back(&self, scope: &str, names: &[String]) -> Result<()> {
        if let Some(counters) = self.scopes.lock().unwrap().get_mut(scope) {
            counters.give_back(names);
        }
        Ok(())
    }

    async fn forget(&self, scope: &str) -> Result<()> {
        self.scopes.lock().unwrap().remove(scope);
        Ok(())
    }
}

/// Who was woken.
#[derive(Default)]
pub(crate) struct RecordedWakes(
    Mutex<Vec<WorkspaceId>>,
    Mutex<Vec<Endpoint>>,
    Mutex<Vec<SourceRef>>,
    /// The workspace whose worker cannot be woken.
    Mutex<Option<String>>,
);

impl RecordedWakes {
    pub(crate) fn take(&self) -> Vec<WorkspaceId> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Makes every try to wake the worker of a workspace's jobs fail.
    pub(crate) fn fail_for(&self, workspace: &str) {
        *self.3.lock().unwrap() = Some(workspace.to_owned());
    }

    /// Returns the queues of mails among them, once each, and forgets these.
    pub(crate) fn take_mails(&self) -> Vec<WorkspaceId> {
        let mut all = self.0.lock().unwrap();
        let (mut mails, others): (Vec<_>, _) = all.drain(..).partition(|it| it.as_str().starts_with("mail_"));
        *all = others;
        mails.sort();
        mails.dedup();
        mails
    }

    /// Returns the sources whose crawler was woken.
    pub(crate) fn take_sources(&self) -> Vec<SourceRef> {
        std::mem::take(&mut self.2.lock().unwrap())
    }

    /// Returns the endpoints whose deliverer was woken.
    pub(crate) fn take_endpoints(&self) -> Vec<Endpoint> {
        std::mem::take(&mut self.1.lock().unwrap())
    }
}

#[async_trait]
impl Deliveries for RecordedWakes {
    async fn wake(&self, endpoint: &Endpoint) -> Result<()> {
        self.1.lock().unwrap().push(endpoint.clone());
        Ok(())
    }
}

#[async_trait]
impl Crawls for RecordedWakes {
    async fn wake(&self, source: &SourceRef) -> Result<()> {
        self.2.lock().unwrap().push(source.clone());
        Ok(())
    }
}

#[async_trait]
impl Jobs for RecordedWakes {
    async fn wake(&self, workspace: &WorkspaceId) -> Result<()> {
        if self.3.lock().unwrap().as_deref() == Some(workspace.as_str()) {
            return Err(Error::unavailable(
                "background work cannot be started",
                "it is on the move",
            ));
        }
        self.0.lock().unwrap().push(workspace.clone());
        Ok(())
    }
}
