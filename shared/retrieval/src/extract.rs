//! Picks the sentences that answer, in reading order, each with the hit it is from; never a word that is not in a source.

mod choose;
mod compose;
mod pieces;
mod score;

use crate::embed::Embedder;
use crate::index::Hit;

/// How an answer should read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// One or two sentences.
    Concise,
    /// Up to three.
    #[default]
    Conversational,
    /// Up to four, or more of a list.
    Detailed,
}

/// How much to say and in what style.
#[derive(Debug, Clone, Copy)]
pub struct ExtractOptions {
    /// The most characters of the whole answer.
    pub max_chars: usize,
    pub style: Style,
}

/// What stands before a piece of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Separator {
    /// Nothing: the first piece.
    #[default]
    None,
    /// A space: the same paragraph goes on.
    Space,
    /// A line break: the next item or row.
    Line,
    /// A blank line: a new paragraph, a list, a table, code.
    Paragraph,
}

impl Separator {
    /// Returns what is written before the piece.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => " ",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// A piece of an answer: a sentence, a list item, a table row or a code block, as it stands in its source (Markdown).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CitedSentence {
    pub text: String,
    /// Number of the hit it is from.
    pub hit: usize,
    pub separator: Separator,
    /// Whether a citation belongs after this piece: it is the last in a row from its hit.
    pub cite: bool,
}

/// An answer made of sentences of the hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extract {
    /// In reading order.
    pub sentences: Vec<CitedSentence>,
}

impl Extract {
    /// Returns the answer without citations, as Markdown.
    pub fn text(&self) -> String {
        self.sentences
            .iter()
            .flat_map(|sentence| [sentence.separator.as_str(), &sentence.text])
            .collect()
    }

    /// Returns the hits that are cited, in the order in which the answer first uses them: `[1]` is the first.
    pub fn cited_hits(&self) -> Vec<usize> {
        let mut cited = Vec::new();
        for sentence in &self.sentences {
            if !cited.contains(&sentence.hit) {
                cited.push(sentence.hit);
            }
        }
        cited
    }
}

/// Returns the sentences of the hits that answer the question.
pub fn extract(embedder: &Embedder, question: &str, hits: &[Hit], options: &ExtractOptions) -> Extract {
    let pieces = pieces::pieces(hits);
    let scored = score::score(embedder, question, hits, &pieces);
    let chosen = choose::choose(&pieces, &scored, score::asks_for_list(question), options);
    Extract {
        sentences: compose::compose(&pieces, chosen, options.max_chars),
    }
}

#[cfg(test)]
mod tests;
