//! Reads any bytes as robots.txt: it ends, and what follows a rule that forbids everything opens nothing unless it says
//! so.
#![no_main]
use edge_core::crawl::robots::Rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let url = "https://example.com/docs/a%2fb?x=1";
    Rules::read(bytes, true).allow(url);
    let mut closed = b"user-agent: *\ndisallow: /\n".to_vec();
    closed.extend_from_slice(bytes);
    let said = String::from_utf8_lossy(bytes).to_lowercase();
    let allows = said.replace("disallow", "").contains("allow");
    if !allows && !said.contains("agent") {
        for is_whole in [true, false] {
            assert!(!Rules::read(&closed, is_whole).allow(url), "{said:?} opens the host");
        }
    }
});
