//! Ids, keys, codes and hashes.
use crate::ports::Random;
use crate::{Error, Result};
use edge_model::Timestamp;
use edge_model::key::KeyKind;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Digest as _;
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Random characters of a key: 190 bits.
const KEY_BODY: usize = 32;
/// Characters of a key's checksum.
const KEY_CHECKSUM: usize = 6;

/// Makes an id: prefix, 8 characters of time, 14 of randomness (83 bits). Ids of one prefix sort by age.
pub fn id(random: &dyn Random, prefix: &str, now: Timestamp) -> Result<String> {
    let mut text = String::with_capacity(prefix.len() + 22);
    text.push_str(prefix);
    text.push_str(&base62(u64::try_from(now.0).unwrap_or_default(), 8));
    text.push_str(&random_base62(random, 14)?);
    Ok(text)
}

/// Makes a key: prefix, 32 random characters, 6 of checksum, so that a mistyped key is told from an unknown one
/// without asking the database.
pub fn api_key(random: &dyn Random, kind: KeyKind) -> Result<String> {
    let body = random_base62(random, KEY_BODY)?;
    let stem = format!("{}{body}", kind.prefix());
    Ok(format!("{stem}{}", checksum(&stem)))
}

/// Tells a key's kind by its prefix, longest first (`tw_live_` and `twin_live_` begin alike), when its form and
/// checksum are right.
pub fn key_kind(key: &str) -> Option<KeyKind> {
    let kind = KeyKind::ALL
        .into_iter()
        .filter(|it| key.starts_with(it.prefix()))
        .max_by_key(|it| it.prefix().len())?;
    let body = key.get(kind.prefix().len()..)?;
    let is_formed = body.len() == KEY_BODY + KEY_CHECKSUM && body.bytes().all(|it| it.is_ascii_alphanumeric());
    let (stem, check) = key.split_at_checked(key.len().checked_sub(KEY_CHECKSUM)?)?;
    (is_formed && checksum(stem) == check).then_some(kind)
}

/// Returns how people may recognise a key: its prefix, three characters, and the last three.
pub fn key_display(key: &str, kind: KeyKind) -> String {
    let head = key.get(..kind.prefix().len() + 3).unwrap_or(key);
    let tail = key.get(key.len().saturating_sub(3)..).unwrap_or_default();
    format!("{head}...{tail}")
}

fn checksum(stem: &str) -> String {
    base62(u64::from(crc32fast::hash(stem.as_bytes())), KEY_CHECKSUM)
}

/// Makes a code of six digits of unpredictable bytes. Of 2^64 numbers, each code is made by as many, give or
/// take one.
pub fn otp_code(bytes: &[u8]) -> String {
    let number = bytes
        .iter()
        .take(8)
        .fold(0_u64, |number, it| number << 8 | u64::from(*it));
    format!("{:06}", number % 1_000_000)
}

/// Returns the SHA-256 of some bytes, hex.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// A SHA-256 of bytes that come in pieces.
#[derive(Clone, Default)]
pub struct Sha256(sha2::Sha256);

impl Sha256 {
    /// Adds a piece.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash, hex.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Returns the HMAC-SHA256 of some bytes.
///
/// # Errors
/// Never in practice: HMAC takes keys of any length.
pub fn hmac_sha256(key: &[u8], bytes: &[u8]) -> Result<Vec<u8>> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(bytes);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Compares without telling by its duration how much was equal.
pub fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Returns some bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn base62(mut number: u64, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = usize::try_from(number % 62)
            .ok()
            .and_then(|it| BASE62.get(it))
            .copied()
            .unwrap_or(b'0');
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

fn random_base62(random: &dyn Random, length: usize) -> Result<String> {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        random.fill(&mut bytes)?;
        // Bytes of 248 and more are passed over, since 248 is the largest multiple of 62 below 256.
        let digits = bytes
            .iter()
            .filter(|it| **it < 248)
            .filter_map(|it| BASE62.get(usize::from(it % 62)));
        text.extend(digits.take(length - text.len()).copied().map(char::from));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            bytes.fill_with(|| self.0.fetch_add(7, std::sync::atomic::Ordering::Relaxed));
            Ok(())
        }
    }

    #[test]
    fn a_key_is_known_by_its_prefix_and_checksum() {
        let random = Counting(3.into());
        for kind in KeyKind::ALL {
            let key = api_key(&random, kind).unwrap();
            assert_eq!(key_kind(&key), Some(kind), "{key}");
            let mut wrong = key.clone().into_bytes();
            let last = wrong.last_mut().unwrap();
            *last = if *last == b'0' { b'1' } else { b'0' };
            assert_eq!(key_kind(std::str::from_utf8(&wrong).unwrap()), None);
            assert_eq!(key_kind(&key[..key.len() - 1]), None);
            assert_eq!(key_kind(&format!("{key}0")), None);
        }
        for wrong in ["", "pk_live_", "tw_live_é", "ü", "twin_live_sk_1"] {
            assert_eq!(key_kind(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_of_another_form_is_none_whatever_its_checksum() {
        let prefix = KeyKind::ALL[0].prefix();
        for body in ["a".repeat(KEY_BODY - 1), "a".repeat(KEY_BODY + 1), "_".repeat(KEY_BODY)] {
            let stem = format!("{prefix}{body}");
            assert_eq!(key_kind(&format!("{stem}{}", checksum(&stem))), None, "{stem}");
        }
    }

    #[test]
    fn numbers_are_written_to_the_base_of_62() {
        let last = char::from(BASE62[61]);
        assert_eq!((base62(0, 2), base62(62, 3)), ("00".into(), "010".into()));
        assert_eq!(base62(62 * 62 * 62 - 1, 4), format!("0{last}{last}{last}"));
    }

    #[test]
    fn a_code_has_six_digits() {
        assert_eq!(otp_code(&[0; 32]), "000000");
        assert_eq!(otp_code(&[0, 0, 0, 0, 0, 1, 0, 2, 9]), "065538");
        assert_eq!(otp_code(&[0xff; 32]), "551615");
    }

    #[test]
    fn ids_sort_by_age() {
        let random = Counting(3.into());
        let ids = [1, 2, 1_000_000_000_000].map(|it| id(&random, "doc_", Timestamp(it)).unwrap());
        assert!(ids.is_sorted() && ids.iter().all(|it| it.len() == 26), "{ids:?}");
    }

    #[test]
    fn hashes_agree_with_the_published_vectors() {
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // RFC 4231, test case 2.
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?").unwrap();
        assert_eq!(
            hex(&mac),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
