//! Prints the features of searches for `model/confidence.py`, one JSON object a line:
//! `cargo run --release --example confidence --features eval -- DIR…`

#![allow(clippy::print_stdout, reason = "a command-line tool")]

use std::error::Error;
use std::path::Path;

use retrieval::Embedder;
use retrieval::eval::{Set, confidence};

/// How many questions of each other set are asked.
const FROM_OTHERS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = crate_directory.join("model");
    let table = std::fs::read(model.join("static-30k-256-int8.safetensors"))?;
    let embedder = Embedder::new(&table, &std::fs::read(model.join("tokenizer.json"))?)?;
    let everyday = std::fs::read_to_string(crate_directory.join("../../tests/eval/unrelated.txt"))?;
    let mut sets = Vec::new();
    for directory in std::env::args().skip(1) {
        let directory = Path::new(&directory);
        let read = |name| std::fs::read_to_string(directory.join(name));
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sets.push((name, Set::read(&read("corpus.jsonl")?, &read("queries.jsonl")?)?));
    }
    for (name, set) in &sets {
        let others = sets.iter().filter(|(other, _)| corpus(other) != corpus(name));
        let mut unrelated: Vec<String> = everyday.lines().map(str::to_owned).collect();
        for (_, other) in others {
            let answerable = other.questions.iter().filter(|question| question.answerable);
            unrelated.extend(answerable.take(FROM_OTHERS).map(|question| question.text.clone()));
        }
        for row in confidence::rows(set, &unrelated, &embedder)? {
            let mut value = serde_json::to_value(&row)?;
            value["set"] = name.as_str().into();
            println!("{value}");
        }
    }
    Ok(())
}

// `help_ctx` holds follow-ups to what `help` holds.
fn corpus(set: &str) -> &str {
    set.strip_suffix("_ctx").unwrap_or(set)
}
