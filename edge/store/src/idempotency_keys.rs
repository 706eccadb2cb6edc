//! Idempotency keys: what became of a request, for the same request when it is sent again. The id is a hash of the
//! caller among others, so that no row of one caller's can be found by another.
use crate::port::sql;
use crate::{Database, DatabaseStatement, SqlError, Statement, json};
use edge_model::{
    AccountId, AgentId, CollectionId, DocumentId, InvitationId, KeyId, SessionId, SignUpId, SourceId, Timestamp,
    WebhookId, WorkspaceId,
};
use serde::Deserialize;

/// What an answer goes with when it is erased: a trigger in the migrations watches each of these.
const SUBJECTS: [&str; 11] = [
    AccountId::PREFIX,
    SignUpId::PREFIX,
    SessionId::PREFIX,
    WorkspaceId::PREFIX,
    KeyId::PREFIX,
    AgentId::PREFIX,
    CollectionId::PREFIX,
    DocumentId::PREFIX,
    SourceId::PREFIX,
    WebhookId::PREFIX,
    InvitationId::PREFIX,
];
/// The longest id, in bytes.
const MAX_ID_LENGTH: usize = 64;

/// Tells whether a text is the id of something that an answer goes with.
pub fn is_subject(id: &str) -> bool {
    id.len() <= MAX_ID_LENGTH && SUBJECTS.iter().any(|it| id.starts_with(it))
}

/// The claim of one request on the right to be done.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The hash of caller, path and key.
    pub id: String,
    /// Tells this request from others with the same id.
    pub holder: String,
    /// When the first run of the request began, and until when it is known.
    pub began_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Claim {
    /// Returns what notes the writes of the request in another database than its own. A request that has let go of its
    /// claim and begins anew is another one there.
    pub(crate) fn away(&self) -> Self {
        Self {
            id: format!("{}/{}", self.id, self.began_at.0),
            ..self.clone()
        }
    }
}

/// What is known of a request.
#[derive(Clone, Debug, Deserialize)]
pub struct Kept {
    pub holder: String,
    /// What its ids and secrets come out of, sealed.
    pub seed: String,
    /// When it was sent first.
    pub began_at: Timestamp,
    /// Of the body of what was answered, or begun.
    pub fingerprint: Option<String>,
    #[serde(deserialize_with = "edge_model::column::flag")]
    pub is_done: bool,
    /// The id of what the answer is made of once more.
    pub reference: Option<String>,
    pub sealed_answer: Option<String>,
}

/// What is kept of a request that was done.
#[derive(Clone, Debug, Default)]
pub struct Remains<'a> {
    pub reference: Option<&'a str>,
    pub sealed_answer: Option<&'a str>,
}

impl Database {
    /// Claims a request until `until`, unless another one holds it or it was done; and returns who has it. `seed` is
    /// for a request that is new; `subjects` are the ids that its answer may show.
    pub async fn claim_request(
        &self,
        claim: &Claim,
        seed: &str,
        subjects: &[String],
        now: Timestamp,
        until: Timestamp,
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
             WHERE done_at IS NULL AND sealed_answer IS NULL AND held_until <= ?4",
            claim.id.as_str(),
            claim.holder.as_str(),
            seed,
            now.0,
            until.0,
            claim.expires_at.0
        );
        let see = sql!(
            "SELECT holder, seed, began_at, reference, sealed_answer,
                done_at IS NOT NULL OR sealed_answer IS NOT NULL AS is_done, coalesce(fingerprint,
                (SELECT max(fingerprint) FROM idempotency_effects WHERE request_id = ?1)) AS fingerprint
             FROM idempotency_keys WHERE id = ?1",
            claim.id.as_str()
        );
        let mut answers = self.read(vec![forget, take, tie(claim, subjects), see]).await?;
        for _ in 0..3 {
            answers.rows::<serde_json::Value>()?;
        }
        answers.row()
    }
}

/// Notes what the answer to a request may show.
pub(crate) fn tie(claim: &Claim, subjects: &[String]) -> Statement {
    sql!(
        "INSERT OR IGNORE INTO idempotency_subjects (request_id, subject) SELECT ?1, value FROM json_each(?2)",
        claim.id.as_str(),
        json(&subjects)
    )
}

/// Adds the row that notes of another database refer to.
pub(crate) fn note_away(claim: &Claim) -> Statement {
    sql!(
        "INSERT INTO idempotency_keys (id, holder, seed, began_at, held_until, expires_at) VALUES (?1, ?2, '', ?3, 0, ?4)
         ON CONFLICT (id) DO NOTHING",
        claim.id.as_str(),
        claim.holder.as_str(),
        claim.began_at.0,
        claim.expires_at.0
    )
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

/// Notes that a request that is still held was done, and keeps what remains of it. The answer is not kept when
/// something that it shows was erased meanwhile.
pub fn finish(claim: &Claim, fingerprint: &str, remains: &Remains<'_>, now: Timestamp) -> DatabaseStatement {
    sql!(Database =>
        "UPDATE idempotency_keys SET fingerprint = ?3, reference = ?4, done_at = ?6,
            sealed_answer = CASE WHEN is_erased THEN NULL ELSE ?5 END
         WHERE id = ?1 AND holder = ?2",
        claim.id.as_str(),
        claim.holder.as_str(),
        fingerprint,
        remains.reference,
        remains.sealed_answer,
        now.0
    )
}

/// Lets a request go that has changed nothing, so that it may be sent again. One that has written something, which an
/// earlier try of it may have done, stays as it is.
pub fn release(claim: &Claim) -> DatabaseStatement {
    sql!(Database =>
        "DELETE FROM idempotency_keys WHERE id = ?1 AND holder = ?2
            AND NOT EXISTS (SELECT 1 FROM idempotency_effects WHERE request_id = ?1)",
        claim.id.as_str(),
        claim.holder.as_str()
    )
}

/// Lets a request go that ended in the middle: when it is sent again, it is taken up where it was.
pub fn put_back(claim: &Claim) -> DatabaseStatement {
    sql!(Database =>
        "UPDATE idempotency_keys SET held_until = 0 WHERE id = ?1 AND holder = ?2 AND done_at IS NULL",
        claim.id.as_str(),
        claim.holder.as_str()
    )
}

/// Deletes what is kept no longer.
pub fn purge(now: Timestamp) -> DatabaseStatement {
    sql!(Database => "DELETE FROM idempotency_keys WHERE expires_at <= ?1", now.0)
}
