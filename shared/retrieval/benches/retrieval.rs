//! How long a search takes over 1,000, 10,000 and 50,000 chunks, and what leads up to it: `cargo bench -p retrieval`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may stop at the first error"
)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use retrieval::{
    Chunk, DocumentInput, Embedder, ExtractOptions, Index, SearchOptions, Segment, SegmentBuilder, Style, extract,
};

const QUESTIONS: [&str; 4] = [
    "How do I get my money back for a broken item?",
    "when is the support team available on weekends",
    "What does error E-1042 mean and how can it be fixed?",
    "Can I change the adress of my delivery?",
];

fn embedder() -> Embedder {
    let table: &[u8] = include_bytes!("../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../model/tokenizer.json")).unwrap()
}

/// The words of the vocabulary, the frequent ones first.
fn vocabulary() -> Vec<String> {
    let file: serde_json::Value = serde_json::from_slice(include_bytes!("../model/tokenizer.json")).unwrap();
    let mut words: Vec<(u64, String)> = file["model"]["vocab"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(word, _)| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase()))
        .map(|(word, id)| (id.as_u64().unwrap(), word.clone()))
        .collect();
    words.sort();
    words.into_iter().map(|(_, word)| word).collect()
}

/// Text in which a word is as frequent as its rank in the vocabulary says (Zipf's law).
fn segment(embedder: &Embedder, chunks: usize) -> Vec<u8> {
    let words = vocabulary();
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut word = || words[((words.len() as f64).powf(random()) as usize).min(words.len() - 1)].as_str();
    let mut builder = SegmentBuilder::new(embedder);
    for document in 0..chunks / 10 {
        let of_document: Vec<Chunk> = (0..10)
            .map(|index| {
                let sentences: Vec<String> = (0..10)
                    .map(|_| format!("The {}.", (0..11).map(|_| word()).collect::<Vec<_>>().join(" ")))
                    .collect();
                let heading_path = vec![format!("{} {}", word(), word())];
                Chunk {
                    index,
                    heading_path,
                    text: sentences.join(" "),
                    tokens: 130,
                }
            })
            .collect();
        builder.add(&DocumentInput {
            document_id: &format!("document-{document}"),
            collection_id: "help",
            title: &format!("{} {}", word(), word()),
            url: None,
            language: Some("en"),
            chunks: &of_document,
        });
    }
    builder.finish().unwrap()
}

fn benches(criterion: &mut Criterion) {
    let embedder = embedder();
    criterion.bench_function("embed a question", |bencher| {
        bencher.iter(|| embedder.embed(black_box(QUESTIONS[0])))
    });
    for chunks in [1_000, 10_000, 50_000] {
        let bytes: Arc<[u8]> = segment(&embedder, chunks).into();
        criterion.bench_function(&format!("decode/{chunks}"), |bencher| {
            bencher.iter(|| Segment::decode(Arc::clone(&bytes)).unwrap());
        });
        let index = Index::new(vec![Arc::new(Segment::decode(Arc::clone(&bytes)).unwrap())], |_, _| {
            false
        });
        let options = SearchOptions::default();
        let mut turn = 0;
        criterion.bench_function(&format!("search/{chunks}"), |bencher| {
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
        criterion.bench_function(&format!("extract/{chunks}"), |bencher| {
            bencher.iter(|| extract(&embedder, QUESTIONS[0], &found.hits[..5], &answer));
        });
    }
}

criterion_group!(all, benches);
criterion_main!(all);
