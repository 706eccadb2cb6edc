//! The model compared with its reference: vectors of a forward pass in float32. Needs the file that `convert.py` makes,
//! which is too large to be kept with the source; without it only what needs none is tested.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Reference {
    text: String,
    tokens: Vec<u16>,
    vector: Vec<f32>,
}

fn file() -> Option<Vec<u8>> {
    std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../target/minilm/minilm-int8.bin"
    ))
    .ok()
}

#[test]
fn vectors_are_those_of_the_reference() {
    let Some(file) = file() else {
        println!("no target/minilm/minilm-int8.bin: nothing to compare");
        return;
    };
    let model = MiniLm::read(file).unwrap();
    for line in include_str!("../reference.jsonl").lines() {
        let Reference { text, tokens, vector } = serde_json::from_str(line).unwrap();
        let found = model.embed(&tokens[1..tokens.len() - 1]);
        let cosine: f32 = found.iter().zip(&vector).map(|(a, b)| a * b).sum();
        println!("{cosine:.5} {text}");
        assert!(cosine > 0.99, "{cosine} {text}");
    }
}

#[test]
fn what_is_not_the_file_is_refused() {
    for wrong in [&b""[..], b"MINILM8\n", b"something else entirely"] {
        assert!(MiniLm::read(wrong).is_err());
    }
    let Some(file) = file() else { return };
    for cut in [file.len() - 1, file.len() / 2, 100] {
        assert!(MiniLm::read(&file[..cut]).is_err());
    }
    assert!(MiniLm::read([file, vec![0]].concat()).is_err());
}
