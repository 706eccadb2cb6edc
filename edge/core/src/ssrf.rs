//! The SSRF guard: which addresses we may be sent to.
//!
//! Works on the parsed URL, after the WHATWG parser has turned `0x7f.1`, `2130706433` and their like into what they
//! mean. Names that resolve to private addresses cannot be told here; a Worker's own network does not reach them.
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// A URL that may be fetched or shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// A host that may be reached although it is private, on one port or on every port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateHost {
    /// As the URL parser writes it, an IPv6 address in brackets.
    host: String,
    port: Option<u16>,
}

impl PrivateHost {
    /// Takes `localhost`, `localhost:9000`, `10.0.0.1`, `::1` or `[::1]:9000`.
    pub fn new(text: &str) -> Result<Self, String> {
        let wrong = || "must be hosts such as `localhost` or `localhost:9000`, separated by commas".to_owned();
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            let host = format!("[{address}]");
            return Ok(Self { host, port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => (host, Some(port.parse().map_err(|_| wrong())?)),
            _ => (text, None),
        };
        // The URL parser takes more than a host; what it makes of one must be all there is.
        let url = Url::parse(&format!("http://{host}/")).map_err(|_| wrong())?;
        let is_host_alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        match url.host_str() {
            Some(known) if is_host_alone && url.port().is_none() && url.username().is_empty() => Ok(Self {
                host: known.to_owned(),
                port,
            }),
            _ => Err(wrong()),
        }
    }

    fn is_host_of(&self, url: &Url) -> bool {
        let is_port = self.port.is_none() || self.port == url.port_or_known_default();
        is_port && url.host_str() == Some(&self.host)
    }
}

impl PublicUrl {
    /// Takes an http or https URL of a public host, or of a private one that is allowed, without user name and
    /// password.
    pub fn new(text: &str, allow_private: &[PrivateHost]) -> Result<Self, String> {
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
        let is_allowed = allow_private.iter().any(|it| it.is_host_of(&url));
        if !is_allowed && !is_public(&host) {
            return Err("must not lead to a private address".into());
        }
        Ok(Self(url))
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Ends of names that lead nowhere on the internet: reserved ones (RFC 2606, 6761, 6762, 7686, 8375, 9476), `internal`
/// as ICANN set it aside, and what routers, companies and clusters call their own networks.
const PRIVATE_SUFFIXES: [&str; 25] = [
    ".alt",
    ".cluster",
    ".consul",
    ".corp",
    ".docker",
    ".domain",
    ".home",
    ".home.arpa",
    ".internal",
    ".intra",
    ".intranet",
    ".invalid",
    ".kube",
    ".lan",
    ".local",
    ".localdomain",
    ".localhost",
    ".localnet",
    ".onion",
    ".priv",
    ".private",
    ".router",
    ".svc",
    ".test",
    ".workgroup",
];

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(it) => is_public_v4(*it),
        Host::Ipv6(it) => is_public_v6(*it),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name.contains('.') && !PRIVATE_SUFFIXES.iter().any(|it| name.ends_with(it))
        }
    }
}

/// The special-purpose ranges of RFC 6890 and its successors.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [a, b, c, d, e, f, g, h] = segments;
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        // IPv4-mapped and IPv4-compatible, loopback and unspecified among them.
        (0, _) => matches!(segments, [0, 0, 0, 0, 0, 0xffff, ..]) && embedded(g, h),
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address; 64:ff9b:1::/48 (RFC 8215) is for local use.
        (0x64, 0xff9b) => [c, d, e, f] == [0; 4] && embedded(g, h),
        (0x2002, _) => embedded(b, c),
        // Teredo, documentation, ORCHID and other special blocks of 2001::/23; documentation of RFC 9637.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        // Global unicast is 2000::/3; everything else is local, multicast or unassigned.
        _ => (0x2000..0x4000).contains(&a),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
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
            "https://[64:ff9b::8.8.8.8]/",
            "https://plan.example",
            "https://svc.example.com",
            "https://1e100.net",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(PublicUrl::new(url, &[]).is_ok(), "{url}");
        }
    }

    #[test]
    fn special_ranges_end_where_the_registry_says() {
        for (before, first, last, after) in [
            ("0.0.0.0", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
            ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
            ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
            ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
            ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
            ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
            ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
            ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
            ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
            ("223.255.255.255", "224.0.0.0", "255.255.255.255", "8.8.8.8"),
        ] {
            let is_public = |it: &str| is_public_v4(it.parse().unwrap());
            assert!(!is_public(first) && !is_public(last), "{first} to {last}");
            assert!(is_public(after), "{after}");
            assert!(is_public(before) || before == first, "{before}");
        }
        // Parts of special addresses in other places of an address.
        for other in [
            "101.64.0.0",
            "193.0.0.0",
            "192.1.0.0",
            "193.88.99.0",
            "192.89.99.0",
            "199.18.0.0",
        ] {
            assert!(is_public_v4(other.parse().unwrap()), "{other}");
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
            "http://[64:ff9b:1::8.8.8.8]",
            "http://[64:ff9b:1:a00:0:100:808:808]",
            "http://[64:ff9b:0:1::8.8.8.8]",
            "http://[2002:7f00:1::]",
            "http://[fc00::1]",
            "http://[fe80::1]",
            "http://[ff02::1]",
            "http://[2001:db8::1]",
            "http://[2001::1]",
            "http://metadata.google.internal",
            "http://router.local",
            "http://nas.lan",
            "http://wiki.corp",
            "http://wiki.intranet",
            "http://db.private",
            "http://api.default.svc",
            "http://api.default.svc.cluster.local",
            "http://tv.home",
            "http://TV.Home.",
            "http://host.localdomain",
            "http://db.service.consul",
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

    fn allowed(text: &str) -> Vec<PrivateHost> {
        text.split(',').map(|it| PrivateHost::new(it).unwrap()).collect()
    }

    #[test]
    fn a_private_host_passes_where_it_is_allowed_by_name() {
        let allowed = allowed("localhost,127.0.0.1,::1");
        for url in [
            "http://localhost:9000/a",
            "http://127.0.0.1:9000/a",
            "http://127.1/",
            "http://[::1]:1/",
        ] {
            assert!(PublicUrl::new(url, &allowed).is_ok(), "{url}");
        }
        assert!(PublicUrl::new("http://10.0.0.1", &allowed).is_err());
    }

    #[test]
    fn an_allowed_private_host_passes_on_its_port_alone() {
        let allowed = allowed("localhost:9000,[::1]:9000,10.0.0.1:443");
        for url in ["http://localhost:9000/a", "http://[::1]:9000", "https://10.0.0.1/"] {
            assert!(PublicUrl::new(url, &allowed).is_ok(), "{url}");
        }
        for url in [
            "http://localhost/",
            "http://localhost:9001",
            "http://[::1]",
            "http://10.0.0.1/",
        ] {
            assert!(PublicUrl::new(url, &allowed).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_no_host_is_not_allowed_by_mistake() {
        for text in [
            "",
            "http://localhost",
            "a b",
            "x:y",
            "x:99999",
            "a/b",
            "a?b",
            "a#b",
            "u@a",
            "[::1",
            ":9000",
        ] {
            assert!(PrivateHost::new(text).is_err(), "{text}");
        }
    }
}
