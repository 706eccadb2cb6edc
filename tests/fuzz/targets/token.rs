//! Verifies any text as a token: none is ours that we did not sign.
#![no_main]
use edge_core::keyring::KeyRing;
use edge_core::token::{Audience, verify};
use edge_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(keys) = KeyRing::new("the current secret, which no fuzzer guesses", "") else {
        panic!("this is a secret");
    };
    let read = verify::<serde_json::Value>(&keys, Audience::Account, text, Timestamp(0));
    assert!(read.is_err(), "{text:?} was not signed by us");
});
