//! A corpus of any size, the same every time.

use std::sync::Arc;

use retrieval::{Chunk, DocumentInput, Embedder, SegmentBuilder};

pub(crate) const QUESTIONS: [&str; 4] = [
    "How do I get my money back for a broken item?",
    "when is the support team available on weekends",
    "What does error E-1042 mean and how can it be fixed?",
    "Can I change the adress of my delivery?",
];

pub(crate) fn embedder() -> Embedder {
    let table: &[u8] = include_bytes!("../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../model/tokenizer.json")).unwrap()
}

/// The words of the vocabulary, the frequent ones first.
pub(crate) fn vocabulary() -> Vec<String> {
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
pub(crate) fn segment(embedder: &Embedder, chunks: usize) -> Vec<u8> {
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
