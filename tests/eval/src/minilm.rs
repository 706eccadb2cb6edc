//! all-MiniLM-L6-v2 in place of an embedder that workspaces may choose: what a better embedder is worth, measured here.
use anyhow::{Context as _, Result, anyhow};
use minilm::MiniLm;
use retrieval::embed::Tokens;
use retrieval::eval::Set;
use retrieval::layer::{Layer, LayerBuilder, text};
use retrieval::{Embedder, Segment};
use std::fs;
use std::sync::Arc;
use xtask::paths::{MINILM, root, write};

/// The model with its tokenizer.
pub(super) struct Model {
    model: MiniLm,
    tokens: Tokens,
}

impl Model {
    /// Reads it.
    ///
    /// # Errors
    /// When its file has not been made.
    pub(super) fn read() -> Result<Self> {
        let file = fs::read(root().join(MINILM))
            .with_context(|| format!("{MINILM} is not there; shared/retrieval/minilm/convert.py makes it"))?;
        let tokens = fs::read(root().join(super::MODEL).join("tokenizer.json"))?;
        Ok(Self {
            model: MiniLm::read(file)?,
            tokens: Tokens::read(&tokens)?,
        })
    }

    pub(super) fn embed(&self, text: &str) -> Vec<f32> {
        self.model.embed(&self.tokens.encode(text))
    }

    /// Returns the vectors of a set's passages. They take a while, and are kept for the next time.
    pub(super) fn layer(&self, set: &Set, embedder: &Embedder, name: &str) -> Result<Arc<Layer>> {
        let segment = Segment::decode(set.segment(embedder)?)?;
        let texts: Vec<String> = (0..segment.len()).map(|passage| text(&segment, passage)).collect();
        let key = crc32fast::hash(texts.join("\n").as_bytes());
        let file = root().join(format!("target/eval/{name}-{key:08x}.layer"));
        if let Ok(kept) = fs::read(&file) {
            return Ok(Arc::new(Layer::decode(kept)?));
        }
        let mut builder = LayerBuilder::new(minilm::DIMENSIONS, segment.len());
        for (passage, text) in texts.iter().enumerate() {
            if !builder.set(passage, &self.embed(text)) {
                return Err(anyhow!("passage {passage} has no direction"));
            }
            if passage % 100 == 99 {
                println!("embedded {} of {} passages", passage + 1, texts.len());
            }
        }
        let bytes = builder.finish()?;
        write(&file, &bytes)?;
        Ok(Arc::new(Layer::decode(bytes)?))
    }
}
