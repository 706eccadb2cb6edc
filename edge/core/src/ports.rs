//! Everything outside, as small traits: the Worker implements them with bindings, the tests in memory.
mod limiter;
mod model;

use crate::Result;
use crate::ssrf::PublicUrl;
use async_trait::async_trait;
pub use edge_extract::{Extracted, FileKind, Hint, Page, Refusal, Sitemap};
use edge_model::event::{Event, EventKind};
use edge_model::webhook::WebhookForm;
use edge_model::{Timestamp, WorkspaceId};
use edge_store::deliveries::Endpoint;
use edge_store::sources::SourceRef;
use futures_core::Stream;
pub use limiter::{Limiter, Outcome, RateLimitStatus, Take, Window};
pub use model::{Embeddings, Fault, Model, Prompt, TextStream};
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The time.
#[async_trait]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Waits, without holding anything up.
    async fn sleep(&self, duration: Duration);
}

/// Randomness.
pub trait Random: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// Blobs under keys that are written once: uploads and index segments.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Returns the blob, or none when there is none under this key.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>>;
    async fn put(&self, key: &str, bytes: &[u8]) -> Result<()>;
    /// Deletes the blob; it is no error when there is none.
    async fn delete(&self, key: &str) -> Result<()>;
    /// Returns keys that begin so: all of them, or so many that it is worth asking again; none when there are none.
    async fn list(&self, prefix: &str) -> Result<Vec<String>>;
}

/// Files that are shipped with the product, such as the embedding model.
#[async_trait]
pub trait Assets: Send + Sync {
    /// Returns the file at a path like `model/tokenizer.json`.
    async fn read(&self, path: &str) -> Result<Vec<u8>>;
}

/// Mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    async fn send(&self, mail: &Mail) -> Result<()>;
}

/// A mail, plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Further headers: name and value, in ASCII.
    pub headers: Vec<(&'static str, String)>,
}

/// The workers of the `jobs` table, one for each workspace.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Makes the workspace's worker look at its jobs soon, also after a crash.
    ///
    /// Called before the batch that writes a job row as well as after it: the first call leaves a durable alarm
    /// behind, so that a crash between the two loses nothing; the second makes it quick.
    async fn wake(&self, workspace: &WorkspaceId) -> Result<()>;
}

/// The senders of deliveries, one for each endpoint.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Makes an endpoint's sender look soon at the deliveries that are due.
    async fn wake(&self, endpoint: &Endpoint) -> Result<()>;
}

/// The crawlers, one for each source.
#[async_trait]
pub trait Crawls: Send + Sync {
    /// Makes a source's crawler look soon at its next step, also after a crash.
    async fn wake(&self, source: &SourceRef) -> Result<()>;
}

/// How events look to endpoints: each dialect has its own words for them.
pub trait Envelopes: Send + Sync {
    /// Puts an event into the words of a form; none when the form has no word for it.
    fn envelope(&self, form: WebhookForm, event: &Event) -> Option<Envelope>;

    /// Returns a form's name of a kind, if it has one.
    fn event_name(&self, form: WebhookForm, kind: EventKind) -> Option<&'static str>;

    /// Returns what the names of the headers begin with that some form sets.
    fn header_prefixes(&self) -> Vec<&'static str>;
}

/// An event in the words of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub body: Vec<u8>,
    /// The header that holds the signature of the body.
    pub signature_header: &'static str,
    /// The header that names the event, where the dialect has one.
    pub event_header: Option<(&'static str, &'static str)>,
}

/// The way out to other hosts.
#[async_trait]
pub trait Fetcher: Send + Sync {
    /// Posts a body and returns once the head of the answer is there. A redirect is an answer and is not followed.
    async fn post(&self, outgoing: Outgoing) -> Result<Incoming, String>;

    /// Asks for an address and returns once the head of the answer is there. A redirect is an answer and is not
    /// followed.
    async fn get(&self, url: PublicUrl, headers: Vec<(Cow<'static, str>, String)>) -> Result<Answer, String>;
}

/// What a host answers that was asked for an address.
pub struct Answer {
    pub status: u16,
    /// By their names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: ByteStream,
}

/// A request to another host, whose URL has passed the guard.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub url: PublicUrl,
    pub headers: Vec<(Cow<'static, str>, String)>,
    pub body: Vec<u8>,
}

/// What another host answers.
pub struct Incoming {
    pub status: u16,
    /// The header of this name.
    pub retry_after: Option<String>,
    pub body: ByteStream,
}

/// Bytes as they come. Dropping the stream ends the connection.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Vec<u8>, String>> + Send>>;

/// Reads files in an isolate of its own, so that a hostile file harms no other request.
#[async_trait]
pub trait Parser: Send + Sync {
    /// Returns the text of a file.
    ///
    /// # Errors
    /// When the file is at fault, or the parser is.
    async fn document(&self, bytes: Vec<u8>, hint: &Hint, company: Company) -> Result<Extracted, Unread>;

    /// Reads a page of a website, which was found at `url` and came with this media type.
    ///
    /// # Errors
    /// When the page is at fault, or the parser is.
    async fn page(&self, bytes: &[u8], url: &str, media_type: &str, company: Company) -> Result<Page, Unread>;

    /// Reads a sitemap, packed or not.
    ///
    /// # Errors
    /// When the sitemap is at fault, or the parser is.
    async fn sitemap(&self, bytes: &[u8], company: Company) -> Result<Sitemap, Unread>;
}

/// What else may be worked on in the same isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Whatever else there is to do.
    Shared,
    /// Nothing, so that a crash has one possible cause.
    Alone,
}

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is at fault itself.
    Refused(Refusal),
    /// The parser crashed: over it, or over something else that it read at the same time.
    Crashed(String),
    /// The parser has enough to do; later it may have less.
    Busy,
}

/// A future that may outlive the response.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs futures that must be finished whether or not the caller stays. One per request.
#[derive(Clone)]
pub struct Background(Arc<dyn Fn(Task) + Send + Sync>);

impl Background {
    /// Wraps the platform's way of doing it.
    pub fn new(spawn: impl Fn(Task) + Send + Sync + 'static) -> Self {
        Self(Arc::new(spawn))
    }

    /// Runs a future to its end.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        (self.0)(Box::pin(task));
    }
}

/// Tells whether the caller has left. One per request.
#[derive(Clone, Debug, Default)]
pub struct ClientDisconnect(Arc<AtomicBool>);

impl ClientDisconnect {
    /// Says that the caller has left.
    pub fn announce(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Tells whether the caller has left.
    pub fn is_disconnected(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What an operation needs of the request that asks for an answer.
#[derive(Clone)]
pub struct RequestContext {
    pub background: Background,
    pub disconnect: ClientDisconnect,
}
