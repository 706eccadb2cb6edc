//! Picks the sentences that answer, in reading order, each with the hit it is from; never a word that is not in a
//! source.

mod choose;
mod compose;
mod pieces;
mod score;

use crate::embed::Embedder;
use crate::index::Hit;
use crate::text::{fold, is_stop_word, language, units};

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

/// The length and style of an answer.
#[derive(Debug, Clone, Copy)]
pub struct ExtractOptions {
    /// The most characters of the whole answer.
    pub max_chars: usize,
    pub style: Style,
}

/// The separator before a piece of an answer.
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
    /// The language of the first source (ISO 639-1) when the question is in another one, so that the answer can say so.
    pub foreign_language: Option<String>,
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
    let sentences = compose::compose(&pieces, chosen, options.max_chars);
    let first = sentences.first().and_then(|sentence| hits.get(sentence.hit));
    Extract {
        foreign_language: first.and_then(|hit| foreign_language(question, hit)),
        sentences,
    }
}

/// The language of a short question is uncertain, so the common words of both languages must agree with the guess.
fn foreign_language(question: &str, hit: &Hit) -> Option<String> {
    let asked = language(question)?;
    let of_hit = hit.language.as_deref().filter(|language| *language != asked)?;
    let common = |language: &str| {
        let words = units(question).filter(|unit| unit.is_word);
        words
            .filter(|word| is_stop_word(&fold(word.text), Some(language)))
            .count()
    };
    // Text that is not ASCII has letters that tell its language.
    let is_sure = if question.is_ascii() { common(asked) > 0 } else { true };
    (is_sure && common(asked) >= 2 * common(of_hit)).then(|| of_hit.to_owned())
}

#[cfg(test)]
mod tests;
