//! Reads any bytes as a text file: it ends with text or with a refusal, and the text is bounded.
#![no_main]
use edge_extract::Hint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let hint = Hint {
        name: "a.txt".into(),
        media_type: "text/plain".into(),
    };
    if let Ok(read) = edge_extract::document_at_once(bytes, &hint) {
        assert!(!read.blocks.is_empty(), "a file without text is refused");
        retrieval::passages(&retrieval::Parsed {
            title: read.title,
            blocks: read.blocks,
        });
    }
});
