//! The key of a request: its ids, its fingerprint and its sealed answer come out of it. The row holds it sealed, so a
//! new `AUTH_SECRET` seals this key anew and nothing else.
use crate::app::App;
use crate::encryption::{self, Purpose};
use crate::{Result, secret};

/// Bytes of a key.
const LENGTH: usize = 32;

/// A key that the rows alone do not give away.
#[derive(Clone)]
pub(super) struct RequestKey(Vec<u8>);

impl std::fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestKey")
    }
}

impl RequestKey {
    /// Makes a key for the request of a row, and returns it as the row holds it.
    pub(super) fn sealed(app: &App, id: &str) -> Result<String> {
        let mut bytes = [0; LENGTH];
        app.random.fill(&mut bytes)?;
        encryption::seal(app, Purpose::RequestKey, id, &bytes)
    }

    /// Opens the key of a row; none when the secret is gone that it was sealed with.
    pub(super) fn open(app: &App, id: &str, sealed: &str) -> Option<Self> {
        encryption::open(app, Purpose::RequestKey, id, sealed).ok().map(Self)
    }

    fn derived(&self, purpose: &str) -> Result<Vec<u8>> {
        secret::hmac_sha256(&self.0, purpose.as_bytes())
    }

    /// Returns the key that ids and secrets come out of.
    pub(super) fn of_ids(&self) -> Result<Vec<u8>> {
        self.derived("ids")
    }

    /// Returns a body's fingerprint as rows hold it: who reads the rows alone cannot try out what the body said.
    pub(super) fn fingerprint(&self, of_body: &str) -> Result<String> {
        Ok(secret::hex(&self.derived(&format!("fingerprint {of_body}"))?))
    }

    /// Seals an answer for its row.
    pub(super) fn seal(&self, app: &App, id: &str, plain: &[u8]) -> Result<String> {
        encryption::encrypt(&*app.random, &self.derived("answer")?, id, plain)
    }

    /// Opens the answer of a row; none when it was sealed with another key.
    pub(super) fn open_answer(&self, id: &str, sealed: &str) -> Option<Vec<u8>> {
        encryption::decrypt(&self.derived("answer").ok()?, id, sealed)
    }
}
