//! Reads any bytes, packed or not, as a sitemap: it ends with addresses or with a refusal.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = edge_extract::sitemap_at_once(bytes);
});
