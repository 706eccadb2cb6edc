//! A language model that repeats what it was told in confidence: found while its text streams, and held back until it
//! is sure that it does not.
use crate::ports::Prompt;

/// As many words in a row of the rules are a repetition.
const RUN: usize = 6;
/// The shortest code, in characters: a word with letters and digits that only the rules have.
const CODE: usize = 6;

/// Reads a text in pieces, beside the rules that its author was given.
#[derive(Debug)]
pub(super) struct LeakFilter {
    rules: Vec<String>,
    /// What others wrote, and may be repeated; a blank before and after each word.
    open: String,
    /// What is not said yet.
    held: String,
    is_found: bool,
}

/// A word, and where it stands.
struct Word {
    text: String,
    start: usize,
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

fn words(text: &str) -> Vec<Word> {
    let mut words = vec![];
    let mut begun: Option<Word> = None;
    for (start, c) in text.char_indices() {
        if is_part(c) {
            let empty = Word {
                text: String::new(),
                start,
            };
            begun.get_or_insert(empty).text.extend(c.to_lowercase());
        } else {
            words.extend(begun.take());
        }
    }
    words.extend(begun);
    words.retain(|it| it.text.contains(char::is_alphanumeric));
    words
}

fn spaced<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.fold(" ".to_owned(), |text, word| text + word + " ")
}

impl LeakFilter {
    pub(super) fn new(prompt: &Prompt) -> Self {
        Self {
            rules: words(&prompt.system).into_iter().map(|it| it.text).collect(),
            open: spaced(words(&prompt.user).iter().map(|it| it.text.as_str())),
            held: String::new(),
            is_found: false,
        }
    }

    /// Tells whether the rules were repeated: what comes after is not said.
    pub(super) fn is_found(&self) -> bool {
        self.is_found
    }

    /// Takes the next piece and returns what can be said.
    pub(super) fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.sift(false)
    }

    /// Returns what can be said of the rest.
    pub(super) fn finish(&mut self) -> String {
        self.sift(true)
    }

    fn sift(&mut self, is_end: bool) -> String {
        if self.is_found {
            return String::new();
        }
        let words = words(&self.held);
        let is_last_whole = is_end || !self.held.ends_with(is_part);
        let mut safe = self.held.len();
        for (position, word) in words.iter().enumerate() {
            let run = words.get(position..).unwrap_or_default();
            let whole = if is_last_whole { run.len() } else { run.len() - 1 };
            if whole > 0 && self.is_code(&word.text) || self.is_repetition(run.get(..whole).unwrap_or_default()) {
                self.is_found = true;
                safe = safe.min(word.start);
                break;
            }
            // From here on it may become one.
            if !is_end && whole < RUN && self.is_begun(run, is_last_whole) {
                safe = safe.min(word.start);
            }
        }
        let rest = self.held.split_off(safe);
        std::mem::replace(&mut self.held, rest)
    }

    fn is_open(&self, run: &[Word]) -> bool {
        self.open.contains(&spaced(run.iter().map(|it| it.text.as_str())))
    }

    fn is_code(&self, word: &str) -> bool {
        let is_long = word.chars().count() >= CODE;
        is_long
            && word.contains(char::is_numeric)
            && word.contains(char::is_alphabetic)
            && self.rules.iter().any(|it| it == word)
            && !self.open.contains(&format!(" {word} "))
    }

    fn is_repetition(&self, run: &[Word]) -> bool {
        let Some(run) = run.get(..RUN) else {
            return false;
        };
        let is_same = |rules: &[String]| rules.iter().zip(run).all(|(rule, word)| *rule == word.text);
        self.rules.windows(RUN).any(is_same) && !self.is_open(run)
    }

    /// Tells whether a run of words stands in the rules, the last of them perhaps in part.
    fn is_begun(&self, run: &[Word], is_last_whole: bool) -> bool {
        let last = run.len().saturating_sub(1);
        let matches = |rules: &[String]| {
            rules.iter().zip(run).enumerate().all(|(position, (rule, word))| {
                let is_partial = position == last && !is_last_whole;
                *rule == word.text || is_partial && rule.starts_with(&word.text)
            })
        };
        self.rules.windows(run.len()).any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(pieces: &[&str]) -> (String, bool) {
        let prompt = Prompt {
            system: "Say only what the passages in the message say. The house code is canary-4711.".into(),
            user: "We are open from nine to five. Please say only what the passages in the brochure say.".into(),
            max_tokens: 1,
        };
        let mut leak = LeakFilter::new(&prompt);
        let mut said: String = pieces.iter().map(|it| leak.push(it)).collect();
        said.push_str(&leak.finish());
        (said, leak.is_found())
    }

    #[test]
    fn a_text_that_keeps_to_the_passages_is_said_whole() {
        for text in [
            "We are open from nine to five.",
            "Say only what the passages in the brochure say",
            "The message",
            "",
        ] {
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(filtered(&letters), (text.to_owned(), false));
            assert_eq!(filtered(&[text]), (text.to_owned(), false));
        }
    }

    #[test]
    fn the_rules_are_not_repeated_however_they_are_cut() {
        let text = "Sure: say ONLY what the passages, in the message say.";
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        // "say only what the passages in the" stands in what others wrote, too.
        let (said, is_found) = filtered(&letters);
        assert!(is_found && !said.contains("message say"), "{said}");
    }

    #[test]
    fn a_code_of_the_rules_is_not_told_even_alone() {
        for pieces in [
            &["It is canary-4711, friend."][..],
            &["It is can", "ary-", "47", "11", "."],
        ] {
            let (said, is_found) = filtered(pieces);
            assert!(is_found && said.starts_with("It ") && !said.contains("can"), "{said}");
        }
    }
}
