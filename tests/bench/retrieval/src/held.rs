//! What is measured, and how often.
use minilm::MiniLm;
use retrieval::index::vectors::{FlatIndex, HnswIndex, VectorIndex, extend_hnsw};
use retrieval::{Embedder, Index, SearchOptions, Segment};
use std::hint::black_box;
use std::sync::Arc;

/// How many nearest passages a search looks for.
const ASKED: usize = 101;

type Answer = Result<String, String>;

/// The model and the segments that were sent.
#[derive(Default)]
pub(crate) struct Held {
    table: Option<Arc<[u8]>>,
    embedder: Option<Embedder>,
    minilm: Option<MiniLm>,
    bytes: Arc<[u8]>,
    segments: Vec<Arc<Segment>>,
    index: Option<Index>,
    ready: Option<(String, Box<dyn VectorIndex>)>,
}

impl Held {
    pub(crate) fn keep(&mut self, table: Vec<u8>) -> Answer {
        self.table = Some(table.into());
        Ok("kept".to_owned())
    }

    pub(crate) fn read_model(&mut self, tokenizer: &[u8]) -> Answer {
        let table = self.table.take().ok_or("no table")?;
        self.embedder = Some(Embedder::from_shared(table, tokenizer).map_err(spoken)?);
        Ok("loaded".into())
    }

    pub(crate) fn replace(&mut self, bytes: Vec<u8>) -> Answer {
        self.index = None;
        self.ready = None;
        self.segments.clear();
        self.bytes = bytes.into();
        let bytes = self.bytes.clone();
        self.add(bytes)
    }

    pub(crate) fn add(&mut self, bytes: impl Into<Arc<[u8]>>) -> Answer {
        self.segments.push(Arc::new(Segment::decode(bytes).map_err(spoken)?));
        let index = Index::new(self.segments.clone(), |_, _| false);
        let answer = format!("{} passages, {} bytes", index.len(), index.memory_bytes());
        self.index = Some(index);
        Ok(answer)
    }

    pub(crate) fn load(&self, count: u32) -> Answer {
        repeat(count, || {
            let segment = Segment::decode(self.bytes.clone()).map_err(spoken)?;
            Ok(Index::new(vec![Arc::new(segment)], |_, _| false).len())
        })
    }

    pub(crate) fn embed(&self, question: &str, count: u32) -> Answer {
        let embedder = self.embedder()?;
        repeat(count, || Ok(embedder.embed(black_box(question)).0.len()))
    }

    pub(crate) fn read_minilm(&mut self, file: Vec<u8>) -> Answer {
        self.minilm = Some(MiniLm::read(file).map_err(spoken)?);
        Ok("loaded".into())
    }

    /// Tokens are worked out once: they are those of the table, and take next to no time compared with the rest.
    pub(crate) fn think(&self, question: &str, count: u32) -> Answer {
        let minilm = self.minilm.as_ref().ok_or("no such model")?;
        let tokens = self.embedder()?.tokenize(question);
        repeat(count, || Ok(minilm.embed(black_box(&tokens)).len()))
    }

    pub(crate) fn search(&self, question: &str, count: u32) -> Answer {
        let (embedder, index) = (self.embedder()?, self.index()?);
        let options = SearchOptions::default();
        repeat(count, || {
            Ok(index.search(embedder, black_box(question), &options).hits.len())
        })
    }

    pub(crate) fn terms(&self, question: &str, count: u32) -> Answer {
        let (embedder, index) = (self.embedder()?, self.index()?);
        repeat(count, || Ok(index.stage_terms(embedder, black_box(question))))
    }

    /// The index is made ready in the first call and kept, so that only the others measure what a query takes.
    pub(crate) fn nearest(&mut self, question: &str, with: &str, count: u32) -> Answer {
        let query = self.embedder()?.embed(question).query();
        if self.ready.as_ref().is_none_or(|it| it.0 != with) {
            self.ready = Some((with.to_owned(), self.prepare(with)?));
        }
        let (_, ready) = self.ready.as_ref().ok_or("no index")?;
        repeat(count, || Ok(ready.nearest(black_box(&query), ASKED, None).len()))
    }

    fn prepare(&self, with: &str) -> Result<Box<dyn VectorIndex>, String> {
        let segment = self.segments.first().ok_or("no segment")?.clone();
        match with {
            "flat" => Ok(Box::new(FlatIndex::new(segment, false))),
            "binary" => Ok(Box::new(FlatIndex::new(segment, true))),
            "hnsw" => Ok(Box::new(HnswIndex::read(&segment).ok_or("no graph")?)),
            _ => Err(format!("there is no index {with}")),
        }
    }

    pub(crate) fn link(&self, passages: u32) -> Answer {
        let segment = self.segments.first().ok_or("no segment")?;
        let linked = extend_hnsw(segment, passages as usize).map_err(spoken)?;
        Ok(linked.map_or(0, |bytes| bytes.len()).to_string())
    }

    fn embedder(&self) -> Result<&Embedder, String> {
        self.embedder.as_ref().ok_or_else(|| "no model".into())
    }

    fn index(&self) -> Result<&Index, String> {
        self.index.as_ref().ok_or_else(|| "no index".into())
    }
}

fn repeat(count: u32, mut work: impl FnMut() -> Result<usize, String>) -> Answer {
    let mut found = 0;
    for _ in 0..count {
        found += black_box(work()?);
    }
    Ok(found.to_string())
}

fn spoken(why: impl std::fmt::Display) -> String {
    why.to_string()
}

/// How many bytes of memory the instance has asked for; it never gives any back.
pub(crate) fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
