//! `cargo xtask eval`: how well questions are answered, measured with the code that answers them.
#![allow(clippy::print_stdout, reason = "printing figures is what it is for")]

mod answers;
mod floors;
mod minilm;
mod plot;
mod table;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use retrieval::Embedder;
use retrieval::eval::{LayerEmbedder, Report, Set, evaluate};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use xtask::paths::{root, write};

/// The set that comes with the source.
const OWN_SET: &str = "tests/eval/lanternfish";
const MODEL: &str = "shared/retrieval/model";

/// What turns texts into vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum By {
    /// The table alone.
    #[default]
    Static,
    /// all-MiniLM-L6-v2 over the table.
    Minilm,
}

/// Measure how well questions are answered, over passages and questions as JSON lines.
#[derive(Parser)]
#[command(bin_name = "cargo xtask eval")]
struct Arguments {
    /// A folder with corpus.jsonl and queries.jsonl; our own small set by default.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Where the figures go, as JSON; a plot goes beside it, as SVG.
    #[arg(long)]
    report: Option<PathBuf>,
    /// What turns texts into vectors; `minilm` needs the file that shared/retrieval/minilm/convert.py makes.
    #[arg(long, value_enum, default_value_t)]
    embedder: By,
    /// Answer sets: folders with docs/ and questions.jsonl, judged from the file to the words.
    #[arg(long, num_args = 0.., value_name = "DIR", conflicts_with = "corpus")]
    answers: Option<Vec<PathBuf>>,
}

/// Prints the figures of a set, and writes them to a file with a plot beside it. Fails when one of them is below the
/// floor in the set's `floors.json`.
fn main() -> Result<()> {
    let Arguments {
        corpus,
        report,
        embedder: by,
        answers,
    } = Arguments::parse();
    if let Some(folders) = answers {
        let file = report.unwrap_or_else(|| root().join("target/eval/answers.json"));
        return answers::run(&embedder()?, &folders, &file);
    }
    let folder = corpus.unwrap_or_else(|| root().join(OWN_SET));
    let file = report.unwrap_or_else(|| root().join("target/eval/report.json"));
    let set = read(&folder)?;
    let embedder = embedder()?;
    let started = Instant::now();
    let now = || started.elapsed().as_secs_f64() * 1000.0;
    let figures = match by {
        By::Static => evaluate(&set, &embedder, None, now)?,
        By::Minilm => {
            let model = minilm::Model::read()?;
            let layer = model.layer(&set, &embedder, &name(&folder))?;
            let embed = |text: &str| model.embed(text);
            let layer_embedder = LayerEmbedder { layer, embed: &embed };
            evaluate(&set, &embedder, Some(&layer_embedder), now)?
        }
    };
    table::print(&folder, &figures);
    let plot_file = file.with_extension("svg");
    write(&file, serde_json::to_string_pretty(&figures)? + "\n")?;
    write(&plot_file, plot::drawn(&name(&folder), &figures))?;
    println!("\n{} and {} say the same.", file.display(), plot_file.display());
    if by != By::Static {
        return Ok(());
    }
    floors::check(&folder, &serde_json::to_value(&figures)?)
}

fn read(folder: &Path) -> Result<Set> {
    let text = |name: &str| {
        let file = folder.join(name);
        fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
    };
    let set = Set::read(&text("corpus.jsonl")?, &text("queries.jsonl")?)
        .with_context(|| format!("in {}", folder.display()))?;
    if set.passages.is_empty() || set.questions.is_empty() {
        bail!("{} has no passages or no questions", folder.display());
    }
    Ok(set)
}

fn embedder() -> Result<Embedder> {
    let read = |name: &str| {
        let file = root().join(MODEL).join(name);
        fs::read(&file).with_context(|| format!("reading {}", file.display()))
    };
    Ok(Embedder::from_shared(
        read("static-30k-256-int8.safetensors")?.into(),
        &read("tokenizer.json")?,
    )?)
}

fn name(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(|| folder.display().to_string(), |it| it.to_string_lossy().into_owned())
}

/// The figures that are shares of the answerable questions, with what they are called.
fn shares(report: &Report) -> Vec<(&'static str, f64)> {
    let mut shares = vec![
        ("Recall@1", report.recall_at_1),
        ("Recall@5", report.recall_at_5),
        ("Recall@10", report.recall_at_10),
        ("MRR@10", report.mrr_at_10),
        ("nDCG@10", report.ndcg_at_10),
    ];
    shares.extend(report.answer_hit_rate.map(|it| ("Answer in extract", it)));
    shares
}
