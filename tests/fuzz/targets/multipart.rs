//! Takes the fingerprint of any form: it is the same however the bytes come, and whatever the boundaries are called.
#![no_main]
use edge_dialects::idempotency::fingerprint::Fingerprint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8], u8)| {
    let (media_type, body, step) = input;
    let media_type = format!("multipart/form-data; boundary={media_type}");
    let Some(mut whole) = Fingerprint::of_form(&media_type) else {
        return;
    };
    whole.add(body);
    let mut cut = Fingerprint::of_form(&media_type).unwrap_or_default();
    body.chunks(usize::from(step).max(1)).for_each(|it| cut.add(it));
    assert_eq!(whole.finish(), cut.finish());
});
