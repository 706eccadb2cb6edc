//! Which pages may use a widget key: the key's domains against the `Origin` of the page.
use url::{Host, Url};

/// A pattern of `allowed_domains`: a host, `*.` and a host, or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainPattern(String);

impl DomainPattern {
    /// Takes a pattern in the form it is kept in: lower case, IDNA, without scheme and port.
    pub fn new(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be a domain such as `example.com` or `*.example.com`, or `*`, is `{text}`");
        let pattern = text.trim();
        if pattern == "*" {
            return Ok(Self("*".into()));
        }
        // People paste addresses; scheme and port are ignored, a path is a mistake.
        let pattern = pattern
            .strip_prefix("https://")
            .or_else(|| pattern.strip_prefix("http://"))
            .unwrap_or(pattern);
        let (stars, host) = pattern.strip_prefix("*.").map_or(("", pattern), |rest| ("*.", rest));
        let host = host.strip_suffix('/').unwrap_or(host);
        if host.is_empty() || host.contains(['*', '/', '\\', '@', '?', '#', '%']) || host.contains(is_no_letter) {
            return Err(wrong());
        }
        let url = Url::parse(&format!("http://{host}")).map_err(|_| wrong())?;
        let host = url
            .host_str()
            .map(|it| it.trim_end_matches('.'))
            .filter(|it| !it.is_empty() && it.bytes().all(is_of_host))
            .ok_or_else(wrong)?;
        // Parsed once more as it will be from its row: without its last dots it may be another host.
        let again = Url::parse(&format!("http://{host}")).map_err(|_| wrong())?;
        if again.host_str() != Some(host) || host.starts_with('.') {
            return Err(wrong());
        }
        if !stars.is_empty() && !matches!(url.host(), Some(Host::Domain(_))) {
            return Err(wrong());
        }
        Ok(Self(format!("{stars}{host}")))
    }

    /// Returns the pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Blanks and what cannot be seen: the URL parser drops some of these without a word.
fn is_no_letter(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Tells whether a host may hold a byte, as the URL parser writes hosts. That parser takes `;`, `,` and quotes as well,
/// which would begin another directive in the policies that patterns are written into.
fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':')
}

/// Tells whether a page's `Origin` is let in by one of the patterns. Without a pattern, none is let in. `*.example.com`
/// matches at any depth and not `example.com` itself; scheme and port do not matter.
pub fn is_allowed(origin: &str, patterns: &[String]) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let Some(host) = url.host_str().map(|it| it.trim_end_matches('.')).filter(|_| is_web) else {
        return false;
    };
    patterns.iter().any(|pattern| match pattern.strip_prefix("*.") {
        _ if pattern == "*" => true,
        Some(domain) => host
            .strip_suffix(domain)
            .is_some_and(|it| it.len() > 1 && it.ends_with('.')),
        None => host == pattern,
    })
}

/// Returns the sources of a `frame-ancestors` directive for some patterns: any scheme of the web, any port. What is no
/// pattern, as rows of earlier releases may hold, is left out.
pub fn frame_ancestors(patterns: &[String]) -> String {
    let patterns: Vec<DomainPattern> = patterns.iter().flat_map(|it| DomainPattern::new(it)).collect();
    if patterns.iter().any(|it| it.as_str() == "*") {
        return "*".into();
    }
    let sources: Vec<String> = patterns
        .iter()
        .map(DomainPattern::as_str)
        .flat_map(|it| [format!("https://{it}:*"), format!("http://{it}:*")])
        .collect();
    if sources.is_empty() {
        "'none'".into()
    } else {
        sources.join(" ")
    }
}

/// Returns the scheme, host and port of an endpoint's address. Path and query often hold a secret: who has the whole
/// address of an endpoint at a chat service or an automation service can write there.
pub fn of_url(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |it| it.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_kept_in_one_form() {
        let kept = |text: &str| DomainPattern::new(text).map(|it| it.0);
        assert_eq!(kept(" Example.COM "), Ok("example.com".into()));
        assert_eq!(kept("https://example.com:8443/"), Ok("example.com".into()));
        assert_eq!(kept("*.Bücher.example"), Ok("*.xn--bcher-kva.example".into()));
        assert_eq!(kept("localhost:3000"), Ok("localhost".into()));
        assert_eq!(kept("*"), Ok("*".into()));
        for wrong in [
            "",
            "*.",
            ".3...",
            ".example.com",
            "a.*.com",
            "example.com/path",
            "user@example.com",
            "*.127.0.0.1",
            "exa mple.com",
            "*example.com",
            "a;sandbox;b.example",
            "a.example;",
            "a.example, b.example",
            "a.example,b.example",
            "a.example'",
            "'none'",
            "\"a.example\"",
            "a%3Bb.example",
            "a.exam\tple",
            "a.exam\nple",
            "a\u{a0}b.example",
            "a.example\\b",
            "a.example$",
            "a.example!",
            "(a.example)",
            "a.example&b",
            "a=b.example",
            "`a.example`",
        ] {
            assert!(kept(wrong).is_err(), "{wrong}");
        }
        assert_eq!(kept("[::1]:3000"), Ok("[::1]".into()));
        assert_eq!(kept("my_host.example"), Ok("my_host.example".into()));
    }

    #[test]
    fn a_policy_is_made_of_patterns_alone() {
        let policy = |patterns: &[&str]| frame_ancestors(&patterns.iter().map(|it| (*it).into()).collect::<Vec<_>>());
        assert_eq!(
            policy(&["a;sandbox;b.example", "example.com"]),
            "https://example.com:* http://example.com:*"
        );
        assert_eq!(policy(&["a, b", "'self'"]), "'none'");
        assert_eq!(policy(&["a;b", "*"]), "*");
        assert_eq!(policy(&[]), "'none'");
    }

    #[test]
    fn only_the_host_decides() {
        let patterns = ["example.com".to_owned(), "*.example.org".into()];
        for origin in [
            "https://example.com",
            "http://example.com:3000",
            "https://EXAMPLE.com",
            "https://example.com.",
            "https://a.example.org",
            "https://a.b.example.org",
        ] {
            assert!(is_allowed(origin, &patterns), "{origin}");
        }
        for origin in [
            "",
            "null",
            "https://example.org",
            "https://evilexample.com",
            "https://example.com.evil.com",
            "https://www.example.com",
            "https://evilexample.org",
            "https://.example.org",
            "ftp://example.com",
            "https://example.com@evil.com",
            "https://user@example.com",
            "file://example.com",
        ] {
            assert!(!is_allowed(origin, &patterns), "{origin}");
        }
        assert!(!is_allowed("https://example.com", &[]));
        assert!(is_allowed("https://anything.example", &["*".to_owned()]));
    }
}
