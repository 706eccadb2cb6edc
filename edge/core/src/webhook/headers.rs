//! An endpoint's own headers: what it wants to see in every delivery.
use std::collections::BTreeMap;

/// How many an endpoint may have.
const MAX_HEADERS: usize = 20;
/// How long a value may be, in bytes.
const VALUE: usize = 1_000;

/// What the names of headers begin with that the network and Standard Webhooks set.
const PREFIXES: [&str; 2] = ["cf-", "webhook-"];
/// Names that are the connection's, or prove an identity.
const OURS: [&str; 15] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Headers that may be added to a delivery, by their names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnHeaders(BTreeMap<String, String>);

impl OwnHeaders {
    /// Takes headers that are none of ours. `prefixes` are those of the dialects' headers.
    ///
    /// # Errors
    /// Says which will not do, and why, as the end of a sentence that begins with the field's name.
    pub fn new(given: &BTreeMap<String, String>, prefixes: &[&str]) -> Result<Self, String> {
        if given.len() > MAX_HEADERS {
            return Err(format!("must be at most {MAX_HEADERS} headers"));
        }
        let mut headers = BTreeMap::new();
        for (name, value) in given {
            let name = name.trim().to_ascii_lowercase();
            check(&name, value, prefixes)?;
            if headers.insert(name.clone(), value.trim().to_owned()).is_some() {
                return Err(format!("has `{name}` twice"));
            }
        }
        Ok(Self(headers))
    }

    /// Takes headers out of where they were kept.
    pub(crate) fn kept(headers: BTreeMap<String, String>) -> Self {
        Self(headers)
    }

    /// Returns the headers.
    pub(crate) fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

fn check(name: &str, value: &str, prefixes: &[&str]) -> Result<(), String> {
    let shown: String = name.chars().take(60).collect();
    // A token of RFC 9110, section 5.6.2.
    let is_token = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it);
    if name.is_empty() || name.len() > 100 || !name.bytes().all(is_token) {
        return Err(format!(
            "has a name that no header can have: `{}`",
            shown.escape_debug()
        ));
    }
    let mut reserved = PREFIXES.iter().chain(prefixes);
    if OURS.contains(&name) || reserved.any(|it| name.starts_with(it)) {
        return Err(format!("must not set `{shown}`"));
    }
    if value.len() > VALUE || !value.bytes().all(|it| it == b' ' || it.is_ascii_graphic()) {
        return Err(format!(
            "must give `{shown}` a value of up to {VALUE} visible ASCII characters"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<OwnHeaders, String> {
        OwnHeaders::new(
            &BTreeMap::from([(name.to_owned(), value.to_owned())]),
            &["x-twin-", "x-cobb-", "twin-"],
        )
    }

    #[test]
    fn what_is_ours_or_no_header_is_refused() {
        assert!(one("X-Custom-Header", "value").is_ok());
        for name in [
            "Host",
            "content-length",
            "Content-Type",
            "AUTHORIZATION",
            "Webhook-Id",
            "webhook-signature",
            "X-Twin-Event",
            "x-cobb-event",
            "Twin-Signature",
            "Transfer-Encoding",
            "",
            "a b",
            "a:b",
            "a\r\nb",
            "ü",
        ] {
            assert!(one(name, "value").is_err(), "{name}");
        }
        for value in ["a\r\nhost: evil", "a\nb", "\u{0}", "ü", &"a".repeat(1_001)] {
            assert!(one("x-custom", value).is_err(), "{value}");
        }
    }
}
