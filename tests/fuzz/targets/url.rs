//! Passes any text through the guard of outgoing requests: what passes has a public host.
#![no_main]
use edge_core::ssrf::PublicUrl;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(url) = PublicUrl::new(text, &[]) {
        let again = PublicUrl::new(url.as_str(), &[]);
        assert!(again.is_ok(), "{text:?} passes as {} and that does not", url.as_str());
    }
});
