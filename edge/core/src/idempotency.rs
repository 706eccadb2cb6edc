//! Idempotency: a request that is sent again with the same key is answered as it was the first time, and done once.
//!
//! Only success is kept, for a day. A request that was refused has changed nothing, and its key may be used again. While
//! the first of two equal requests runs, the second is told to come back. Answers are sealed, because some show what is
//! shown once.
//!
//! A request that a crash or a fault cut off is taken up by the one that is sent again: it runs with the ids and secrets
//! of the first ([`of_request`]), and what the first has written is not written again (`store::once`).
mod seeded;

pub use seeded::SameIds;

use crate::app::App;
use crate::seal::{self, Purpose};
use crate::{Error, Kind, Result, secret};
use edge_model::Timestamp;
use edge_model::time::{DAY, MINUTE};
use edge_store::idempotency_keys::{self, Claim};
use seeded::Seeded;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long answers are kept, in milliseconds.
const KEPT: i64 = DAY;
/// How long a request may run before another one with its key is let through, in milliseconds: the first one has
/// crashed then.
const HELD: i64 = 2 * MINUTE;
/// The largest answer that is kept, in bytes. Sealed and as JSON it must fit into a row.
pub const MOST: usize = 512 * 1024;
/// How long a key may be, in characters.
const KEY: usize = 255;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    /// Those that belong to the answer, not to the connection or the moment.
    pub headers: Vec<(String, String)>,
    /// Base64.
    pub body: String,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Verdict {
    /// Do it, and say with this how it went.
    Do(Ticket),
    /// It was done: this was the answer, to a request with this fingerprint.
    Done { fingerprint: String, answer: Answer },
}

/// The right to do a request.
#[derive(Clone, Debug)]
pub struct Ticket {
    claim: Claim,
    seed: String,
    began_at: Timestamp,
    fingerprint: Option<String>,
}

/// Takes a request in: `caller` is whoever sends it, `target` its method and path, `key` what the caller calls it;
/// `fingerprint` is of its body, where that is known.
///
/// # Errors
/// [`Kind::Invalid`] for a malformed key; [`Kind::Conflict`] while the first request with this key runs;
/// [`Kind::Unprocessable`] when another one has begun with it.
pub async fn begin(app: &App, caller: &str, target: &str, key: &str, fingerprint: Option<String>) -> Result<Verdict> {
    if !(1..=KEY).contains(&key.len()) || !key.bytes().all(|it| it.is_ascii_graphic() || it == b' ') {
        let why = format!("must be 1 to {KEY} visible ASCII characters");
        return Err(Error::field("Idempotency-Key", why));
    }
    // Lengths before texts, so that no two triples look alike.
    let id = format!("{}:{caller}{}:{target}{key}", caller.len(), target.len());
    let claim = Claim {
        id: secret::sha256(id),
        holder: app.id("hold_")?,
    };
    let now = app.now();
    let kept = app
        .store
        .claim_request(&claim, &app.id("")?, now, now.plus(HELD), now.plus(KEPT))
        .await?;
    let kept = kept.ok_or_else(|| Error::internal("a claim left no row"))?;
    let is_mine = kept.holder == claim.holder;
    match (kept.fingerprint, kept.sealed_answer) {
        (Some(fingerprint), Some(sealed)) => {
            let bytes = seal::open(app, Purpose::Answer, &claim.id, &sealed)?;
            let answer = serde_json::from_slice(&bytes).map_err(Error::internal)?;
            Ok(Verdict::Done { fingerprint, answer })
        }
        (Some(begun), None) if is_mine && fingerprint.as_ref().is_some_and(|it| *it != begun) => {
            app.store.write(vec![idempotency_keys::put_back(&claim)]).await?;
            Err(mismatch())
        }
        _ if is_mine => Ok(Verdict::Do(Ticket {
            claim,
            seed: kept.seed,
            began_at: kept.began_at,
            fingerprint,
        })),
        _ => {
            let message = "a request with this `Idempotency-Key` is being answered";
            Err(Error::new(Kind::Conflict, message).retry_after(1))
        }
    }
}

/// Returns the application as a request is to see it that may be taken up again.
///
/// # Errors
/// When the key of its randomness cannot be made.
pub fn of_request(app: &App, ticket: &Ticket) -> Result<App> {
    let place = format!("edgewise request: {} {}", ticket.claim.id, ticket.seed);
    let key = secret::hmac_sha256(app.settings.auth_secret.as_bytes(), place.as_bytes())?;
    Ok(App {
        store: app.store.once(&ticket.claim, ticket.fingerprint.clone()),
        ids: Some(Arc::new(SameIds::new(key.clone(), ticket.began_at))),
        random: Arc::new(Seeded::new(key)),
        ..app.clone()
    })
}

/// Keeps the answer to a request.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(app: &App, ticket: &Ticket, fingerprint: &str, answer: &Answer) -> Result<()> {
    let bytes = serde_json::to_vec(answer).map_err(Error::internal)?;
    let sealed = seal::seal(app, Purpose::Answer, &ticket.claim.id, &bytes)?;
    let write = idempotency_keys::keep(&ticket.claim, fingerprint, &sealed);
    Ok(app.store.write(vec![write]).await.map(drop)?)
}

/// Forgets a request, so that its key may be used again.
///
/// # Errors
/// When the database does not answer.
pub async fn release(app: &App, ticket: &Ticket) -> Result<()> {
    let write = idempotency_keys::release(&ticket.claim);
    Ok(app.store.write(vec![write]).await.map(drop)?)
}

/// Leaves a request to whoever sends it again: they take it up where it was.
///
/// # Errors
/// When the database does not answer.
pub async fn put_back(app: &App, ticket: &Ticket) -> Result<()> {
    let write = idempotency_keys::put_back(&ticket.claim);
    Ok(app.store.write(vec![write]).await.map(drop)?)
}

/// Refuses a key that was used for another request.
pub fn mismatch() -> Error {
    let message = "this `Idempotency-Key` was used for a request with another body";
    Error::new(Kind::Unprocessable, message).of_field("Idempotency-Key")
}

/// Deletes the answers whose day is over.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let write = idempotency_keys::purge(app.now());
    Ok(app.store.write(vec![write]).await.map(drop)?)
}
