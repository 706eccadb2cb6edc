//! Answers questions about a set, one a line on standard input, with the confidence and the hits: for a look at the results.

#![allow(clippy::print_stdout, reason = "a command-line tool")]

use std::error::Error;
use std::io::BufRead;
use std::path::Path;

use retrieval::eval::{Set, index};
use retrieval::{Embedder, ExtractOptions, SearchOptions, Style, extract};

fn main() -> Result<(), Box<dyn Error>> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("model");
    let table = std::fs::read(model.join("static-30k-256-int8.safetensors"))?;
    let embedder = Embedder::new(&table, &std::fs::read(model.join("tokenizer.json"))?)?;
    let directory = std::env::args().nth(1).ok_or("usage: ask DIR < questions")?;
    let read = |name| std::fs::read_to_string(Path::new(&directory).join(name));
    let set = Set::read(&read("corpus.jsonl")?, &read("queries.jsonl")?)?;
    let index = index(&set, &embedder)?;
    for question in std::io::stdin().lock().lines() {
        let question = question?;
        let found = index.search(&embedder, &question, &SearchOptions::default());
        let options = ExtractOptions {
            max_chars: 800,
            style: Style::Conversational,
        };
        let answer = extract(
            &embedder,
            &question,
            found.hits.get(..5).unwrap_or(&found.hits),
            &options,
        );
        println!("? {question}\n  {:.2} {:?}", found.confidence, found.features);
        for hit in found.hits.iter().take(3) {
            println!("  {:.2} {} > {}", hit.score, hit.title, hit.heading_path.join(" > "));
        }
        println!("  {}\n", answer.text().replace('\n', "\n  "));
    }
    Ok(())
}
