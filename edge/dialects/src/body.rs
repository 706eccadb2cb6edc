//! Bodies as they come: bounded in length, in time and in memory.
use crate::extract::length_of;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use edge_core::memory::{MemoryBudget, Reservation};
use edge_core::{App, Error, Kind, Result};
use edge_model::Timestamp;
use futures_util::future::{Either, select};
use futures_util::{Stream, stream};
use http_body_util::{BodyExt as _, LengthLimitError};
use std::pin::pin;
use std::sync::Arc;

/// How long a body may pause, in milliseconds.
const IDLE_TIMEOUT: u32 = 15_000;
/// How fast a body must come on average once it took longer than that, in bytes per second: 20 MiB within 11 minutes.
const MIN_RATE: i64 = 32 * 1024;

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
        let late = self.app.now().0 - self.began.0 - i64::from(IDLE_TIMEOUT);
        let least = late.max(0) / 1_000 * MIN_RATE;
        match i64::try_from(self.received).unwrap_or(i64::MAX) < least {
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

/// Bytes that grow piece by piece, reserved before they are allocated.
pub(crate) struct Growing {
    bytes: Vec<u8>,
    /// Of what `bytes` may hold without growing.
    memory: Reservation,
    /// What holds old and new bytes while they are moved.
    all: Arc<MemoryBudget>,
    /// How many there will be, as far as is known.
    expected: usize,
}

/// The least that is allocated at once, in bytes.
const FIRST: usize = 16 * 1024;

impl Growing {
    /// Begins with nothing, within a budget. More than `expected` bytes are allocated only when more have come.
    ///
    /// # Errors
    /// When the budget is used up.
    pub(crate) fn new(app: &App, budget: &Arc<MemoryBudget>, expected: usize) -> Result<Self> {
        Ok(Self {
            bytes: Vec::new(),
            memory: budget.reserve(0)?,
            all: app.memory.all.clone(),
            expected,
        })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] when there is no memory for it.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<()> {
        let needed = self.bytes.len().saturating_add(piece.len());
        if needed > self.memory.bytes() {
            let most = self.expected.max(needed);
            let capacity = needed.max(self.memory.bytes().saturating_mul(2)).max(FIRST).min(most);
            // Both the old and the new bytes are there for a moment.
            let _moving = self.all.reserve(self.memory.bytes())?;
            self.memory.grow(capacity - self.memory.bytes())?;
            let reserved = self.bytes.try_reserve_exact(capacity - self.bytes.len());
            reserved.map_err(Error::out_of_memory)?;
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Returns the bytes, and what they reserve.
    pub(crate) fn finish(self) -> (Vec<u8>, Reservation) {
        (self.bytes, self.memory)
    }
}
