//! Encryption of what rows must hold and the rows alone must not give away (AES-256-GCM, NIST SP 800-38D).
//!
//! The keys are made of the secrets of the key ring, one for each purpose. A sealed text names the key that sealed it,
//! and is bound to its place: moved to another row, it does not open.
use crate::app::App;
use crate::keyring::{KEY_ID_LENGTH, RingKey};
use crate::ports::Random;
use crate::{Error, Result};
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// How sealed texts began before they named their key.
const UNNAMED: &str = "1.";
/// How sealed texts begin; the key id follows, and a dot.
const NAMED: &str = "2.";
/// How long the part of a sealed text is that names its key.
pub(crate) const MARK_LENGTH: usize = NAMED.len() + KEY_ID_LENGTH + 1;
/// Bytes of a nonce.
const NONCE: usize = 12;

/// What something is sealed for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    WebhookSecret,
    WebhookHeaders,
    /// The key of a request that may be sent again.
    RequestKey,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::WebhookSecret => "webhook secret",
            Self::WebhookHeaders => "webhook headers",
            Self::RequestKey => "request key",
        }
    }
}

/// Returns how everything begins that a key has sealed.
pub(crate) fn mark(key: &RingKey) -> String {
    format!("{NAMED}{}.", key.id())
}

/// Tells whether a sealed text begins as those do that name no key.
pub(crate) fn is_unmarked(text: &str) -> bool {
    text.starts_with(UNNAMED)
}

fn key_of(key: &RingKey, purpose: Purpose) -> Result<Vec<u8>> {
    key.mac(format!("edgewise seal: {}", purpose.as_str()).as_bytes())
}

/// Seals some bytes for the place that they will be kept in, with the current secret.
pub fn seal(app: &App, purpose: Purpose, place: &str, plain: &[u8]) -> Result<String> {
    let key = app.settings.auth_keys.current();
    let sealed = encrypt(&*app.random, &key_of(key, purpose)?, place, plain)?;
    Ok(format!("{}{sealed}", mark(key)))
}

/// Opens what was sealed for the same purpose and place.
///
/// # Errors
/// [`crate::Kind::Internal`] when it was not, or with a secret that the key ring does not hold.
pub fn open(app: &App, purpose: Purpose, place: &str, sealed: &str) -> Result<Vec<u8>> {
    let wrong = || {
        let what = purpose.as_str();
        let why = "was AUTH_SECRET changed without keeping the old one in AUTH_SECRET_PREVIOUS?";
        Error::internal(format!("the {what} of {place} does not open: {why}"))
    };
    let named = sealed.strip_prefix(NAMED).and_then(|it| it.split_once('.'));
    let (id, body) = match named {
        Some((id, body)) => (Some(id), body),
        None => (None, sealed.strip_prefix(UNNAMED).ok_or_else(wrong)?),
    };
    for key in app.settings.auth_keys.candidates(id) {
        if let Some(plain) = decrypt(&key_of(key, purpose)?, place, body) {
            return Ok(plain);
        }
    }
    Err(wrong())
}

/// Encrypts some bytes for a place: nonce and text in base64.
pub(crate) fn encrypt(random: &dyn Random, key: &[u8], place: &str, plain: &[u8]) -> Result<String> {
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce)?;
    let cipher = Aes256Gcm::new_from_slice(key).map_err(Error::internal)?;
    let payload = Payload {
        msg: plain,
        aad: place.as_bytes(),
    };
    let mut bytes = nonce.to_vec();
    bytes.extend(cipher.encrypt(&Nonce::from(nonce), payload).map_err(Error::internal)?);
    Ok(STANDARD_NO_PAD.encode(bytes))
}

/// Decrypts what was encrypted with the key for the place; none when it was not.
pub(crate) fn decrypt(key: &[u8], place: &str, sealed: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: rest,
        aad: place.as_bytes(),
    };
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    cipher.decrypt(&Nonce::from(*nonce), payload).ok()
}
