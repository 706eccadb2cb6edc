//! Sealed texts of a database and the secrets that sealed them, of all tenants: for the change of the installation's
//! secret.
use crate::port::sql;
use crate::{Database, DatabaseStatement, SqlError, json};
use edge_model::Timestamp;
use edge_model::webhook::Webhook;
use serde::Deserialize;

/// How many texts one secret has sealed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seals {
    /// How these texts begin.
    pub mark: String,
    pub n: u64,
}

/// The key of a request, as a row holds it.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedSeed {
    pub id: String,
    pub seed: String,
}

/// What is known of a secret that is, or was, the current one.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct AuthKey {
    pub first_used_at: Timestamp,
    pub resealed_at: Option<Timestamp>,
}

impl Database {
    /// Counts sealed texts by their first `length` characters, which name the secret.
    pub async fn seals(&self, length: usize) -> Result<Vec<Seals>, SqlError> {
        let statement = sql!(
            "SELECT mark, count(*) AS n FROM (
                SELECT substr(sealed_secret, 1, ?1) AS mark FROM webhooks
                UNION ALL SELECT substr(sealed_headers, 1, ?1) AS mark FROM webhooks
                UNION ALL SELECT substr(sealed_old_secret, 1, ?1) AS mark FROM webhooks
                    WHERE sealed_old_secret IS NOT NULL
                UNION ALL SELECT substr(seed, 1, ?1) AS mark FROM idempotency_keys WHERE seed LIKE '2.%')
             GROUP BY mark ORDER BY mark",
            length
        );
        self.rows(statement).await
    }

    /// Tells whether a text is left that begins with one of these marks.
    pub async fn has_seals(&self, marks: &[String], length: usize) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT EXISTS (SELECT 1 FROM webhooks, json_each(?1) AS marks
                WHERE marks.value IN (substr(sealed_secret, 1, ?2), substr(sealed_headers, 1, ?2),
                    substr(coalesce(sealed_old_secret, ''), 1, ?2)))
             OR EXISTS (SELECT 1 FROM idempotency_keys, json_each(?1) AS marks
                WHERE marks.value = substr(seed, 1, ?2)) AS n",
            json(&marks),
            length
        );
        Ok(self.row::<crate::Count>(statement).await?.is_some_and(|it| it.n > 0))
    }

    /// Lists some endpoints, by id and from after `after`, of whose sealed texts one does not begin with the mark.
    pub async fn webhooks_to_reseal(&self, mark: &str, after: &str, limit: u32) -> Result<Vec<Webhook>, SqlError> {
        let statement = sql!(
            "SELECT * FROM webhooks WHERE id > ?2 AND (substr(sealed_secret, 1, length(?1)) <> ?1
                OR substr(sealed_headers, 1, length(?1)) <> ?1 OR substr(sealed_old_secret, 1, length(?1)) <> ?1)
             ORDER BY id LIMIT ?3",
            mark,
            after,
            limit
        );
        self.rows(statement).await
    }

    /// Lists some keys of requests, by id and from after `after`, that are sealed and do not begin with the mark.
    pub async fn requests_to_reseal(&self, mark: &str, after: &str, limit: u32) -> Result<Vec<SealedSeed>, SqlError> {
        let statement = sql!(
            "SELECT id, seed FROM idempotency_keys
             WHERE id > ?2 AND seed LIKE '2.%' AND substr(seed, 1, length(?1)) <> ?1 ORDER BY id LIMIT ?3",
            mark,
            after,
            limit
        );
        self.rows(statement).await
    }

    /// Finds what is known of a secret, by its key id.
    pub async fn auth_key(&self, id: &str) -> Result<Option<AuthKey>, SqlError> {
        let statement = sql!("SELECT first_used_at, resealed_at FROM auth_keys WHERE id = ?1", id);
        self.row(statement).await
    }
}

/// Puts new sealed texts in the place of those that were read, unless they have changed since.
pub fn reseal_webhook(before: &Webhook, after: &Webhook) -> DatabaseStatement {
    sql!(Database =>
        "UPDATE webhooks SET sealed_secret = ?3, sealed_headers = ?4, sealed_old_secret = ?5
         WHERE workspace_id = ?1 AND id = ?2 AND sealed_secret = ?6 AND sealed_headers = ?7
            AND sealed_old_secret IS ?8",
        before.workspace_id.as_str(),
        before.id.as_str(),
        after.sealed_secret.as_str(),
        after.sealed_headers.as_str(),
        after.sealed_old_secret.as_deref(),
        before.sealed_secret.as_str(),
        before.sealed_headers.as_str(),
        before.sealed_old_secret.as_deref()
    )
}

/// Puts a new sealed key in the place of the one that was read.
pub fn reseal_request(before: &SealedSeed, seed: &str) -> DatabaseStatement {
    sql!(Database =>
        "UPDATE idempotency_keys SET seed = ?3 WHERE id = ?1 AND seed = ?2",
        before.id.as_str(),
        before.seed.as_str(),
        seed
    )
}

/// Notes that a secret is in use.
pub fn note_key(id: &str, now: Timestamp) -> DatabaseStatement {
    sql!(Database =>
        "INSERT INTO auth_keys (id, first_used_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
        id,
        now.0
    )
}

/// Notes that a secret has sealed everything anew.
pub fn note_resealed(id: &str, now: Timestamp) -> DatabaseStatement {
    sql!(Database =>
        "UPDATE auth_keys SET resealed_at = coalesce(resealed_at, ?2) WHERE id = ?1",
        id,
        now.0
    )
}
