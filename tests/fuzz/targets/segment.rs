//! Decodes any bytes as a segment of an index: it is read or refused.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = retrieval::Segment::decode(bytes.to_vec());
});
