//! Prints the evaluation of one or more sets: `cargo run --release --example eval --features eval -- DIR…`

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool on a machine with a clock"
)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use retrieval::Embedder;
use retrieval::eval::{Set, evaluate};

fn main() -> Result<(), Box<dyn Error>> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("model");
    let table = std::fs::read(model.join("static-30k-256-int8.safetensors"))?;
    let embedder = Embedder::new(&table, &std::fs::read(model.join("tokenizer.json"))?)?;
    let start = Instant::now();
    println!(
        "set                 R@1    R@5   R@10    MRR   nDCG  AUROC    ECE  answer      ms  kept .5 .6 .7     refused"
    );
    for directory in std::env::args().skip(1) {
        let directory = Path::new(&directory);
        let read = |name| std::fs::read_to_string(directory.join(name));
        let set = Set::read(&read("corpus.jsonl")?, &read("queries.jsonl")?)?;
        let report = evaluate(&set, &embedder, || start.elapsed().as_secs_f64() * 1000.0)?;
        let percent = |value: f64| format!("{:6.1}", value * 100.0);
        let maybe = |value: Option<f64>| value.map_or_else(|| "     -".to_owned(), percent);
        let three = |values: [f64; 3]| values.map(|value| format!("{value:.2}")).join(" ");
        println!(
            "{:16} {} {} {} {} {} {} {} {}  {:6.3}  {}  {}",
            directory.file_name().unwrap_or_default().to_string_lossy(),
            percent(report.recall_at_1),
            percent(report.recall_at_5),
            percent(report.recall_at_10),
            percent(report.mrr_at_10),
            percent(report.ndcg_at_10),
            maybe(report.auroc),
            percent(report.ece),
            maybe(report.answer_hit_rate),
            report.ms_per_query,
            three(report.kept),
            report.refused.map_or_else(String::new, three),
        );
    }
    Ok(())
}
