//! Verifies any text as a token: none is ours that we did not sign.
#![no_main]
use edge_core::token::{Audience, verify};
use edge_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key = "a key that no fuzzer guesses, since it is long";
    let read = verify::<serde_json::Value>(key, Audience::Account, text, Timestamp(0));
    assert!(read.is_err(), "{text:?} was not signed by us");
});
