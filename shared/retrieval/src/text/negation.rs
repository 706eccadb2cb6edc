//! Words that deny.

use super::fold;

/// Returns whether the word turns a statement into its opposite; the `t` of `don't` does.
pub fn is_negation(word: &str) -> bool {
    // The longest has nine letters; nearly all words are told by their length or their first letter.
    word.len() <= 9 && WORDS.contains(&fold(word).as_ref())
}

const WORDS: &[&str] = &[
    "not", "no", "never", "without", "cannot", "nor", "none", "neither", "t", "nicht", "kein", "keine", "keinen",
    "keiner", "nie", "ohne", "ne", "pas", "jamais", "sans", "nunca", "sin", "non", "mai", "senza", "nao", "nem", "sem",
    "niet", "geen", "zonder", "inte", "ikke", "ei", "nie", "bez",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_are_known() {
        assert!(is_negation("Not") && is_negation("kein") && is_negation("não"));
        assert!(!is_negation("note") && !is_negation("yes"));
    }
}
