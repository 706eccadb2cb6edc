//! The search terms of a text, in order.

use super::Stemmer;
use crate::text::{Unit, fold, is_cjk, is_stop_word, units};

/// A term and the word it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) text: String,
    /// Too common to search by; kept for pairs of words.
    pub(crate) is_stop: bool,
    /// The folded word, for typing errors; empty for compounds and pairs of ideographs.
    pub(crate) word: String,
}

/// Returns the terms of a text: stems, pairs of ideographs, and codes as a whole besides their parts.
pub(crate) fn terms(text: &str, language: Option<&str>, stemmer: &Stemmer) -> Vec<Term> {
    let units: Vec<_> = units(text).collect();
    let mut terms = Vec::with_capacity(units.len() / 2 + 1);
    for (at, unit) in units.iter().enumerate() {
        if !unit.is_word || is_suffix(&units, at) {
            continue;
        }
        push_word(unit.text, language, stemmer, &mut terms);
        if starts_compound(&units, at)
            && let Some(compound) = compound(&units, at)
        {
            terms.push(Term {
                text: compound,
                is_stop: false,
                word: String::new(),
            });
        }
    }
    terms
}

fn push_word(word: &str, language: Option<&str>, stemmer: &Stemmer, terms: &mut Vec<Term>) {
    if word.is_ascii() || !word.chars().any(is_cjk) {
        let folded = fold(word).into_owned();
        let is_stop = is_stop_word(&folded, language);
        // Stop words are not stemmed, so that pairs of them match in every form.
        let text = if is_stop { folded.clone() } else { stemmer.stem(word) };
        terms.push(Term {
            text,
            is_stop,
            word: folded,
        });
        return;
    }
    let chars: Vec<char> = word.chars().collect();
    for run in chars.chunk_by(|a, b| is_cjk(*a) == is_cjk(*b)) {
        if !run.first().copied().is_some_and(is_cjk) {
            push_word(&run.iter().collect::<String>(), language, stemmer, terms);
        } else if run.len() == 1 {
            terms.push(Term {
                text: run.iter().collect(),
                is_stop: false,
                word: String::new(),
            });
        } else {
            for pair in run.windows(2) {
                terms.push(Term {
                    text: pair.iter().collect(),
                    is_stop: false,
                    word: String::new(),
                });
            }
        }
    }
}

/// The "s" of "driver's", the "t" of "don't".
fn is_suffix(units: &[Unit<'_>], at: usize) -> bool {
    let Some([word, gap]) = at.checked_sub(2).and_then(|from| units.get(from..at)) else {
        return false;
    };
    let suffix = units.get(at).map_or("", |unit| unit.text);
    word.is_word
        && matches!(gap.text, "'" | "’")
        && ["s", "t", "d", "m", "ll", "re", "ve"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(suffix))
}

fn is_connector(gap: &str) -> bool {
    matches!(gap, "-" | "_" | "." | "/" | "+" | "#" | "@" | "&" | ":" | ",")
}

fn is_joined(units: &[Unit<'_>], at: usize) -> bool {
    units.get(at).is_some_and(|gap| !gap.is_word && is_connector(gap.text))
        && units.get(at + 1).is_some_and(|unit| unit.is_word)
}

fn starts_compound(units: &[Unit<'_>], at: usize) -> bool {
    let joined_before = at
        .checked_sub(2)
        .is_some_and(|before| is_joined(units, before + 1) && units.get(before).is_some_and(|unit| unit.is_word));
    !joined_before
}

/// "E-1042" and "E1042" are one code, "1,000" and "1000" one number, "wi-fi" and "wifi" one word; "10.5" is not "105".
fn compound(units: &[Unit<'_>], at: usize) -> Option<String> {
    let first = units.get(at)?;
    let mut whole = first.text.to_owned();
    let mut end = at;
    let mut has_digit = first.text.bytes().any(|b| b.is_ascii_digit());
    let mut connectors = Vec::new();
    while is_joined(units, end + 1) {
        let (gap, word) = (units.get(end + 1)?, units.get(end + 2)?);
        let digits_meet =
            whole.ends_with(|c: char| c.is_ascii_digit()) && word.text.starts_with(|c: char| c.is_ascii_digit());
        if digits_meet && gap.text != "," {
            whole.push_str(gap.text);
        }
        whole.push_str(word.text);
        has_digit |= word.text.bytes().any(|b| b.is_ascii_digit());
        connectors.push(gap.text);
        end += 2;
    }
    // "C++", "C#": a letter with its signs.
    if end == at {
        let signs = units.get(at + 1).filter(|gap| !gap.is_word)?.text;
        let signs = signs
            .split(|c| !matches!(c, '+' | '#'))
            .next()
            .filter(|signs| !signs.is_empty())?;
        return (first.text.chars().count() <= 2).then(|| format!("{}{signs}", fold(first.text)));
    }
    // "and/or", "a.b" of badly spaced prose: words joined by other signs than hyphens stay apart.
    let names = connectors.iter().all(|gap| matches!(*gap, "-" | "_" | "@" | "&"));
    (has_digit || names)
        .then(|| fold(&whole).into_owned())
        .filter(|whole| whole.len() <= 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = terms(text, Some("en"), &Stemmer::new(Some("en")));
        found
            .into_iter()
            .filter(|term| !term.is_stop)
            .map(|term| term.text)
            .collect()
    }

    #[test]
    fn words_are_stemmed_and_stop_words_marked() {
        assert_eq!(
            found("The drivers' licenses, and a driver's license."),
            ["driver", "licens", "driver", "licens"]
        );
    }

    #[test]
    fn codes_numbers_and_names_are_kept_whole_besides_their_parts() {
        assert_eq!(found("error E-1042"), ["error", "e", "e1042", "1042"]);
        assert!(found("E1042").contains(&"e1042".to_owned()));
        assert!(found("pay 1,000 now").contains(&"1000".to_owned()));
        assert!(found("about 10.5 kg").contains(&"10.5".to_owned()));
        assert!(found("Wi-Fi").contains(&"wifi".to_owned()));
        assert!(found("use C++ or C#.").contains(&"c++".to_owned()));
        assert!(found("use C++ or C#.").contains(&"c#".to_owned()));
        assert_eq!(found("red/green"), ["red", "green"]);
    }

    #[test]
    fn ideographs_are_paired() {
        assert_eq!(found("東京都"), ["東京", "京都"]);
        assert_eq!(found("A社"), ["社"].map(String::from));
        assert_eq!(found("iPhone本体"), ["iphon", "本体"]);
    }
}
