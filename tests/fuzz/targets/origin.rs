//! Compares any origin with any pattern: what is made of a pattern for the frame's policy stays one token of it.
#![no_main]
use edge_core::origin::{DomainPattern, frame_ancestors, is_allowed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let (origin, pattern) = texts;
    let Ok(domain) = DomainPattern::new(pattern) else {
        return;
    };
    let patterns = [domain.as_str().to_owned()];
    is_allowed(origin, &patterns);
    let policy = frame_ancestors(&patterns);
    assert!(
        !policy.contains([';', ',', '\'', '"', '\r', '\n']),
        "{pattern:?} adds to the policy: {policy}"
    );
});
