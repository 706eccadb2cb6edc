//! The retrieval crate natively and inside workerd, over the same segments.
use super::yardstick::Yardstick;
use super::{folder, spoken, table};
use crate::build::workers;
use crate::paths::root;
use crate::progress::step;
use crate::tools::Tools;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::process::Command;

const WORKER: &str = "tests/bench/retrieval";

/// Measures, prints and returns all figures.
pub(super) fn run(tools: &Tools) -> Result<Value> {
    println!("\n── retrieval natively and inside workerd ──");
    let native = step("the vector indexes, natively", natively)?;
    workers::another(tools, "bench-retrieval", &root().join(WORKER).join("build/index.js"))?;
    let workerd = step("retrieval inside workerd", || inside_workerd(tools))?;
    let (whole, indexes): (Vec<Value>, Vec<Value>) = native.into_iter().partition(|row| row["index"] == "whole");
    show(&whole, &indexes, &workerd);
    Ok(json!({ "whole": whole, "indexes": indexes, "workerd": workerd }))
}

fn natively() -> Result<Vec<Value>> {
    let mut command = Command::new("cargo");
    command
        .args([
            "bench",
            "--package",
            "retrieval",
            "--features",
            "eval",
            "--bench",
            "vectors",
        ])
        .arg("--")
        .arg("--segments")
        .arg(folder()?)
        // As in workerd, where there are no threads.
        .env("RAYON_NUM_THREADS", "1");
    let spoken = spoken("vectors", &mut command)?;
    let rows = spoken.lines().filter(|line| line.starts_with('{'));
    rows.map(|row| serde_json::from_str(row).with_context(|| row.to_owned()))
        .collect()
}

fn inside_workerd(tools: &Tools) -> Result<Value> {
    let worker = Yardstick::start(tools, &format!("{WORKER}/wrangler.toml"))?;
    let mut command = tools.node();
    command
        .arg("tests/bench/retrieval.mjs")
        .env("BASE_URL", worker.base_url())
        .env("SEGMENTS", folder()?)
        .env("MODEL", root().join("shared/retrieval/model"))
        .env("MINILM", root().join("target/minilm/minilm-int8.bin"));
    let spoken = spoken("workerd", &mut command)?;
    serde_json::from_str(&spoken).context("reading what tests/bench/retrieval.mjs wrote")
}

fn show(whole: &[Value], indexes: &[Value], workerd: &Value) {
    println!("\nThe vector indexes: recall against the scan of all vectors, natively");
    table::print(
        indexes,
        &[
            ("index", "index"),
            ("passages", "passages"),
            ("recall_at_10", "recall@10"),
            ("recall_at_100", "recall@100"),
            ("build_s", "build s"),
            ("memory_mb", "memory MB"),
            ("native_ms", "ms"),
        ],
    );
    println!("\nA search, natively");
    table::print(
        whole,
        &[
            ("passages", "passages"),
            ("memory_mb", "memory MB"),
            ("nearest_ms", "vectors ms"),
            ("terms_ms", "BM25 ms"),
            ("hybrid_ms", "hybrid ms"),
            ("embed_ms", "embed ms"),
        ],
    );
    println!("\nA search, inside workerd");
    let none = Vec::new();
    table::print(
        workerd["rows"].as_array().unwrap_or(&none),
        &[
            ("passages", "passages"),
            ("file_mb", "file MiB"),
            ("load_ms", "load ms"),
            ("flat_ms", "flat ms"),
            ("binary_ms", "binary ms"),
            ("hnsw_ms", "HNSW ms"),
            ("hnsw_in_parts_ms", "HNSW in parts ms"),
            ("link_1000_ms", "link 1,000 ms"),
            ("bm25_ms", "BM25 ms"),
            ("hybrid_ms", "hybrid ms"),
        ],
    );
    println!("\nThe memory of an isolate, and a question's embedding");
    table::print(
        std::slice::from_ref(workerd),
        &[
            ("embed_ms", "embed ms"),
            ("minilm/question_ms", "MiniLM, 15 tokens ms"),
            ("minilm/passage_ms", "MiniLM, 220 tokens ms"),
            ("memory/empty_mb", "empty MiB"),
            ("memory/model_mb", "with model MiB"),
            ("memory/with_50000_passages_mb", "with 50,000 passages MiB"),
            ("memory/after_searching_mb", "after searching MiB"),
            ("memory/search_50000_ms", "hybrid at 50,000 ms"),
        ],
    );
}
