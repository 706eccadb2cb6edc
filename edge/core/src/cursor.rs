//! Cursors of lists: where the next page begins, signed, so that only what we gave out is taken back.
use crate::keyring::{KeyRing, RingKey};
use crate::{Error, Result, secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The length of a signature, in bytes.
const SIGNATURE: usize = 16;

/// Which list a cursor is of.
#[derive(Clone, Debug)]
pub struct List<'a> {
    name: &'static str,
    scope: Vec<&'a str>,
}

impl<'a> List<'a> {
    /// Names a list, and whose it is: a workspace or an account, and what it hangs on, such as a conversation.
    pub fn of(name: &'static str, scope: &[&'a str]) -> Self {
        Self {
            name,
            scope: scope.to_vec(),
        }
    }
}

/// Makes the cursor of what follows a row.
pub fn seal(keys: &KeyRing, list: &List<'_>, (at, id): (i64, &str)) -> Result<String> {
    let place = format!("{at}:{id}");
    let mut bytes = signature(keys.current(), list, &place)?;
    bytes.extend_from_slice(place.as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads a cursor.
///
/// # Errors
/// [`crate::Kind::Invalid`] naming `cursor` when it was not made for this list.
pub fn open(keys: &KeyRing, list: &List<'_>, cursor: &str) -> Result<(i64, String)> {
    read(keys, list, cursor)?.ok_or_else(|| Error::field("cursor", "is not one of this list"))
}

fn read(keys: &KeyRing, list: &List<'_>, cursor: &str) -> Result<Option<(i64, String)>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    let Some((given, place)) = bytes.split_at_checked(SIGNATURE) else {
        return Ok(None);
    };
    let Ok(place) = std::str::from_utf8(place) else {
        return Ok(None);
    };
    let mut is_ours = false;
    // Also what an earlier secret signed: who is in the middle of a list goes on after a change of secret.
    for key in keys.all() {
        is_ours |= secret::is_equal(given, &signature(key, list, place)?);
    }
    if !is_ours {
        return Ok(None);
    }
    let parts = place.split_once(':');
    Ok(parts.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))))
}

fn signature(key: &RingKey, list: &List<'_>, place: &str) -> Result<Vec<u8>> {
    let key = key.mac(b"edgewise cursors of lists")?;
    // JSON, so that no two lists look alike.
    let signed = serde_json::to_vec(&(list.name, &list.scope, place)).map_err(Error::internal)?;
    let mut signature = secret::hmac_sha256(&key, &signed)?;
    signature.truncate(SIGNATURE);
    Ok(signature)
}
