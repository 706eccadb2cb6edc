//! The hosts that may use a widget key, as they are typed and as they are kept.

/// The hosts of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains(pub Vec<String>);

impl Domains {
    /// Adds every host in `typed`, which may hold several with commas or spaces between them; all of them or none.
    pub fn add(&mut self, typed: &str) -> Result<(), String> {
        let parts = typed
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty());
        for host in parts.map(host).collect::<Result<Vec<_>, _>>()? {
            if !self.0.contains(&host) {
                self.0.push(host);
            }
        }
        Ok(())
    }

    /// Takes a host out again.
    pub fn remove(&mut self, host: &str) {
        self.0.retain(|kept| kept != host);
    }
}

/// Returns the host that `typed` means: scheme, port and path are left out, `*` and `*.` are kept.
///
/// # Errors
/// Why it is no host, in a sentence.
pub fn host(typed: &str) -> Result<String, String> {
    let lower = typed.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = rest
        .split_once(':')
        .map_or(rest, |(name, _)| name)
        .trim_end_matches('.');
    if name == "*" {
        return Ok("*".to_owned());
    }
    let plain = name.strip_prefix("*.").unwrap_or(name);
    if !plain.is_ascii() {
        return Err(format!("Write \u{201c}{typed}\u{201d} in its xn-- form."));
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if plain.is_empty() || plain.len() > 253 || !plain.split('.').all(label) {
        return Err(format!(
            "\u{201c}{typed}\u{201d} is not a domain. Use example.com or *.example.com."
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_kept_without_what_surrounds_them() {
        for (typed, kept) in [
            ("example.com", "example.com"),
            ("https://Shop.Example.com:8443/a?b#c", "shop.example.com"),
            ("*.example.com", "*.example.com"),
            ("localhost:3000", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("example.com.", "example.com"),
            ("*", "*"),
        ] {
            assert_eq!(host(typed).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn what_is_no_host_is_refused_by_name() {
        for typed in [
            "exa_mple.com",
            "a..b",
            "-a.com",
            "*.*.com",
            "ex*mple.com",
            "https://",
            "a@b.c",
        ] {
            assert!(host(typed).is_err_and(|why| why.contains(typed)), "{typed}");
        }
        assert!(host("münchen.de").is_err_and(|why| why.contains("xn--")));
    }

    #[test]
    fn several_are_added_at_once_or_not_at_all_and_none_twice() {
        let mut domains = Domains::default();
        assert_eq!(domains.add("a.com, b.com\nA.com"), Ok(()));
        assert_eq!(domains.0, ["a.com", "b.com"]);
        assert!(domains.add("c.com no_host d.com").is_err());
        assert_eq!(domains.0, ["a.com", "b.com"]);
        domains.remove("a.com");
        assert_eq!(domains.0, ["b.com"]);
    }
}
