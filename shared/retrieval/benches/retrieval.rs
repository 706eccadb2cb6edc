//! How long a search takes over 1,000, 10,000 and 50,000 passages, and what leads up to it: `cargo bench -p retrieval`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may stop at the first error"
)]

use std::hint::black_box;
use std::sync::Arc;

use corpus::{QUESTIONS, embedder, segment};
use criterion::{Criterion, criterion_group, criterion_main};
use retrieval::{ExtractOptions, Index, SearchOptions, Segment, Style, extract};

mod corpus;

fn benches(criterion: &mut Criterion) {
    let embedder = embedder();
    criterion.bench_function("embed a question", |bencher| {
        bencher.iter(|| embedder.embed(black_box(QUESTIONS[0])))
    });
    for passages in [1_000, 10_000, 50_000] {
        let bytes: Arc<[u8]> = segment(&embedder, passages).into();
        criterion.bench_function(&format!("decode/{passages}"), |bencher| {
            bencher.iter(|| Segment::decode(Arc::clone(&bytes)).unwrap());
        });
        let index = Index::new(vec![Arc::new(Segment::decode(Arc::clone(&bytes)).unwrap())], |_, _| {
            false
        });
        let options = SearchOptions::default();
        let mut turn = 0;
        criterion.bench_function(&format!("search/{passages}"), |bencher| {
            bencher.iter(|| {
                turn += 1;
                index.search(&embedder, QUESTIONS[turn % QUESTIONS.len()], &options)
            });
        });
        let found = index.search(&embedder, QUESTIONS[0], &options);
        let answer = ExtractOptions {
            max_chars: 800,
            style: Style::Conversational,
        };
        criterion.bench_function(&format!("extract/{passages}"), |bencher| {
            bencher.iter(|| extract(&embedder, QUESTIONS[0], &found.hits[..5], &answer));
        });
    }
}

criterion_group!(all, benches);
criterion_main!(all);
