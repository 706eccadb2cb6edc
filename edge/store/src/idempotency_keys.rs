//! Idempotency keys: what was answered to a request, for whoever sends it again. The id is a hash of the caller among
//! others, so that no row of one caller's can be found by another.
use crate::port::sql;
use crate::{SqlError, Statement, Store};
use edge_model::Timestamp;
use serde::Deserialize;

/// Whoever wants to answer a request.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The hash of caller, path and key.
    pub id: String,
    /// Tells this request from others with the same id.
    pub holder: String,
}

/// What is known of a request.
#[derive(Clone, Debug, Deserialize)]
pub struct Kept {
    pub holder: String,
    /// What its ids and secrets come out of.
    pub seed: String,
    /// When it was sent first.
    pub began_at: Timestamp,
    /// Of the body of what was answered, or begun.
    pub fingerprint: Option<String>,
    /// None while it is being answered.
    pub sealed_answer: Option<String>,
}

impl Store {
    /// Claims a request until `until`, unless somebody holds it or it was answered; and returns who has it. `seed` is
    /// for a request that is new.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_request(
        &self,
        claim: &Claim,
        seed: &str,
        now: Timestamp,
        until: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<Kept>, SqlError> {
        let forget = sql!(
            "DELETE FROM idempotency_keys WHERE id = ?1 AND expires_at <= ?2",
            claim.id.as_str(),
            now.0
        );
        let take = sql!(
            "INSERT INTO idempotency_keys (id, holder, seed, began_at, held_until, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
             WHERE sealed_answer IS NULL AND held_until <= ?4",
            claim.id.as_str(),
            claim.holder.as_str(),
            seed,
            now.0,
            until.0,
            expires_at.0
        );
        let see = sql!(
            "SELECT holder, seed, began_at, sealed_answer, coalesce(fingerprint,
                (SELECT max(fingerprint) FROM idempotency_effects WHERE request_id = ?1)) AS fingerprint
             FROM idempotency_keys WHERE id = ?1",
            claim.id.as_str()
        );
        let mut answers = self.read(vec![forget, take, see]).await?;
        answers.rows::<serde_json::Value>()?;
        answers.rows::<serde_json::Value>()?;
        answers.row()
    }
}

/// Notes that a batch is written; refused when it was.
pub(crate) fn effect(claim: &Claim, batch: &str, fingerprint: Option<&str>) -> Statement {
    sql!(
        "INSERT INTO idempotency_effects (request_id, batch, fingerprint) VALUES (?1, ?2, ?3)",
        claim.id.as_str(),
        batch,
        fingerprint
    )
}

/// Keeps the answer to a request that is still held.
pub fn keep(claim: &Claim, fingerprint: &str, sealed_answer: &str) -> Statement {
    sql!(
        "UPDATE idempotency_keys SET fingerprint = ?3, sealed_answer = ?4 WHERE id = ?1 AND holder = ?2",
        claim.id.as_str(),
        claim.holder.as_str(),
        fingerprint,
        sealed_answer
    )
}

/// Lets a request go, so that it may be sent again.
pub fn release(claim: &Claim) -> Statement {
    sql!(
        "DELETE FROM idempotency_keys WHERE id = ?1 AND holder = ?2",
        claim.id.as_str(),
        claim.holder.as_str()
    )
}

/// Lets a request go that ended in the middle: whoever sends it again takes it up where it was.
pub fn put_back(claim: &Claim) -> Statement {
    sql!(
        "UPDATE idempotency_keys SET held_until = 0 WHERE id = ?1 AND holder = ?2 AND sealed_answer IS NULL",
        claim.id.as_str(),
        claim.holder.as_str()
    )
}

/// Deletes what is kept no longer.
pub fn purge(now: Timestamp) -> Statement {
    sql!("DELETE FROM idempotency_keys WHERE expires_at <= ?1", now.0)
}
