//! Query decomposition: cuts "How do I reset my password and what does the Pro plan cost?" into its two questions.
//!
//! When in doubt a question is not cut, since two wrong halves are answered worse than the whole. A later part may
//! depend on an earlier one ("... and how long does it take?"): search each part as a follow-up of the conversation and
//! the parts before it, with [`crate::contextualization::contextualize`].

use std::ops::Range;

use crate::text::{fold, is_stop_word, sentences, units};
use crate::tuning::{MAX_SUB_QUESTIONS, MIN_SUB_QUESTION_WORDS};

/// Words that ask.
const ASKING: &[&str] = &[
    "how", "what", "where", "when", "who", "whom", "whose", "which", "why", "wie", "was", "wo", "wann", "wer", "wem",
    "welche", "welcher", "welches", "warum", "wieso", "comment", "combien", "quand", "pourquoi", "qui", "quel",
    "quelle", "como", "cuanto", "cuando", "donde", "quien", "cual",
];
/// Asking words that are as often relative ones: "when I cancel", "where you live".
const RELATIVE: &[&str] = &["when", "where", "why"];
/// Verbs that begin a question, before its subject.
const VERBS: &[&str] = &[
    "is", "are", "was", "were", "do", "does", "did", "can", "could", "will", "would", "should", "shall", "may",
    "might", "must", "has", "have", "am", "isn", "aren", "don", "doesn", "didn", "won",
];
/// Pronouns as subjects.
const SUBJECTS: &[&str] = &["i", "you", "we", "they", "it", "he", "she", "there"];
/// Verbs that begin a question also before a noun: "does the Pro plan ..." is a question; "is the best" and "do my
/// taxes" need not be.
const BEFORE_NOUNS: &[&str] = &["does", "did", "can", "could", "will", "would", "should"];
/// Words that begin a noun phrase.
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "all", "my", "your", "our", "this", "that", "these", "those", "anyone",
];
/// Phrases that introduce a question.
const REQUESTS: &[&[&str]] = &[
    &["tell", "me"],
    &["i", "want", "to", "know"],
    &["i", "need", "to", "know"],
    &["i", "would", "like", "to", "know"],
    &["i", "d", "like", "to", "know"],
    &["i", "wonder"],
    &["i", "m", "wondering"],
    &["please", "explain"],
    &["explain"],
];
/// Polite words before a question.
const POLITE: &[&str] = &[
    "hi", "hello", "hey", "please", "so", "and", "ok", "okay", "well", "thanks", "also", "then",
];
/// Words that join two questions.
const JOINING: &[&str] = &["and", "plus", "und", "et", "y"];
/// Words of a comparison, which needs both of its sides.
const COMPARING: &[&str] = &[
    "between",
    "difference",
    "differ",
    "compare",
    "compared",
    "versus",
    "vs",
    "both",
    "either",
];

/// Returns the questions that a question is made of, in order; itself when it is one.
pub fn decompose(question: &str) -> Vec<&str> {
    let whole = question.trim();
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut has_question = false;
    for sentence in sentences(whole) {
        let text = whole.get(sentence.clone()).unwrap_or_default();
        let mut starts: Vec<usize> = cuts(text).into_iter().map(|cut| sentence.start + cut).collect();
        let is_cut = !starts.is_empty();
        starts.insert(0, sentence.start);
        for (number, start) in starts.iter().enumerate() {
            let range = *start..starts.get(number + 1).copied().unwrap_or(sentence.end);
            let text = whole.get(range.clone()).unwrap_or_default();
            let asks = is_cut || is_question(text);
            let is_full = parts.len() == MAX_SUB_QUESTIONS;
            match parts.last_mut() {
                // A remark goes with the question before it; the first question with the remarks before it.
                Some(last) if !asks || !has_question || is_full || !is_cut && goes_on(text) => last.end = range.end,
                _ => parts.push(range),
            }
            has_question |= asks;
        }
    }
    parts
        .into_iter()
        .filter_map(|range| trimmed(whole.get(range)?))
        .collect()
}

/// Without what joins it to the next.
fn trimmed(part: &str) -> Option<&str> {
    let mut part = part.trim().trim_end_matches([',', ';']);
    for joining in JOINING {
        if let Some(rest) = part.strip_suffix(joining)
            && rest.ends_with([' ', ','])
        {
            part = rest.trim_end().trim_end_matches([',', ';']);
        }
    }
    Some(part).filter(|part| !part.is_empty())
}

fn words(text: &str) -> Vec<(String, usize)> {
    units(text)
        .filter(|unit| unit.is_word)
        .map(|unit| (fold(unit.text).into_owned(), unit.start))
        .collect()
}

fn is(words: &[(String, usize)], at: usize, list: &[&str]) -> bool {
    words.get(at).is_some_and(|(word, _)| list.contains(&word.as_str()))
}

/// Where further questions begin in a sentence.
fn cuts(sentence: &str) -> Vec<usize> {
    let words = words(sentence);
    let mut cuts = Vec::new();
    let mut from = 0;
    if words.iter().any(|(word, _)| COMPARING.contains(&word.as_str())) {
        return cuts;
    }
    for at in 1..words.len() {
        let Some((_, start)) = words.get(at) else { break };
        let Some((before, start_before)) = words.get(at - 1) else {
            break;
        };
        let gap = sentence.get(start_before + before.len()..*start).unwrap_or_default();
        let joined = JOINING.contains(&before.as_str()) && gap.trim().trim_matches(',').is_empty();
        let listed = gap.contains([',', ';']);
        let (left_end, right) = match (joined, listed) {
            (true, _) => (at - 1, if is(&words, at, &["also", "then"]) { at + 1 } else { at }),
            (false, true) => (at, at),
            _ => continue,
        };
        let left = words.get(from..left_end).unwrap_or_default();
        let right = words.get(right..).unwrap_or_default();
        let quoted = sentence
            .get(..*start)
            .is_some_and(|before| before.matches(['"', '“', '”']).count() % 2 == 1);
        if !quoted
            && left.len() >= MIN_SUB_QUESTION_WORDS
            && right.len() >= MIN_SUB_QUESTION_WORDS
            && may_part(left, right)
        {
            cuts.push(*start);
            from = at;
        }
    }
    cuts
}

/// Whether two runs of words are two questions.
fn may_part(left: &[(String, usize)], right: &[(String, usize)]) -> bool {
    let left = without_politeness(left);
    // "How and where", "what to do and when".
    let hangs = left.last().is_some_and(|(word, _)| ASKING.contains(&word.as_str()));
    if hangs || left.len() < MIN_SUB_QUESTION_WORDS {
        return false;
    }
    let asks_for = is_request(left) || is_indirect(left);
    // A sentence that begins with a verb is a question, whatever stands next.
    let left_asks = is_direct(left) || is(left, 0, VERBS);
    (left_asks && is_direct(right)) || (asks_for && (is_direct(right) || is(right, 0, ASKING)))
}

/// "Can you tell me how …", "do you know what …": what follows is in the order of a statement.
fn is_indirect(words: &[(String, usize)]) -> bool {
    is(words, 0, VERBS)
        && words
            .iter()
            .take(4)
            .any(|(word, _)| matches!(word.as_str(), "tell" | "know" | "explain"))
}

fn is_request(words: &[(String, usize)]) -> bool {
    let starts = |request: &&&[&str]| {
        words.len() > request.len() && request.iter().zip(words).all(|(request, (word, _))| request == word)
    };
    REQUESTS.iter().any(|request| starts(&request))
}

/// A question in the order of a question.
fn is_direct(words: &[(String, usize)]) -> bool {
    let words = without_politeness(words);
    let has_verb = |from: usize, to: usize| (from..to).any(|at| is(words, at, VERBS));
    let by_verb = is(words, 1, SUBJECTS) || is(words, 0, BEFORE_NOUNS) && is(words, 1, DETERMINERS);
    // "Was" asks in German without a subject next to it.
    if is(words, 0, VERBS) && (by_verb || !is(words, 0, ASKING)) {
        return by_verb;
    }
    if is(words, 0, RELATIVE) {
        return is(words, 1, VERBS) || is(words, 1, &["to"]) && is(words, 0, &["where"]);
    }
    // "What the plan costs" is in the order of a statement, "what does it cost" and "who signs it" are not.
    let of_statement = is(
        words,
        1,
        &[
            "the", "i", "you", "we", "they", "it", "he", "she", "my", "your", "our", "a", "an",
        ],
    );
    match words.first().map(|(word, _)| word.as_str()) {
        Some("how") => is(words, 1, &["to", "s", "come"]) || has_verb(1, 4),
        Some("what" | "who") => is(words, 1, &["s", "about"]) || has_verb(1, 5) || !of_statement,
        Some(word) => ASKING.contains(&word) && !of_statement,
        None => false,
    }
}

fn without_politeness(words: &[(String, usize)]) -> &[(String, usize)] {
    let polite = words
        .iter()
        .take_while(|(word, _)| POLITE.contains(&word.as_str()))
        .count();
    words.get(polite..).unwrap_or_default()
}

/// Whether a sentence, or a part that was cut off, is a question.
fn is_question(text: &str) -> bool {
    let words = words(text);
    text.trim_end().ends_with(['?', '？']) && words.len() >= MIN_SUB_QUESTION_WORDS
        || is_request(without_politeness(&words))
        || is_direct(&words)
}

/// "Or do I have to pay?", "is it?": nothing that could be searched for by itself.
fn goes_on(text: &str) -> bool {
    let words = words(text);
    let own = words.iter().filter(|(word, _)| !is_stop_word(word, Some("en"))).count();
    own == 0 || is(&words, 0, &["or", "oder", "ou", "o"])
}

#[cfg(test)]
mod tests;
