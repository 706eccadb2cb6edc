//! Headers of a request: as text, its length, where it comes from.
use edge_core::address::ClientAddress;
use http::{HeaderMap, header};

/// Returns how long the body is said to be, in bytes.
pub(crate) fn length_of(headers: &HeaderMap) -> Option<usize> {
    header_of(headers, header::CONTENT_LENGTH.as_str())?.parse().ok()
}

/// Returns a header as text.
pub(crate) fn header_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

/// Returns where a request comes from.
pub(crate) fn address(headers: &HeaderMap) -> ClientAddress {
    ClientAddress::new(header_of(headers, "cf-connecting-ip").unwrap_or_default())
}
