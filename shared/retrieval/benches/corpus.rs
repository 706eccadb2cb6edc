//! A corpus of any size, the same every time.

use std::sync::Arc;

use retrieval::{DocumentInput, Embedder, Passage, SegmentBuilder};

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

/// Words as a company's documents have them: some are frequent everywhere (Zipf's law), some in this document only.
struct Words {
    all: Vec<String>,
    of_document: Vec<usize>,
    state: u64,
}

impl Words {
    fn random(&mut self) -> f64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        ((end as f64 * self.random()) as usize).min(end - 1)
    }

    fn next_document(&mut self) {
        self.of_document = (0..40).map(|_| self.below(self.all.len().min(8_000))).collect();
    }

    fn next(&mut self) -> &str {
        let number = if self.random() < 0.4 {
            let topic = self.below(self.of_document.len());
            self.of_document[topic]
        } else {
            let rank = (self.all.len() as f64).powf(self.random()) as usize;
            rank.min(self.all.len() - 1)
        };
        &self.all[number]
    }

    fn several(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| self.next().to_owned()).collect();
        words.join(" ")
    }
}

/// Documents of ten passages of ten sentences each.
pub(crate) fn segment(embedder: &Embedder, passages: usize) -> Vec<u8> {
    let mut words = Words {
        all: vocabulary(),
        of_document: Vec::new(),
        state: 1,
    };
    let mut builder = SegmentBuilder::new(embedder);
    for document in 0..passages / 10 {
        words.next_document();
        let of_document: Vec<Passage> = (0..10)
            .map(|index| {
                let sentences: Vec<String> = (0..10).map(|_| format!("The {}.", words.several(11))).collect();
                Passage {
                    index,
                    heading_path: vec![words.several(2)],
                    text: sentences.join(" "),
                    tokens: 130,
                }
            })
            .collect();
        builder.add(&DocumentInput {
            document_id: &format!("document-{document}"),
            collection_id: "help",
            title: &words.several(2),
            url: None,
            language: Some("en"),
            passages: &of_document,
        });
    }
    builder.finish().unwrap()
}

/// Questions, each about one thing, as a document is.
#[allow(dead_code, reason = "only one of the two benches asks so many")]
pub(crate) fn questions(count: usize) -> Vec<String> {
    let mut words = Words {
        all: vocabulary(),
        of_document: Vec::new(),
        state: 1,
    };
    let ask = |_| {
        words.next_document();
        words.several(7)
    };
    (0..count).map(ask).collect()
}
