//! The SSRF guard: which addresses we may be sent to.
//!
//! Works on the parsed URL, after the WHATWG parser has turned `0x7f.1`, `2130706433` and their like into what they
//! mean. Names that resolve to private addresses cannot be told here; a Worker's own network does not reach them.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// A URL that may be fetched or shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Takes an http or https URL of a public host without user name and password.
    ///
    /// # Errors
    /// Says why the URL will not do.
    pub fn new(text: &str, allow_private: &[String]) -> Result<Self, String> {
        if text.len() > 2_048 {
            return Err("must be at most 2048 characters".into());
        }
        let url = Url::parse(text.trim()).map_err(|_| "must be an absolute URL".to_owned())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must begin with http:// or https://".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user name or password".into());
        }
        let Some(host) = url.host() else {
            return Err("must name a host".into());
        };
        let is_allowed = allow_private
            .iter()
            .any(|it| *it == host.to_string().trim_matches(['[', ']']));
        if !is_allowed && !is_public(&host) {
            return Err("must not lead to a private address".into());
        }
        Ok(Self(url))
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Tells whether the URL begins with https.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(it) => is_public_v4(*it),
        Host::Ipv6(it) => is_public_v6(*it),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let ends = [
                ".localhost",
                ".local",
                ".internal",
                ".home.arpa",
                ".onion",
                ".test",
                ".invalid",
            ];
            name.contains('.') && name != "localhost" && !ends.iter().any(|it| name.ends_with(it))
        }
    }
}

/// The special-purpose ranges of RFC 6890 and its successors.
fn is_public_v4(it: Ipv4Addr) -> bool {
    let [a, b, c, _] = it.octets();
    let is_special = it.is_private()
        || it.is_loopback()
        || it.is_link_local()
        || it.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(it: Ipv6Addr) -> bool {
    let segments = it.segments();
    let [a, b, _, _, _, _, g, h] = segments;
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        // IPv4-mapped and IPv4-compatible, loopback and unspecified among them.
        (0, _) => matches!(segments, [0, 0, 0, 0, 0, 0xffff, ..]) && embedded(g, h),
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address.
        (0x64, 0xff9b) => embedded(g, h),
        (0x2002, _) => embedded(b, segments[2]),
        // Teredo, documentation, ORCHID and other special blocks of 2001::/23; documentation of RFC 9637.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        // Global unicast is 2000::/3; everything else is local, multicast or unassigned.
        _ => (0x2000..0x4000).contains(&a),
    }
}

/// Tells whether an IP address may be connected to.
pub fn is_public_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => is_public_v6(it),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_pass() {
        for url in [
            "https://example.com/a?b#c",
            "http://example.com:8080",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://[::ffff:8.8.8.8]/",
            "https://1e100.net",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(PublicUrl::new(url, &[]).is_ok(), "{url}");
        }
    }

    #[test]
    fn private_addresses_do_not_however_they_are_written() {
        for url in [
            "http://localhost",
            "http://localhost.",
            "http://a.localhost",
            "http://127.0.0.1",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://0",
            "http://10.0.0.1",
            "http://172.16.0.1",
            "http://192.168.1.1",
            "http://169.254.169.254/latest",
            "http://100.64.0.1",
            "http://198.18.0.1",
            "http://192.0.2.1",
            "http://224.0.0.1",
            "http://240.0.0.1",
            "http://255.255.255.255",
            "http://[::]",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:7f00:1]",
            "http://[::127.0.0.1]",
            "http://[64:ff9b::10.0.0.1]",
            "http://[2002:7f00:1::]",
            "http://[fc00::1]",
            "http://[fe80::1]",
            "http://[ff02::1]",
            "http://[2001:db8::1]",
            "http://[2001::1]",
            "http://metadata.google.internal",
            "http://router.local",
            "http://intranet",
            "http://①②⑦.⓪.⓪.①",
            "http://127。0。0。1",
        ] {
            assert_eq!(
                PublicUrl::new(url, &[]),
                Err("must not lead to a private address".into()),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_web_address_is_refused() {
        for url in [
            "",
            "example.com",
            "/a",
            "ftp://example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user:secret@example.com",
            "https://user@example.com",
            "data:text/html,hi",
        ] {
            assert!(PublicUrl::new(url, &[]).is_err(), "{url}");
        }
    }

    #[test]
    fn a_private_host_passes_where_it_is_allowed_by_name() {
        let allowed = ["localhost".to_owned(), "127.0.0.1".into()];
        assert!(PublicUrl::new("http://localhost:9000/a", &allowed).is_ok());
        assert!(PublicUrl::new("http://127.0.0.1:9000/a", &allowed).is_ok());
        assert!(PublicUrl::new("http://10.0.0.1", &allowed).is_err());
    }
}
