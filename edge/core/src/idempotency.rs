//! Idempotency: a request that is sent again with the same key is answered as it was the first time, and done once.
//!
//! Only success is kept, for a day. A request that was refused has changed nothing, and its key may be used again.
//! While the first of two equal requests runs, the second is told to come back.
//!
//! What is kept of an answer is either the id of what it is made of once more, or the answer itself, sealed, which goes
//! with whatever it shows. So nothing outlives its erasure here; what then remains is that the request was done.
//!
//! A request that a crash or a fault cut off is taken up when it is sent again: it runs with the ids and secrets of the
//! first ([`of_request`]), and what the first has written is not written again (`store::once`).
mod request_key;

use crate::address::ClientAddress;
use crate::app::App;
use crate::changes::Changes;
use crate::ports::Window;
use crate::seeded::{SameIds, Seeded};
use crate::{Error, Kind, Result, secret, throttle};
use edge_model::WorkspaceId;
use edge_model::time::TimeDelta;
use edge_store::idempotency_keys::{self, Claim, Kept, Remains};
use edge_store::{Database, Made};
use request_key::RequestKey;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long it is known that a request was done.
const KEY_LIFETIME: TimeDelta = TimeDelta::days(1);
/// How long a request may run before another one with its key is let through: the first one has crashed then.
const REQUEST_LEASE: TimeDelta = TimeDelta::minutes(2);
/// The largest answer that is kept, in bytes. Sealed and as JSON it must fit into a row.
pub const MAX_ANSWER_LENGTH: usize = 512 * 1024;
/// How many requests with a key an hour has from one network whose sender is unknown.
const STRANGERS_PER_HOUR: u64 = 1_000;
/// How long a key may be, in characters.
const MAX_KEY_LENGTH: usize = 255;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    /// Those that belong to the answer, not to the connection or the moment.
    pub headers: Vec<(String, String)>,
    /// Base64.
    pub body: String,
}

/// What is kept of the answer to a request that was done.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The answer itself, until something that it shows is erased.
    Sealed(Answer),
    /// The id of what it is made of once more, where one is needed.
    Reference(Option<String>),
    /// Nothing.
    Nothing,
}

/// A request that may be sent again.
#[derive(Clone, Copy, Debug)]
pub struct Repeatable<'a> {
    /// Who sends it.
    pub caller: &'a str,
    /// Its method and path.
    pub target: &'a str,
    /// What the caller calls it.
    pub key: &'a str,
    /// The workspace whose rows its answer shows; none when it shows rows of the directory.
    pub workspace: Option<&'a WorkspaceId>,
    /// The ids of what its answer may show, as far as they are known beforehand.
    pub subjects: &'a [String],
    /// Of its body, where that is known.
    pub fingerprint: Option<&'a str>,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Verdict {
    /// Do it, and say with this how it went.
    Do(Ticket),
    /// It was done.
    Done(Done),
}

/// The right to do a request.
#[derive(Clone, Debug)]
pub struct Ticket {
    claim: Claim,
    /// The database that the claim is in.
    home: Database,
    key: RequestKey,
    fingerprint: Option<String>,
}

/// A request that was done.
#[derive(Debug)]
pub struct Done {
    id: String,
    /// None when the secret is gone that it was sealed with.
    key: Option<RequestKey>,
    kept: Kept,
}

impl Done {
    /// Tells whether the request had a body with this fingerprint, as far as that can be told.
    pub fn is_of(&self, fingerprint: &str) -> Result<bool> {
        match (&self.key, &self.kept.fingerprint) {
            (Some(key), Some(kept)) => Ok(secret::is_equal(
                key.fingerprint(fingerprint)?.as_bytes(),
                kept.as_bytes(),
            )),
            _ => Ok(true),
        }
    }

    /// Returns the id of what the answer is made of once more.
    pub fn reference(&self) -> Option<&str> {
        self.kept.reference.as_deref()
    }

    /// Returns the answer, when it is kept still and can be opened.
    pub fn answer(&self) -> Option<Answer> {
        let bytes = self
            .key
            .as_ref()?
            .open_answer(&self.id, self.kept.sealed_answer.as_deref()?)?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// Takes a request in.
///
/// # Errors
/// [`Kind::Invalid`] for a malformed key; [`Kind::Conflict`] while the first request with this key runs;
/// [`Kind::Unprocessable`] when another one has begun with it; [`Kind::Gone`] when it was begun with a secret that is
/// gone, so that it can be neither taken up nor done anew.
pub async fn begin(app: &App, request: &Repeatable<'_>) -> Result<Verdict> {
    check_key(request.key)?;
    let Repeatable { caller, target, .. } = request;
    // Lengths before texts, so that no two triples look alike.
    let id = format!("{}:{caller}{}:{target}{}", caller.len(), target.len(), request.key);
    let now = app.now();
    let mut claim = Claim {
        id: secret::sha256(id),
        holder: app.id("hold_")?,
        began_at: now,
        expires_at: now.plus(KEY_LIFETIME),
    };
    // Where what it shows is: its erasure reaches the answer there.
    let home = match request.workspace {
        Some(workspace) => app.locate(workspace).await?.database().clone(),
        None => app.directory().database().clone(),
    };
    let seed = RequestKey::sealed(app, &claim.id)?;
    let until = now.plus(REQUEST_LEASE);
    let kept = home.claim_request(&claim, &seed, request.subjects, now, until).await?;
    let kept = kept.ok_or_else(|| Error::internal("a claim left no row"))?;
    let key = RequestKey::open(app, &claim.id, &kept.seed);
    if kept.is_done {
        let id = claim.id;
        return Ok(Verdict::Done(Done { id, key, kept }));
    }
    if kept.holder != claim.holder {
        let message = "a request with this `Idempotency-Key` is being answered";
        return Err(Error::new(Kind::Conflict, message).retry_after(1));
    }
    let refusal = match key {
        None => Error::new(Kind::Gone, "the request was begun and cannot be taken up any more"),
        Some(key) => {
            let fingerprint = request.fingerprint.map(|it| key.fingerprint(it)).transpose()?;
            let is_same = kept.fingerprint.is_none() || fingerprint.is_none() || kept.fingerprint == fingerprint;
            if is_same {
                claim.began_at = kept.began_at;
                return Ok(Verdict::Do(Ticket {
                    claim,
                    home,
                    key,
                    fingerprint,
                }));
            }
            mismatch()
        }
    };
    Changes::of(app, &home, idempotency_keys::put_back(&claim))
        .commit()
        .await?;
    Err(refusal)
}

/// Counts a request with a key by an unknown caller, which costs a row before its own handler has counted anything.
///
/// # Errors
/// [`Kind::RateLimited`].
pub async fn admit_stranger(app: &App, from: &ClientAddress) -> Result<()> {
    let counted = throttle::count(app, from, "keys", STRANGERS_PER_HOUR, Window::Hour).await;
    counted.map(drop)
}

/// Refuses a key that is none.
///
/// # Errors
/// [`Kind::Invalid`].
pub fn check_key(key: &str) -> Result<()> {
    if (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_graphic() || it == b' ') {
        return Ok(());
    }
    let why = format!("must be 1 to {MAX_KEY_LENGTH} visible ASCII characters");
    Err(Error::field("Idempotency-Key", why))
}

/// Returns the application as a request is to see it that may be taken up again.
pub fn of_request(app: &App, ticket: &Ticket) -> Result<App> {
    let made = Made::default();
    let key = ticket.key.of_ids()?;
    Ok(App {
        store: app
            .store
            .once(&ticket.home, &ticket.claim, ticket.fingerprint.clone(), made.clone()),
        ids: Some(Arc::new(SameIds::new(key.clone(), ticket.claim.began_at, made))),
        random: Arc::new(Seeded::new(key)),
        ..app.clone()
    })
}

/// Notes that a request was done, and keeps what is to be kept of its answer; `fingerprint` is of its body.
pub async fn finish(app: &App, ticket: &Ticket, fingerprint: &str, outcome: &Outcome) -> Result<()> {
    let (mut sealed, mut reference) = (None, None);
    match outcome {
        Outcome::Sealed(answer) => {
            let bytes = serde_json::to_vec(answer).map_err(Error::internal)?;
            sealed = Some(ticket.key.seal(app, &ticket.claim.id, &bytes)?);
        }
        Outcome::Reference(id) => reference = id.as_deref(),
        Outcome::Nothing => {}
    }
    let remains = Remains {
        reference,
        sealed_answer: sealed.as_deref(),
    };
    let fingerprint = ticket.key.fingerprint(fingerprint)?;
    let finish = idempotency_keys::finish(&ticket.claim, &fingerprint, &remains, app.now());
    Changes::of(app, &ticket.home, finish).commit().await.map(drop)
}

/// Forgets a request, so that its key may be used again; one that has written something is taken up instead.
pub async fn release(app: &App, ticket: &Ticket) -> Result<()> {
    let mut changes = Changes::of(app, &ticket.home, idempotency_keys::release(&ticket.claim));
    changes.push(idempotency_keys::put_back(&ticket.claim));
    changes.commit().await.map(drop)
}

/// Lets a request go that ended in the middle: when it is sent again, it is taken up where it was.
pub async fn put_back(app: &App, ticket: &Ticket) -> Result<()> {
    Changes::of(app, &ticket.home, idempotency_keys::put_back(&ticket.claim))
        .commit()
        .await
        .map(drop)
}

/// Refuses a key that was used for another request.
pub fn mismatch() -> Error {
    let message = "this `Idempotency-Key` was used for a request with another body";
    Error::new(Kind::Unprocessable, message).of_field("Idempotency-Key")
}

/// Says that a request was done and that its answer is not kept any more.
pub fn nothing_kept() -> Error {
    Error::new(
        Kind::Gone,
        "the request was done, and its answer is not kept any more; it was not done again",
    )
}

/// Puts "nothing is kept" in the place of "not found", for what an answer is made of once more.
pub(crate) fn gone(error: Error) -> Error {
    match error.kind {
        Kind::NotFound => nothing_kept(),
        _ => error,
    }
}

/// Deletes what is known of requests whose day is over.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    for database in app.databases() {
        Changes::of(app, database, idempotency_keys::purge(app.now()))
            .commit()
            .await?;
    }
    Ok(())
}
