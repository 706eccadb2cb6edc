//! Texts to vectors: WordPiece tokens, each a row of an int8 table; a text is the normalized sum of its rows.

mod dot;
mod static_embeddings;
mod tokens;
mod vector;

use std::sync::Arc;

use thiserror::Error;

pub(crate) use dot::{dot, dot_of};
pub(crate) use static_embeddings::{half_from_f32, half_to_f32};
pub use tokens::Tokens;
pub use vector::{DIMENSIONS, Quantized, Query, Vector};

use static_embeddings::StaticEmbeddings;

/// Why a model cannot be used.
#[derive(Debug, Error)]
pub enum ModelError {
    #[error("embedding table: {0}")]
    Table(&'static str),
    #[error("tokenizer: {0}")]
    Tokenizer(String),
}

/// Turns text into tokens and vectors. About 8 MB for the table and 4 MB for the vocabulary.
pub struct Embedder {
    table: StaticEmbeddings,
    tokens: Tokens,
}

impl Embedder {
    /// Reads a model: the table as safetensors (`embeddings` int8, `scales` f16) and the vocabulary as
    /// `tokenizer.json`. Copies the table; [`Embedder::from_shared`] does not.
    pub fn new(table: &[u8], tokenizer_json: &[u8]) -> Result<Self, ModelError> {
        Self::from_shared(Arc::from(table), tokenizer_json)
    }

    /// Reads a model and keeps the table where it is.
    pub fn from_shared(table: Arc<[u8]>, tokenizer_json: &[u8]) -> Result<Self, ModelError> {
        let table = StaticEmbeddings::read(table)?;
        let tokens = Tokens::read(tokenizer_json)?;
        if tokens.len() > table.rows() {
            return Err(ModelError::Table("fewer rows than the vocabulary has entries"));
        }
        Ok(Self { table, tokens })
    }

    /// Returns the WordPiece tokens of a text, without special ones.
    pub fn tokenize(&self, text: &str) -> Vec<u16> {
        self.tokens.encode(text)
    }

    /// Returns the vector of a text; of a text without known tokens, the zero vector.
    pub fn embed(&self, text: &str) -> Vector {
        let mut sum = Vector::ZERO;
        for token in self.tokenize(text) {
            self.table.add(token, 1.0, &mut sum);
        }
        sum.normalized()
    }

    /// Returns the vector of a bag of tokens, each counted with the square root of its frequency, since the tenth
    /// occurrence of a word adds little.
    pub(crate) fn embed_bag(&self, bag: &mut [u16]) -> Vector {
        bag.sort_unstable();
        let mut sum = Vector::ZERO;
        for same in bag.chunk_by(|a, b| a == b) {
            if let Some(token) = same.first() {
                self.table.add(*token, (same.len() as f32).sqrt(), &mut sum);
            }
        }
        sum.normalized()
    }

    /// Returns the length of the plain sum of the tokens' rows.
    pub(crate) fn norm(&self, tokens: impl IntoIterator<Item = u16>) -> f32 {
        let mut sum = Vector::ZERO;
        for token in tokens {
            self.table.add(token, 1.0, &mut sum);
        }
        sum.length()
    }

    /// Returns the products of a query with the rows of tokens, each worked out when it is first asked for.
    pub(crate) fn products<'a>(&'a self, query: &'a Query) -> Products<'a> {
        Products {
            table: &self.table,
            query,
            known: vec![f32::NAN; self.table.rows()],
        }
    }

    /// Returns the fingerprint of the model: a segment made with another model has another one.
    pub fn fingerprint(&self) -> u32 {
        self.table.fingerprint()
    }
}

/// Remembers the products of one query with tokens: a search meets most tokens many times.
pub(crate) struct Products<'a> {
    table: &'a StaticEmbeddings,
    query: &'a Query,
    /// NaN until it is known.
    known: Vec<f32>,
}

impl Products<'_> {
    /// Returns the product of the query with the row of a token; 0 for an unknown token.
    pub(crate) fn of(&mut self, token: u16) -> f32 {
        let Some(known) = self.known.get_mut(usize::from(token)) else {
            return 0.0;
        };
        if known.is_nan() {
            *known = self.table.dot(self.query, token);
        }
        *known
    }
}
