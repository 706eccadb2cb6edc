//! Sealing: what rows must hold and nobody may read who has the rows alone (AES-256-GCM, NIST SP 800-38D).
//!
//! The keys are made of `AUTH_SECRET`, one for each purpose. A sealed text is bound to its place: moved to another row,
//! it does not open.
use crate::app::App;
use crate::{Error, Result, secret};
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The form of sealed texts, so that another one can follow.
const FORM: &str = "1.";
/// Bytes of a nonce.
const NONCE: usize = 12;

/// What something is sealed for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    WebhookSecret,
    WebhookHeaders,
    Answer,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::WebhookSecret => "webhook secret",
            Self::WebhookHeaders => "webhook headers",
            Self::Answer => "answer",
        }
    }
}

fn cipher(app: &App, purpose: Purpose) -> Result<Aes256Gcm> {
    let label = format!("edgewise seal: {}", purpose.as_str());
    let key = secret::hmac_sha256(app.settings.auth_secret.as_bytes(), label.as_bytes())?;
    Aes256Gcm::new_from_slice(&key).map_err(Error::internal)
}

/// Seals some bytes for the place that they will be kept in.
///
/// # Errors
/// When the platform has no randomness.
pub fn seal(app: &App, purpose: Purpose, place: &str, plain: &[u8]) -> Result<String> {
    let mut nonce = [0; NONCE];
    app.random.fill(&mut nonce)?;
    let payload = Payload {
        msg: plain,
        aad: place.as_bytes(),
    };
    let sealed = cipher(app, purpose)?.encrypt(&Nonce::from(nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.map_err(Error::internal)?);
    Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(bytes)))
}

/// Opens what was sealed for the same purpose and place.
///
/// # Errors
/// [`crate::Kind::Internal`] when it was not, or with another `AUTH_SECRET`.
pub fn open(app: &App, purpose: Purpose, place: &str, sealed: &str) -> Result<Vec<u8>> {
    let wrong = || {
        let what = purpose.as_str();
        Error::internal(format!("the {what} of {place} does not open: was AUTH_SECRET changed?"))
    };
    let body = sealed.strip_prefix(FORM).ok_or_else(wrong)?;
    let bytes = STANDARD_NO_PAD.decode(body).map_err(|_| wrong())?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
    let payload = Payload {
        msg: rest,
        aad: place.as_bytes(),
    };
    let plain = cipher(app, purpose)?.decrypt(&Nonce::from(*nonce), payload);
    plain.map_err(|_| wrong())
}
