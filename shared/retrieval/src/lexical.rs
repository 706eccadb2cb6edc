//! Words as search terms: stems by language, codes kept whole, pairs of ideographs; and BM25 over them.

mod antonyms;
mod bm25;
mod edit;
mod stem;
mod terms;

pub(crate) use antonyms::antonyms;
pub(crate) use bm25::{BM25_MAX, Bm25, inverse_document_frequency};
pub(crate) use edit::within_one_edit;
pub(crate) use stem::Stemmer;
pub(crate) use terms::{Term, terms};
