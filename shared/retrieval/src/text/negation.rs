//! Words that deny.

use super::{fold, units};
use crate::tuning::MIN_NEGATED_QUESTION_WORDS;

/// Returns whether the word turns a statement into its opposite; the `t` of `don't` does.
pub fn is_negation(word: &str) -> bool {
    // The longest has nine letters; nearly all words are told by their length or their first letter.
    word.len() <= 9 && WORDS.contains(&fold(word).as_ref())
}

/// Returns whether a question negates something about its subject: "Which card has no fee?" A report of a mishap, "My
/// card does not work", asks for help, and help may be worded without a negation, so words for the asker turn this off.
/// "No" alone is a reply.
pub(crate) fn denies(question: &str) -> bool {
    let (mut denies, mut words) = (false, 0);
    for unit in units(question).filter(|unit| unit.is_word) {
        if ASKER.contains(&fold(unit.text).as_ref()) {
            return false;
        }
        denies |= is_negation(unit.text);
        words += 1;
    }
    denies && words >= MIN_NEGATED_QUESTION_WORDS
}

/// Words for the asker, in the languages of the list below.
const ASKER: &[&str] = &[
    "i", "my", "me", "we", "our", "us", "ich", "mein", "meine", "meinen", "mir", "mich", "wir", "uns", "unser", "je",
    "j", "mon", "ma", "mes", "moi", "nous", "yo", "mi", "mis", "nos", "nosotros", "io", "mio", "mia", "noi", "eu",
    "meu", "minha", "ik", "mijn", "wij", "ons", "jag", "min", "jeg", "mina",
];

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

    #[test]
    fn a_question_denies_unless_it_tells_of_the_asker() {
        assert!(denies("Which countries are not served?") && denies("Was wird nicht geliefert?"));
        assert!(!denies("My card isn't working") && !denies("Why can't I log in?") && !denies("Who is served?"));
        assert!(!denies("No, thanks"));
    }
}
