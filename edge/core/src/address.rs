//! Network addresses of callers, as throttles count them.
use crate::ports::{Take, Window};
use std::net::IpAddr;

/// How many times the figure of one network a wider network has.
const WIDE_FACTOR: u64 = 10;

/// Where a call comes from: an IPv4 address, or the /64 of an IPv6 address and the /48 around it.
///
/// The holder of one IPv6 address has all 2^64 addresses of its /64, so whole IPv6 addresses are never counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    network: String,
    wide_network: Option<String>,
    block: String,
}

impl ClientAddress {
    /// Takes an address as a proxy reports it. All calls whose address cannot be read are one network.
    pub fn new(text: &str) -> Self {
        let address = text.trim().parse::<IpAddr>().map(|it| it.to_canonical());
        match address {
            Ok(IpAddr::V4(it)) => Self {
                network: it.to_string(),
                wide_network: None,
                block: block_of_ip(IpAddr::V4(it)),
            },
            Ok(IpAddr::V6(it)) => {
                let [a, b, c, d, ..] = it.segments();
                Self {
                    network: format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"),
                    wide_network: Some(format!("{a:x}:{b:x}:{c:x}::/48")),
                    block: block_of_ip(IpAddr::V6(it)),
                }
            }
            Err(_) => Self {
                network: "unknown".into(),
                wide_network: None,
                block: "unknown".into(),
            },
        }
    }

    /// Returns the IPv4 address or the /64.
    pub(crate) fn network(&self) -> &str {
        &self.network
    }

    /// Returns the /48 of an IPv6 address.
    pub(crate) fn wide_network(&self) -> Option<&str> {
        self.wide_network.as_deref()
    }

    /// Returns the /24 of an IPv4 address or the /48 of an IPv6 address: what one holder of addresses easily has.
    pub fn block(&self) -> &str {
        &self.block
    }

    /// Returns the widest network that calls of this address are counted in, which is where their counters are kept.
    pub(crate) fn widest(&self) -> &str {
        self.wide_network().unwrap_or(&self.network)
    }

    /// Returns a take of one for the network, and for IPv6 another one for the /48 with ten times the limit.
    pub(crate) fn takes(&self, counter: &str, window: Window, limit: u64) -> Vec<Take> {
        let take = |network: &str, limit| Take {
            counter: format!("{counter} {network}"),
            window,
            limit,
            amount: 1,
        };
        let wide = self.wide_network().map(|it| take(it, limit * WIDE_FACTOR));
        [take(&self.network, limit)].into_iter().chain(wide).collect()
    }
}

/// Returns the /24 or /48 of an address as a proxy reports it; none when it cannot be read.
pub(crate) fn block_of(text: &str) -> Option<String> {
    let address = text.trim().parse::<IpAddr>().ok()?;
    Some(block_of_ip(address.to_canonical()))
}

fn block_of_ip(address: IpAddr) -> String {
    match address {
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(it) => {
            let [a, b, c, ..] = it.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv4_addresses_are_counted_whole() {
        for (text, network) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1 ", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
        ] {
            let address = ClientAddress::new(text);
            assert_eq!((address.network(), address.widest()), (network, network), "{text}");
        }
    }

    #[test]
    fn ipv6_addresses_are_counted_by_their_networks() {
        for (text, network, wide) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("2001:DB8:1:2::", "2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("2001:db8:1:ffff::1", "2001:db8:1:ffff::/64", "2001:db8:1::/48"),
            ("::1", "0:0:0:0::/64", "0:0:0::/48"),
        ] {
            let address = ClientAddress::new(text);
            assert_eq!((address.network(), address.widest()), (network, wide), "{text}");
        }
    }

    #[test]
    fn a_block_is_what_one_holder_easily_has() {
        for (text, block) in [
            ("192.0.2.1", "192.0.2.0/24"),
            ("::ffff:192.0.2.200", "192.0.2.0/24"),
            ("2001:db8:1:2::1", "2001:db8:1::/48"),
            ("?", "unknown"),
        ] {
            assert_eq!(ClientAddress::new(text).block(), block, "{text}");
        }
    }

    #[test]
    fn unreadable_addresses_are_one_network() {
        for text in ["", "unknown", "192.0.2.1:80", "[::1]", "fe80::1%eth0", "1.2.3"] {
            assert_eq!(ClientAddress::new(text), ClientAddress::new("?"), "{text}");
        }
    }

    #[test]
    fn a_wide_network_has_ten_times_the_figure() {
        let takes = ClientAddress::new("2001:db8::1").takes("signup", Window::Hour, 30);
        let counted: Vec<_> = takes.iter().map(|it| (it.counter.as_str(), it.limit)).collect();
        assert_eq!(
            counted,
            [("signup 2001:db8:0:0::/64", 30), ("signup 2001:db8:0::/48", 300)]
        );
        assert_eq!(
            ClientAddress::new("192.0.2.1").takes("signup", Window::Hour, 30).len(),
            1
        );
    }

    #[test]
    fn a_network_is_what_an_address_begins_with() {
        assert_eq!(block_of("203.0.113.9").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(block_of("::ffff:203.0.113.9").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(block_of("2001:db8:1:2::9").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(block_of("unknown"), None);
    }
}
