//! Words as search terms: stems by language, codes kept whole, pairs of ideographs; and BM25 over them.

mod bm25;
mod edit;
mod opposites;
mod stem;
mod terms;

pub(crate) use bm25::{Bm25, inverse_document_frequency};
pub(crate) use edit::within_one_edit;
pub(crate) use opposites::opposites;
pub(crate) use stem::Stemmer;
pub(crate) use terms::{Term, terms};
