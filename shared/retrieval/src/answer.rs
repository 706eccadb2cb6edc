//! From a question to the words of its answer, without I/O: the questions to look up, what was found for each, and the
//! sentences that answer.

mod found;
mod quote;

pub use found::{Found, Part};
pub use quote::{Answer, JOINER, Wording, quote};

use crate::contextualization::{Standalone, Turn, contextualize};
use crate::query_decomposition::decompose;

/// How a question is understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// As it was asked.
    Alone,
    /// Together with what was said before it.
    #[default]
    InConversation,
    /// The same, and a question of several parts is taken apart.
    InParts,
}

/// Makes of a question, and what was said before it (oldest first), the questions to look up.
pub fn read<'a>(question: &'a str, mut turns: Vec<Turn<'a>>, reading: Reading) -> Vec<Standalone<'a>> {
    match reading {
        Reading::Alone => vec![contextualize(question, &[])],
        Reading::InConversation => vec![contextualize(question, &turns)],
        Reading::InParts => {
            let each = decompose(question).into_iter().map(|part| {
                let question = contextualize(part, &turns);
                // A part may lean on the one before it.
                turns.push(Turn {
                    is_visitor: true,
                    text: part,
                });
                question
            });
            each.collect()
        }
    }
}
