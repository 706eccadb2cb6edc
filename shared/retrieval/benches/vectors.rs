//! The vector indexes side by side, at sizes from 1,000 to 100,000 passages: recall against the plain scan, time to
//! build, memory, and time for a query. One line of JSON for each on the standard output, progress on the other.
//!
//! `cargo bench -p retrieval --features eval --bench vectors -- [--segments FOLDER] [--most PASSAGES]`; the folder
//! receives the segments, and those with graphs, so that other programs can measure the same.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a benchmark may stop at the first error, has a clock, and prints"
)]

mod corpus;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use corpus::{QUESTIONS, embedder, questions, segment};
use retrieval::embed::Query;
use retrieval::index::vectors::{FlatIndex, HnswIndex, VectorIndex, extend_hnsw};
use retrieval::tuning::HNSW_PASSAGES_PER_STEP;
use retrieval::{Embedder, Index, SearchOptions, Segment};

const SIZES: [usize; 4] = [1_000, 10_000, 50_000, 100_000];
/// A graph of 50,000 takes minutes to build, and finds 0.59 of the ten nearest.
const LARGEST_GRAPH: usize = 10_000;
/// How many nearest passages a search looks for, and among how many of them recall is counted.
const ASKED: usize = 101;
const COUNTED: [usize; 2] = [10, 100];

fn main() {
    let argument = |name: &str| {
        let mut arguments = std::env::args().skip_while(|it| it != name).skip(1);
        arguments.next()
    };
    let folder = argument("--segments").map(PathBuf::from);
    let most = argument("--most").map_or(usize::MAX, |it| it.parse().unwrap());
    let embedder = embedder();
    let asked = QUESTIONS.into_iter().map(str::to_owned).chain(questions(96));
    let queries: Vec<Query> = asked.map(|text| embedder.embed(&text).query()).collect();
    for passages in SIZES.into_iter().filter(|passages| *passages <= most) {
        eprintln!("{passages} passages");
        let began = Instant::now();
        let bytes = segment(&embedder, passages);
        let indexed = began.elapsed().as_secs_f64();
        write(folder.as_ref(), &format!("segment-{passages}.bin"), &bytes);
        let plain = Arc::new(Segment::decode(bytes).unwrap());
        whole(&embedder, &plain, indexed);
        let exact = FlatIndex::new(Arc::clone(&plain), false);
        let truth: Vec<Vec<u32>> = queries.iter().map(|query| numbers(&exact, query)).collect();
        report("flat", passages, 0.0, &exact, &queries, &truth);
        let began = Instant::now();
        let binary = FlatIndex::new(Arc::clone(&plain), true);
        report(
            "binary",
            passages,
            began.elapsed().as_secs_f64(),
            &binary,
            &queries,
            &truth,
        );
        for (name, most) in [("hnsw", passages), ("hnsw in parts", HNSW_PASSAGES_PER_STEP)] {
            if most > passages || most > LARGEST_GRAPH {
                continue;
            }
            let began = Instant::now();
            let linked = linked(&plain, most);
            let built = began.elapsed().as_secs_f64();
            write(
                folder.as_ref(),
                &format!("{}-{passages}.bin", name.replace(' ', "-")),
                &linked,
            );
            let linked = Arc::new(Segment::decode(linked).unwrap());
            let graph = HnswIndex::read(&linked).unwrap();
            report(name, passages, built, &graph, &queries, &truth);
        }
    }
}

/// Adds graphs over `most` passages each until all are linked.
fn linked(segment: &Arc<Segment>, most: usize) -> Vec<u8> {
    let mut bytes = extend_hnsw(segment, most).unwrap().unwrap();
    loop {
        let segment = Arc::new(Segment::decode(bytes.as_slice()).unwrap());
        match extend_hnsw(&segment, most).unwrap() {
            Some(more) => bytes = more,
            None => return bytes,
        }
    }
}

fn numbers(index: &impl VectorIndex, query: &Query) -> Vec<u32> {
    index
        .nearest(query, ASKED, None)
        .into_iter()
        .map(|(_, passage)| passage)
        .collect()
}

fn report(name: &str, passages: usize, built: f64, index: &impl VectorIndex, queries: &[Query], truth: &[Vec<u32>]) {
    let recall = COUNTED.map(|counted| {
        let hit: usize = queries
            .iter()
            .zip(truth)
            .map(|(query, truth)| {
                let found = numbers(index, query);
                let found = &found[..counted.min(found.len())];
                truth
                    .iter()
                    .take(counted)
                    .filter(|passage| found.contains(passage))
                    .count()
            })
            .sum();
        hit as f64 / (counted * queries.len()) as f64
    });
    let milliseconds = each(queries.len(), |turn| index.nearest(&queries[turn], ASKED, None).len());
    println!(
        "{{\"index\":\"{name}\",\"passages\":{passages},\"recall_at_10\":{:.4},\"recall_at_100\":{:.4},\"build_s\":{built:.3},\
         \"memory_mb\":{:.2},\"native_ms\":{milliseconds:.4}}}",
        recall[0],
        recall[1],
        index.memory_bytes() as f64 / 1e6,
    );
}

/// The whole search, and its stages.
fn whole(embedder: &Embedder, segment: &Arc<Segment>, indexed: f64) {
    let index = Index::new(vec![Arc::clone(segment)], |_, _| false);
    let asked: Vec<Query> = QUESTIONS.iter().map(|it| embedder.embed(it).query()).collect();
    let question = |turn: usize| QUESTIONS[turn % QUESTIONS.len()];
    let nearest = each(QUESTIONS.len(), |turn| index.stage_nearest(&asked[turn % asked.len()]));
    let terms = each(QUESTIONS.len(), |turn| index.stage_terms(embedder, question(turn)));
    let first = each(QUESTIONS.len(), |turn| index.stage_candidates(embedder, question(turn)));
    let options = SearchOptions::default();
    let hybrid = each(QUESTIONS.len(), |turn| {
        index.search(embedder, question(turn), &options).hits.len()
    });
    let embed = each(QUESTIONS.len(), |turn| embedder.embed(question(turn)).0.len());
    println!(
        "{{\"index\":\"whole\",\"passages\":{},\"index_s\":{indexed:.2},\"memory_mb\":{:.2},\"nearest_ms\":{nearest:.4},\
         \"terms_ms\":{terms:.4},\"candidates_ms\":{first:.4},\"hybrid_ms\":{hybrid:.4},\"embed_ms\":{embed:.4}}}",
        segment.len(),
        index.memory_bytes() as f64 / 1e6,
    );
}

/// Milliseconds of one turn: the best of twenty rounds, since others use the machine too.
fn each(turns: usize, mut work: impl FnMut(usize) -> usize) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let began = Instant::now();
        let mut done = 0_usize;
        while done < turns || began.elapsed().as_secs_f64() < 0.02 {
            std::hint::black_box(work(done % turns));
            done += 1;
        }
        best = best.min(began.elapsed().as_secs_f64() * 1000.0 / done as f64);
    }
    best
}

fn write(folder: Option<&PathBuf>, name: &str, bytes: &[u8]) {
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
