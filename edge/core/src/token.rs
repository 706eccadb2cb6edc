//! JSON Web Tokens, HS256 only (RFC 7519, RFC 7515): sign-in tokens and visitor tokens.
//!
//! One algorithm, keys of one ring, and of the header only the key id is obeyed, which chooses among our own keys: that
//! leaves nothing of a general library to use.
use crate::keyring::KeyRing;
use crate::{Error, Reason, Result, secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_model::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const ISSUER: &str = "edgewise";
/// Longer ones are refused unread.
const MAX_LENGTH: usize = 4_096;

/// What a token is for: a sign-in token does not pass as a visitor's and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// People who signed in.
    Account,
    /// Visitors of a page with a widget.
    Visitor,
}

impl Audience {
    fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Visitor => "visitor",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    /// Which key of the ring signed; tokens of earlier releases do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default)]
    typ: String,
}

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    body: T,
}

/// Signs a token that holds `body` until `expires_at`, with the current key.
///
/// # Errors
/// When `body` does not serialise.
pub fn sign<T: Serialize>(
    keys: &KeyRing,
    audience: Audience,
    body: T,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<String> {
    let (iss, aud) = (ISSUER.into(), audience.as_str().into());
    let claims = Claims {
        iss,
        aud,
        iat: now.seconds(),
        exp: expires_at.seconds(),
        body,
    };
    let key = keys.current();
    let header = Header {
        alg: "HS256".into(),
        kid: Some(key.id().into()),
        typ: "JWT".into(),
    };
    let header = serde_json::to_vec(&header).map_err(Error::internal)?;
    let claims = serde_json::to_vec(&claims).map_err(Error::internal)?;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = key.mac(signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Returns what a token holds, when it is ours, for this audience, and in time.
///
/// # Errors
/// [`crate::Kind::Unauthenticated`], with [`Reason::ExpiredToken`] when only its time is over.
pub fn verify<T: DeserializeOwned>(keys: &KeyRing, audience: Audience, token: &str, now: Timestamp) -> Result<T> {
    let wrong = || Error::unauthenticated("the token is not valid");
    if token.len() > MAX_LENGTH {
        return Err(wrong());
    }
    let (signed, signature) = token.rsplit_once('.').ok_or_else(wrong)?;
    let (header, claims) = signed.split_once('.').ok_or_else(wrong)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong());
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| wrong())?;
    let signature = decode(signature)?;
    let mut is_ours = false;
    for key in keys.candidates(header.kid.as_deref()) {
        is_ours |= secret::is_equal(&signature, &key.mac(signed.as_bytes())?);
    }
    if !is_ours {
        return Err(wrong());
    }
    let claims: Claims<T> = serde_json::from_slice(&decode(claims)?).map_err(|_| wrong())?;
    if header.alg != "HS256" || claims.iss != ISSUER || claims.aud != audience.as_str() {
        return Err(wrong());
    }
    if claims.exp <= now.seconds() {
        return Err(Error::unauthenticated("the token has expired").because(Reason::ExpiredToken));
    }
    Ok(claims.body)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Kind;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "another key of thirty-two letters";

    fn ring(current: &str, previous: &str) -> KeyRing {
        KeyRing::new(current, previous).unwrap()
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Body {
        sub: String,
    }

    fn token(aud: Audience) -> String {
        sign(
            &ring(KEY, ""),
            aud,
            Body { sub: "user_1".into() },
            Timestamp(0),
            Timestamp(60_000),
        )
        .unwrap()
    }

    fn check(token: &str, now: i64) -> Result<Body> {
        verify(&ring(KEY, ""), Audience::Account, token, Timestamp(now))
    }

    #[test]
    fn a_token_of_a_previous_key_holds_while_the_key_is_in_the_ring() {
        let token = token(Audience::Account);
        let check = |keys: &KeyRing| verify::<Body>(keys, Audience::Account, &token, Timestamp(0));
        let other = OTHER.replace(' ', "-");
        assert!(check(&ring(&other, KEY)).is_ok());
        assert_eq!(check(&ring(&other, "")).unwrap_err().kind, Kind::Unauthenticated);
    }

    #[test]
    fn a_token_without_a_key_id_is_tried_against_every_key() {
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = URL_SAFE_NO_PAD.encode(br#"{"iss":"edgewise","aud":"account","iat":0,"exp":60,"sub":"user_1"}"#);
        let signed = format!("{header}.{claims}");
        let signature = secret::hmac_sha256(KEY.as_bytes(), signed.as_bytes()).unwrap();
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        let other = OTHER.replace(' ', "-");
        for keys in [ring(KEY, ""), ring(&other, KEY)] {
            assert!(verify::<Body>(&keys, Audience::Account, &token, Timestamp(0)).is_ok());
        }
        assert!(verify::<Body>(&ring(&other, ""), Audience::Account, &token, Timestamp(0)).is_err());
    }

    #[test]
    fn a_signed_token_of_another_algorithm_or_issuer_is_refused() {
        for (alg, iss, is_good) in [
            ("HS256", "edgewise", true),
            ("none", "edgewise", false),
            ("HS256", "others", false),
        ] {
            let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#));
            let claims = format!(r#"{{"iss":"{iss}","aud":"account","iat":0,"exp":60,"sub":"user_1"}}"#);
            let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
            let signature = secret::hmac_sha256(KEY.as_bytes(), signed.as_bytes()).unwrap();
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
            assert_eq!(check(&token, 0).is_ok(), is_good, "{alg} {iss}");
        }
    }

    #[test]
    fn a_token_holds_until_its_last_second() {
        let token = token(Audience::Account);
        assert_eq!(check(&token, 59_999).unwrap(), Body { sub: "user_1".into() });
        assert_eq!(check(&token, 60_000).unwrap_err().reason, Some(Reason::ExpiredToken));
    }

    #[test]
    fn whatever_is_not_ours_is_refused() {
        let good = token(Audience::Account);
        let mut parts: Vec<&str> = good.split('.').collect();
        let none = URL_SAFE_NO_PAD.encode(br#"{"alg":"none"}"#);
        parts[0] = &none;
        let mut tampered = good.clone().into_bytes();
        tampered[45] ^= 1;
        let other_key = sign(
            &ring(OTHER, ""),
            Audience::Account,
            Body { sub: "x".into() },
            Timestamp(0),
            Timestamp(60_000),
        );
        let wrong = [
            parts.join("."),
            format!("{}.{}.", parts[0], parts[1]),
            String::from_utf8(tampered).unwrap(),
            token(Audience::Visitor),
            other_key.unwrap(),
            "a.b.c".into(),
            String::new(),
            "x".repeat(10_000),
        ];
        for token in wrong {
            assert_eq!(check(&token, 0).unwrap_err().kind, Kind::Unauthenticated, "{token}");
        }
    }
}
