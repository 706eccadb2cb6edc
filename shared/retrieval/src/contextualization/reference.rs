//! "The second one": finds what a number in a question names in the answer before it.

use std::ops::Range;

use crate::text::{fold, sentences, units};
use crate::tuning::{FIRST_ENUMERATION_ITEM_WORDS, MAX_ENUMERATION_ITEM_WORDS};

/// Names of places; the last two count from the end.
const ORDINALS: &[(&str, Place)] = &[
    ("first", Place::FromStart(0)),
    ("1st", Place::FromStart(0)),
    ("former", Place::FromStart(0)),
    ("second", Place::FromStart(1)),
    ("2nd", Place::FromStart(1)),
    ("third", Place::FromStart(2)),
    ("3rd", Place::FromStart(2)),
    ("fourth", Place::FromStart(3)),
    ("4th", Place::FromStart(3)),
    ("fifth", Place::FromStart(4)),
    ("5th", Place::FromStart(4)),
    ("last", Place::Last),
    ("latter", Place::Last),
];
/// What may stand after an ordinal that names nothing by itself.
const COUNTED: &[&str] = &[
    "one", "option", "item", "point", "choice", "step", "method", "way", "plan",
];
/// What stands before a figure: "option 2".
const NUMBERED: &[&str] = &["option", "number", "step", "item", "point", "choice"];
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    FromStart(usize),
    Last,
}

/// Returns the question with its ordinal replaced by the item of the answer that it names; `None` when it names none.
pub(super) fn resolved(question: &str, answer: &str) -> Option<String> {
    let (range, place) = ordinal(question)?;
    let items = items(answer);
    let item = match place {
        Place::FromStart(number) => items.get(number),
        Place::Last => items.last(),
    };
    let (before, after) = (question.get(..range.start)?, question.get(range.end..)?);
    Some(format!("{before}{}{after}", item?).trim().to_owned())
}

/// Finds the ordinal in a question, with its article and the noun after it.
fn ordinal(question: &str) -> Option<(Range<usize>, Place)> {
    let words: Vec<_> = units(question).filter(|unit| unit.is_word).collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word.text).to_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    for (number, word) in words.iter().enumerate() {
        let name = folded.get(number).copied().unwrap_or_default();
        let before = number.checked_sub(1).and_then(|before| folded.get(before)).copied();
        let start_before = number
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .map(|word| word.start);
        let end = word.start + word.text.len();
        if let Ok(figure @ 1..=20) = name.parse::<usize>()
            && before.is_some_and(|before| NUMBERED.contains(&before))
        {
            return Some((start_before?..end, Place::FromStart(figure - 1)));
        }
        let Some((_, place)) = ORDINALS.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        let after = words.get(number + 1).zip(folded.get(number + 1));
        let end = match after {
            Some((after, name)) if COUNTED.contains(name) => after.start + after.text.len(),
            // "The second floor" is no place in a list.
            Some(_) => continue,
            None => end,
        };
        let start = if before == Some("the") {
            start_before?
        } else {
            word.start
        };
        return Some((start..end, *place));
    }
    None
}

/// The items of the answer's list; without one, of the first enumeration in its sentences.
fn items(answer: &str) -> Vec<&str> {
    let listed: Vec<&str> = answer.lines().filter_map(without_marker).collect();
    if listed.len() >= 2 {
        return listed;
    }
    let mut enumerations = sentences(answer)
        .into_iter()
        .filter_map(|range| enumeration(answer.get(range)?));
    enumerations.next().unwrap_or_default()
}

fn without_marker(line: &str) -> Option<&str> {
    let line = line.trim();
    let unmarked = ["- ", "* ", "• "].iter().find_map(|marker| line.strip_prefix(marker));
    unmarked
        .or_else(|| {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.strip_prefix(". ")
                .or(rest.strip_prefix(") "))
                .filter(|_| rest.len() < line.len())
        })
        .map(|item| item.trim_end_matches(['.', ';', ',']))
}

/// "We offer the Starter plan, the Team plan and the Pro plan."
fn enumeration(sentence: &str) -> Option<Vec<&str>> {
    let mut items: Vec<&str> = sentence
        .trim_end_matches(['.', '!', '?', ' '])
        .split(", ")
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" or "))
        .map(|part| part.trim_start_matches("and ").trim_start_matches("or ").trim())
        .filter(|part| !part.is_empty())
        .collect();
    let is_short = |item: &&str| item.split_whitespace().count() <= MAX_ENUMERATION_ITEM_WORDS;
    if items.len() < 2 || !items.get(1..)?.iter().all(is_short) {
        return None;
    }
    let first = items.first_mut()?;
    let from = first
        .rmatch_indices(' ')
        .nth(FIRST_ENUMERATION_ITEM_WORDS - 1)
        .map_or(0, |(at, _)| at + 1);
    *first = first.get(from..)?;
    Some(items)
}
