//! Plain text: units (words and the gaps between them), folding, sentences, and the language it is written in.

mod answer_type;
mod fold;
mod language;
mod negation;
mod sentences;
mod stop_words;
mod units;

pub(crate) use answer_type::AnswerType;
pub use fold::fold;
pub use language::language;
pub(crate) use negation::denies;
pub use negation::is_negation;
pub use sentences::sentences;
pub use stop_words::is_stop_word;
pub use units::{Unit, is_cjk, units};

/// Returns the number of words of a text: runs of letters and digits, and single ideographs.
pub fn count_words(text: &str) -> usize {
    units(text)
        .filter(|unit| unit.is_word)
        .map(|unit| {
            let ideographs = unit.text.chars().filter(|c| is_cjk(*c)).count();
            if ideographs == 0 { 1 } else { ideographs }
        })
        .sum()
}

/// Returns the text with every run of white space turned into one space, and none at the ends.
pub fn collapse_whitespace(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}
