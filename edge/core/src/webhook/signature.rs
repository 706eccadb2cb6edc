//! Signatures: how a receiver knows that a delivery is ours.
use crate::{Result, secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge_model::Timestamp;

/// What secrets begin with whose rest is base64 (Standard Webhooks 1.0.0, "Signature scheme").
const PREFIX: &str = "whsec_";

/// A secret that both sides know.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl SigningSecret {
    /// Takes a caller's own secret: 8 to 256 visible ASCII characters.
    pub fn new(text: &str) -> Result<Self, String> {
        if !(8..=256).contains(&text.len()) || !text.bytes().all(|it| it.is_ascii_graphic()) {
            return Err("must be 8 to 256 visible ASCII characters".into());
        }
        Ok(Self(text.into()))
    }

    /// Makes a secret of 32 random bytes.
    pub(crate) fn made_of(bytes: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// Takes a secret out of where it was kept.
    pub(crate) fn kept(bytes: Vec<u8>) -> Result<Self> {
        String::from_utf8(bytes).map(Self).map_err(crate::Error::internal)
    }

    /// Returns the text, to be shown once.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The documented signature of a dialect: over the body alone, with the whole text as the key.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of any length.
    pub fn sign_body(&self, body: &[u8]) -> Result<String> {
        let mac = secret::hmac_sha256(self.0.as_bytes(), body)?;
        Ok(format!("sha256={}", secret::hex(&mac)))
    }

    /// One entry of `webhook-signature`: over id, moment and body, with the decoded bytes as the key. A secret that
    /// a customer chose without knowing the form is its own key.
    fn sign_message(&self, id: &str, at: Timestamp, body: &[u8]) -> Result<String> {
        let encoded = self.0.strip_prefix(PREFIX);
        let decoded = encoded.and_then(|it| STANDARD.decode(it).ok());
        let key = decoded.unwrap_or_else(|| self.0.as_bytes().to_vec());
        let mut message = format!("{id}.{}.", at.seconds()).into_bytes();
        message.extend_from_slice(body);
        Ok(format!("v1,{}", STANDARD.encode(secret::hmac_sha256(&key, &message)?)))
    }
}

/// The value of `webhook-signature`: an entry for each secret that is good at the moment, the newest first.
///
/// # Errors
/// Never in practice: HMAC takes keys of any length.
pub fn standard(secrets: &[SigningSecret], id: &str, at: Timestamp, body: &[u8]) -> Result<String> {
    let entries: Result<Vec<String>> = secrets.iter().map(|it| it.sign_message(id, at, body)).collect();
    Ok(entries?.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_standards_own_vector_is_met() {
        let secret = SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let at = Timestamp(1_614_265_330_000);
        let signature = standard(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_callers_own_secret_is_its_own_key_for_both_signatures() {
        // Both computed with Python's hmac.
        let secret = SigningSecret::new("your-webhook-secret").unwrap();
        assert_eq!(
            secret.sign_body(b"what do ya want for nothing?").unwrap(),
            "sha256=548763bfaab897274d5528766bc8ed92c91ca7b260691cf06830108b65febca3"
        );
        assert_eq!(
            standard(&[secret], "evt_1", Timestamp(1_000), b"x").unwrap(),
            "v1,+Ued6OKdiyX0MfrMI0NdklLZXUUrppL22BrIrHKuTVQ="
        );
    }

    #[test]
    fn a_secret_is_visible_and_long_enough() {
        for wrong in [
            "",
            "short",
            "with space in it",
            "with\nline break",
            "ümlaute-sind-nett",
            &"a".repeat(257),
        ] {
            assert!(SigningSecret::new(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            format!("{:?}", SigningSecret::new("your-webhook-secret").unwrap()),
            "SigningSecret"
        );
    }
}
