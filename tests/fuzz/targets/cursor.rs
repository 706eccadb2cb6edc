//! Opens any text as the cursor of a list: none is ours that we did not sign.
#![no_main]
use edge_core::cursor::{self, List};
use edge_core::keyring::KeyRing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let current = "the current secret, which no fuzzer guesses";
    let Ok(keys) = KeyRing::new(current, "an-earlier-one-which-is-as-long-as-that") else {
        panic!("these are secrets");
    };
    let list = List::of("agents", &["ws_1"]);
    assert!(cursor::open(&keys, &list, text).is_err(), "{text:?} was not signed by us");
});
