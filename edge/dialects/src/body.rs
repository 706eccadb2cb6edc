//! Bodies as they come: bounded in length, in time and in memory.
use crate::headers::{address, length_of};
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use edge_core::memory::{MemoryBudget, Reservation, SHORT_BODY};
use edge_core::{App, Error, Kind, Result};
use edge_model::Timestamp;
use futures_util::future::{Either, select};
use futures_util::{Stream, stream};
use http_body_util::{BodyExt as _, LengthLimitError};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// How long a body may pause.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// How fast a body must come on average once it took longer than that, in bytes per second: 20 MiB within 11 minutes.
const MIN_RATE: u64 = 32 * 1024;

/// A body that is being received.
pub(crate) struct Incoming {
    app: App,
    body: Body,
    began: Timestamp,
    received: usize,
    limit: usize,
    too_large: fn(usize) -> Error,
}

impl Incoming {
    /// Begins to receive the body of a request, of at most `limit` bytes; `too_large` refuses more.
    ///
    /// # Errors
    /// [`Kind::TooLarge`], told by the announced length.
    pub(crate) fn new(app: &App, request: Request, limit: usize, too_large: fn(usize) -> Error) -> Result<Self> {
        if length_of(request.headers()).is_some_and(|it| it > limit) {
            return Err(too_large(limit));
        }
        Ok(Self {
            app: app.clone(),
            body: request.into_body(),
            began: app.now(),
            received: 0,
            limit,
            too_large,
        })
    }

    /// Returns the next piece; none at the end.
    ///
    /// # Errors
    /// [`Kind::TooLarge`], [`Kind::TooSlow`]; [`Kind::Malformed`] when the body ends early.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let idle = self.app.clock.sleep(IDLE_TIMEOUT);
            let frame = match select(pin!(self.body.frame()), idle).await {
                Either::Left((frame, _)) => frame,
                Either::Right(_) => return Err(too_slow()),
            };
            let Some(frame) = frame else {
                return Ok(None);
            };
            let frame = frame.map_err(|why| match is_too_long(&why) {
                true => (self.too_large)(self.limit),
                false => Error::new(Kind::Malformed, "the body ended early"),
            })?;
            // Trailers do not exist here.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            self.received = self.received.saturating_add(data.len());
            if self.received > self.limit {
                return Err((self.too_large)(self.limit));
            }
            self.check_rate()?;
            return Ok(Some(data));
        }
    }

    fn check_rate(&self) -> Result<()> {
        let late = self.app.now().since(self.began).saturating_sub(IDLE_TIMEOUT);
        let least = late.as_secs().saturating_mul(MIN_RATE);
        match u64::try_from(self.received).unwrap_or(u64::MAX) < least {
            true => Err(too_slow()),
            false => Ok(()),
        }
    }

    /// Returns the pieces as a stream.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send {
        stream::unfold(self, |mut body| async move {
            let next = body.next().await.transpose()?;
            Some((next, body))
        })
    }
}

fn too_slow() -> Error {
    Error::new(Kind::TooSlow, "the body came too slowly")
}

fn is_too_long(why: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(why), |it| it.source()).any(|it| it.is::<LengthLimitError>())
}

/// Who was let in and sends a body: the id of an account, or of a program's workspace. Those who let a caller in leave
/// it with the request.
#[derive(Clone, Debug)]
pub(crate) struct LetIn(pub(crate) String);

/// Returns the part of the budget that is for a request's body: the caller's, or the network's of callers who are known
/// only when their body has been read.
pub(crate) fn budget(app: &App, request: &Request) -> Arc<MemoryBudget> {
    match request.extensions().get::<LetIn>() {
        Some(LetIn(id)) => app.memory.bodies.of(id),
        None => app.memory.strangers_bodies.of(address(request.headers()).block()),
    }
}

/// Returns the part of the budget that is for the file in a request.
///
/// # Errors
/// [`edge_core::Kind::Internal`] when the caller was not authenticated before.
pub(crate) fn upload_budget(app: &App, request: &Request) -> Result<Arc<MemoryBudget>> {
    let caller = request.extensions().get::<LetIn>();
    let LetIn(id) = caller.ok_or_else(|| Error::internal("a file is read before its sender was let in"))?;
    Ok(app.memory.uploads.of(id))
}

/// Bytes that grow piece by piece, reserved before they are allocated. Short ones are not reserved.
pub(crate) struct Growing {
    bytes: Vec<u8>,
    /// How many `bytes` may hold without growing.
    capacity: usize,
    /// Of as many; none while they are short.
    memory: Option<Reservation>,
    budget: Arc<MemoryBudget>,
    /// What holds old and new bytes while they are moved.
    all: Arc<MemoryBudget>,
    /// How many there will be, as far as is known.
    expected: usize,
}

/// By which part bytes grow beyond what has come, at least.
const GROWTH: usize = 4;

impl Growing {
    /// Begins with nothing, within a budget. More than `expected` bytes are allocated only when more have come.
    pub(crate) fn new(app: &App, budget: Arc<MemoryBudget>, expected: usize) -> Self {
        Self {
            bytes: Vec::new(),
            capacity: 0,
            memory: None,
            budget,
            all: app.memory.all.clone(),
            expected,
        }
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] when there is no memory for it.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<()> {
        let needed = self.bytes.len().saturating_add(piece.len());
        if needed > self.capacity {
            self.grow(needed)?;
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    fn grow(&mut self, needed: usize) -> Result<()> {
        let most = self.expected.max(needed);
        let ample = self.capacity.saturating_add(self.capacity / GROWTH);
        let capacity = needed.max(ample).max(SHORT_BODY).min(most);
        // Both the old and the new bytes are there for a moment.
        let _moving = match &mut self.memory {
            Some(memory) => {
                let moving = self.all.reserve(memory.bytes())?;
                memory.grow(capacity - memory.bytes())?;
                Some(moving)
            }
            None => {
                self.memory = reserve(&self.budget, capacity)?;
                None
            }
        };
        let reserved = self.bytes.try_reserve_exact(capacity - self.bytes.len());
        reserved.map_err(Error::out_of_memory)?;
        self.capacity = capacity;
        Ok(())
    }

    /// Returns the bytes, and what they reserve.
    pub(crate) fn finish(self) -> (Vec<u8>, Option<Reservation>) {
        (self.bytes, self.memory)
    }
}

/// Reserves what a body takes that has come; nothing for a short one.
///
/// # Errors
/// [`Kind::Unavailable`] when there is no memory for it.
pub(crate) fn reserve(budget: &Arc<MemoryBudget>, length: usize) -> Result<Option<Reservation>> {
    match length <= SHORT_BODY {
        true => Ok(None),
        false => Ok(Some(budget.reserve(length)?)),
    }
}
