//! Answers questions, one a line on standard input, from a folder of files or an evaluation set, with the confidence
//! and the hits: `cargo run --release -p edge-extract --features readers --example ask -- DIR`
#![expect(clippy::print_stdout, reason = "showing is what it is for")]

use edge_extract::{Hint, document_at_once};
use retrieval::eval::{Set, index};
use retrieval::{
    DocumentInput, Embedder, ExtractOptions, Index, Parsed, SearchOptions, Segment, SegmentBuilder, Style, extract,
    passages,
};
use std::error::Error;
use std::fs;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/retrieval/model");
    let table = fs::read(model.join("static-30k-256-int8.safetensors"))?;
    let embedder = Embedder::new(&table, &fs::read(model.join("tokenizer.json"))?)?;
    let directory = std::env::args().nth(1).ok_or("usage: ask DIR < questions")?;
    let directory = Path::new(&directory);
    let read = |name| fs::read_to_string(directory.join(name));
    let index = if directory.join("corpus.jsonl").exists() {
        index(&Set::read(&read("corpus.jsonl")?, &read("queries.jsonl")?)?, &embedder)?
    } else {
        files(directory, &embedder)?
    };
    for question in std::io::stdin().lock().lines() {
        let question = question?;
        let found = index.search(&embedder, &question, &SearchOptions::default());
        let options = ExtractOptions {
            max_chars: 800,
            style: Style::Conversational,
        };
        let hits = found.hits.get(..5).unwrap_or(&found.hits);
        let answer = extract(&embedder, &question, hits, &options);
        println!("? {question}\n  {:.2} {:?}", found.confidence, found.features);
        for hit in found.hits.iter().take(3) {
            println!("  {:.2} {} > {}", hit.score, hit.title, hit.heading_path.join(" > "));
        }
        println!("  {}\n", answer.text().replace('\n', "\n  "));
    }
    Ok(())
}

fn files(directory: &Path, embedder: &Embedder) -> Result<Index, Box<dyn Error>> {
    let mut builder = SegmentBuilder::new(embedder);
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            continue;
        }
        let hint = Hint {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            media_type: String::new(),
        };
        let extracted = match document_at_once(&fs::read(&path)?, &hint) {
            Ok(extracted) => extracted,
            Err(refusal) => {
                println!("{}: {}", path.display(), refusal.message);
                continue;
            }
        };
        let parsed = Parsed {
            title: extracted.title,
            blocks: extracted.blocks,
        };
        builder.add(&DocumentInput {
            document_id: &path.to_string_lossy(),
            collection_id: "",
            title: parsed.title.as_deref().unwrap_or_default(),
            url: None,
            language: None,
            passages: &passages(&parsed),
        });
    }
    let segment = Segment::decode(builder.finish()?)?;
    Ok(Index::new(vec![Arc::new(segment)], |_, _| false))
}
