//! The key ring: `AUTH_SECRET`, and the secrets that came before it and are still accepted.
//!
//! What is signed or sealed says by a short key id which secret made it. New things are made with the current secret;
//! what an earlier one made stays valid for as long as that secret is among the previous ones.
use crate::{Result, secret};

/// Characters of a key id.
pub const KEY_ID_LENGTH: usize = 8;
/// The shortest secret that is taken, in bytes.
const MIN_SECRET_LENGTH: usize = 32;

/// A secret and the id that it is known by.
#[derive(Clone)]
pub struct RingKey {
    id: String,
    secret: String,
}

impl RingKey {
    fn new(secret: &str) -> Result<Self, String> {
        if secret.chars().count() < MIN_SECRET_LENGTH {
            return Err(format!("must be at least {MIN_SECRET_LENGTH} characters long"));
        }
        let mac = secret::hmac_sha256(secret.as_bytes(), b"edgewise key id").map_err(|it| it.to_string())?;
        let id = secret::hex(&mac).chars().take(KEY_ID_LENGTH).collect();
        Ok(Self {
            id,
            secret: secret.to_owned(),
        })
    }

    /// Returns the id: a few digits of a MAC, which tell nothing of the secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the HMAC-SHA256 of some bytes.
    pub fn mac(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        secret::hmac_sha256(self.secret.as_bytes(), bytes)
    }
}

impl std::fmt::Debug for RingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RingKey({})", self.id)
    }
}

/// All secrets that are accepted, the current one first.
#[derive(Clone, Debug)]
pub struct KeyRing {
    current: RingKey,
    previous: Vec<RingKey>,
}

impl KeyRing {
    /// Makes a ring of the current secret and of a list of previous ones, separated by commas or blanks.
    ///
    /// # Errors
    /// Names the setting that will not do and says why.
    pub fn new(current: &str, previous: &str) -> Result<Self, String> {
        let current = RingKey::new(current).map_err(|why| format!("AUTH_SECRET {why}"))?;
        let mut earlier: Vec<RingKey> = vec![];
        let listed = previous.split(|it: char| it == ',' || it.is_whitespace());
        for secret in listed.filter(|it| !it.is_empty()) {
            let key = RingKey::new(secret).map_err(|why| format!("each secret of AUTH_SECRET_PREVIOUS {why}"))?;
            let is_known = key.id == current.id || earlier.iter().any(|it| it.id == key.id);
            if !is_known {
                earlier.push(key);
            }
        }
        Ok(Self {
            current,
            previous: earlier,
        })
    }

    /// Returns the key that makes what is new.
    pub fn current(&self) -> &RingKey {
        &self.current
    }

    /// Returns every key, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &RingKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// Tells whether earlier secrets are still accepted.
    pub fn has_previous(&self) -> bool {
        !self.previous.is_empty()
    }

    /// Returns the keys that may have made something: the one that it names, or all of them when it names none.
    pub fn candidates<'a>(&'a self, id: Option<&'a str>) -> impl Iterator<Item = &'a RingKey> {
        self.all().filter(move |it| id.is_none_or(|id| it.id == id))
    }

    /// Tells whether a text is what one of the keys makes: for codes and links, which name no key and may be older than
    /// the current one.
    pub fn has_made(&self, text: &str, make: impl Fn(&RingKey) -> Result<String>) -> Result<bool> {
        let mut has_made = false;
        for key in self.all() {
            has_made |= secret::is_equal(make(key)?.as_bytes(), text.as_bytes());
        }
        Ok(has_made)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const A: &str = "a secret of the installation, no. 1";
    const B: &str = "b-secret-of-the-installation-number-2";
    const C: &str = "c-secret-of-the-installation-number-3";

    #[test]
    fn previous_secrets_are_separated_by_commas_or_blanks() {
        let ring = KeyRing::new(A, &format!(" {B},{C}\n{B} ")).unwrap();
        let ids: Vec<_> = ring.all().map(RingKey::id).collect();
        assert_eq!(ids.len(), 3, "{ids:?}");
        assert!(ids.iter().all(|it| it.len() == KEY_ID_LENGTH));
        assert_eq!(ring.candidates(Some(ids[2])).count(), 1);
        assert_eq!(ring.candidates(Some("00000000")).count(), 0);
        assert_eq!(ring.candidates(None).count(), 3);
        assert!(!KeyRing::new(B, B).unwrap().has_previous());
    }

    #[test]
    fn a_short_secret_is_refused_by_the_name_of_its_setting() {
        assert!(KeyRing::new("short", "").unwrap_err().starts_with("AUTH_SECRET must"));
        assert!(
            KeyRing::new(A, "short")
                .unwrap_err()
                .contains("AUTH_SECRET_PREVIOUS must")
        );
    }

    #[test]
    fn what_is_printed_of_a_key_is_its_id_alone() {
        let shown = format!("{:?}", KeyRing::new(A, B).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains(KeyRing::new(A, "").unwrap().current().id()), "{shown}");
    }
}
