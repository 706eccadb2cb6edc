//! Patterns of words: a regular grammar that is read from text.
//!
//! A pattern is a row of steps, separated by spaces. `a|b` is one of these words (`approv*`: one that begins so), `a?`
//! may be missing, `$name` is one of a set's words, `..` up to five words of any kind, and `^` at the front and `$` at
//! the end hold the pattern to the ends of the sentence.

use crate::tuning::MAX_DECISION_GAP_WORDS;

#[derive(Debug)]
pub(super) struct Pattern {
    steps: Vec<Step>,
    at_start: bool,
    at_end: bool,
}

#[derive(Debug)]
enum Step {
    Word { words: Vec<String>, may_be_missing: bool },
    Gap,
}

impl Pattern {
    pub(super) fn read(rule: &str, sets: &[(String, String)]) -> Self {
        let mut pattern = Self {
            steps: Vec::new(),
            at_start: false,
            at_end: false,
        };
        for step in rule.split_whitespace() {
            match step {
                "^" => pattern.at_start = true,
                "$" => pattern.at_end = true,
                ".." => pattern.steps.push(Step::Gap),
                step => {
                    let (step, may_be_missing) = step.strip_suffix('?').map_or((step, false), |step| (step, true));
                    let words = step.split('|').flat_map(|word| match word.strip_prefix('$') {
                        Some(name) => set(name, sets),
                        None => vec![word.to_owned()],
                    });
                    pattern.steps.push(Step::Word {
                        words: words.collect(),
                        may_be_missing,
                    });
                }
            }
        }
        pattern
    }

    pub(super) fn is_in(&self, words: &[&str]) -> bool {
        let last = if self.at_start { 0 } else { words.len() };
        (0..=last).any(|from| words.get(from..).is_some_and(|words| self.fits(&self.steps, words)))
    }

    fn fits(&self, steps: &[Step], words: &[&str]) -> bool {
        let Some((step, steps)) = steps.split_first() else {
            return !self.at_end || words.is_empty();
        };
        match step {
            Step::Gap => {
                (0..=MAX_DECISION_GAP_WORDS).any(|gap| words.get(gap..).is_some_and(|words| self.fits(steps, words)))
            }
            Step::Word {
                words: known,
                may_be_missing,
            } => {
                let is_known = words.split_first().is_some_and(|(word, rest)| {
                    known.iter().any(|known| match known.strip_suffix('*') {
                        Some(start) => word.starts_with(start),
                        None => known == word,
                    }) && self.fits(steps, rest)
                });
                is_known || *may_be_missing && self.fits(steps, words)
            }
        }
    }

    /// Returns the words that no sentence has: names of sets that are not there.
    #[cfg(test)]
    pub(super) fn unknown_sets(&self) -> Vec<&String> {
        let words = self.steps.iter().flat_map(|step| match step {
            Step::Word { words, .. } => words.as_slice(),
            Step::Gap => &[],
        });
        words.filter(|word| word.contains('$')).collect()
    }
}

fn set(name: &str, sets: &[(String, String)]) -> Vec<String> {
    match sets.iter().find(|(known, _)| known == name) {
        Some((_, words)) => words.split_whitespace().map(str::to_owned).collect(),
        None => vec![format!("${name}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_words_sets_gaps_and_ends() {
        let sets = [("you".to_owned(), "you he she".to_owned())];
        let is_in =
            |rule: &str, sentence: &str| Pattern::read(rule, &sets).is_in(&sentence.split(' ').collect::<Vec<_>>());
        assert!(is_in("can $you please? approv*|sign", "so can he approve it"));
        assert!(is_in("can $you please? sign", "can you please sign"));
        assert!(!is_in("can $you sign", "can they sign"));
        assert!(is_in("^ sign .. form $", "sign the long blue form"));
        assert!(!is_in("^ sign", "please sign") && !is_in("sign $", "sign it"));
        assert!(!is_in("sign .. form", "sign one two three four five six form"));
    }
}
