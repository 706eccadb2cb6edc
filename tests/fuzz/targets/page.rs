//! Reads any bytes as a page of a website: it ends with a page or with a refusal, and every link is an address.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(page) = edge_extract::page_at_once(bytes, "https://example.com/docs/", "text/html; charset=utf-8") {
        for link in &page.links {
            assert!(link.starts_with("http"), "{link} leads out of the web");
        }
    }
});
