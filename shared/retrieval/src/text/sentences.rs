//! Finds sentences, minding abbreviations, initials, decimals, addresses, lists, tables and code.

use std::ops::Range;

/// Returns the byte ranges of the sentences, without the white space around them.
///
/// A line break ends a sentence (paragraphs are one line each); a fenced code block is one sentence.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut fence: Option<usize> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let is_fence = line.trim_start().starts_with("```");
        match (fence, is_fence) {
            (None, true) => fence = Some(start),
            (Some(opened), true) => {
                push_trimmed(text, opened..offset, &mut found);
                fence = None;
            }
            (Some(_), false) => {}
            (None, false) => line_sentences(text, start..offset, &mut found),
        }
    }
    if let Some(opened) = fence {
        push_trimmed(text, opened..text.len(), &mut found);
    }
    found
}

fn line_sentences(text: &str, line: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut start = line.start;
    let content = text.get(line.clone()).unwrap_or_default();
    // A table row is read as a whole.
    if !content.trim_start().starts_with('|') {
        let mut chars = content.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if !is_terminator(c) {
                continue;
            }
            let mut end = at + c.len_utf8();
            while let Some(&(next_at, next)) = chars.peek() {
                if !is_terminator(next) && !is_closing(next) {
                    break;
                }
                end = next_at + next.len_utf8();
                chars.next();
            }
            let before = text.get(start..line.start + at).unwrap_or_default();
            let after = content.get(end..).unwrap_or_default();
            if ends_sentence(c, before, after) {
                push_trimmed(text, start..line.start + end, found);
                start = line.start + end;
            }
        }
    }
    push_trimmed(text, start..line.end, found);
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let piece = text.get(range.clone()).unwrap_or_default();
    let trimmed = piece.trim();
    if trimmed.is_empty() {
        return;
    }
    let start = range.start + (piece.len() - piece.trim_start().len());
    found.push(start..start + trimmed.len());
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）')
}

fn ends_sentence(terminator: char, before: &str, after: &str) -> bool {
    if matches!(terminator, '。' | '！' | '？') {
        return !after.trim().is_empty();
    }
    let next = after.trim_start();
    // No space follows in decimals, addresses and file names.
    if next.len() == after.len() || next.is_empty() {
        return false;
    }
    let opening = |c: char| matches!(c, '"' | '\'' | '(' | '[' | '“' | '‘' | '«' | '*' | '_' | '`');
    let Some(first) = next.trim_start_matches(opening).chars().next() else {
        return false;
    };
    if first.is_lowercase() || matches!(first, ',' | ';' | ':' | ')' | '-' | '–') {
        return false;
    }
    terminator != '.' || !is_abbreviation(before, next, first)
}

/// The full stop after `before` belongs to its last word, not to the sentence.
fn is_abbreviation(before: &str, next: &str, first: char) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“'))
        .next()
        .unwrap_or("");
    let is_enumerator = word.len() == before.trim_start().trim_start_matches(['-', '*', ' ']).len();
    if is_enumerator && (word.chars().all(|c| c.is_ascii_digit()) || word.chars().count() <= 1) {
        return true;
    }
    let lower = word.to_lowercase();
    if TITLES.contains(&lower.as_str()) {
        return true;
    }
    if BEFORE_NUMBERS.contains(&lower.as_str()) && (first.is_ascii_digit() || matches!(first, '§' | '#')) {
        return true;
    }
    let mut letters = word.chars();
    let is_initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase());
    if is_initial {
        // "J. Smith" goes on; "vitamin C. The" does not.
        return !starts_sentence(next);
    }
    // "U.S. Army", "a.m. Monday": letters each with its own stop.
    let is_dotted = word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2);
    if is_dotted && word.chars().any(char::is_alphabetic) {
        return !starts_sentence(next);
    }
    MOSTLY_INSIDE.contains(&lower.as_str()) && !starts_sentence(next)
}

fn starts_sentence(next: &str) -> bool {
    let word = next
        .split(|c: char| !c.is_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or("");
    STARTERS.contains(&word)
}

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "lt", "sgt", "capt", "rev", "hon", "gov", "sen",
    "rep", "pres", "messrs", "mme", "mlle", "hr", "fr", "dott", "sig", "e.g", "i.e", "vs", "cf", "al", "z.b", "d.h",
    "u.a", "p.ex",
];

const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "nr", "num", "p", "pp", "fig", "figs", "eq", "sec", "ch", "vol", "art", "approx", "ca", "c", "ver",
    "v", "ext", "tel", "abs", "bzw", "para", "op", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
    "oct", "nov", "dec",
];

const MOSTLY_INSIDE: &[&str] = &[
    "inc", "ltd", "co", "corp", "llc", "dept", "univ", "assn", "bros", "ave", "blvd", "rd", "mt", "ft", "est", "min",
    "max", "incl", "excl", "etc", "usw", "bzw",
];

const STARTERS: &[&str] = &[
    "The", "This", "That", "These", "Those", "A", "An", "It", "Its", "He", "She", "They", "We", "You", "I", "In", "On",
    "At", "If", "When", "While", "After", "Before", "For", "From", "To", "As", "By", "But", "And", "Or", "However",
    "There", "Here", "His", "Her", "Their", "Our", "Your", "My", "Some", "Many", "Most", "All", "Each", "No", "Not",
    "Please", "Der", "Die", "Das", "Ein", "Eine", "Le", "La", "Les", "Un", "Une", "El", "Los", "Il", "What", "Who",
    "How", "Why", "Where", "Since",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn plain_sentences_end_at_their_marks() {
        assert_eq!(
            split("It works. Does it? Yes! Good."),
            ["It works.", "Does it?", "Yes!", "Good."]
        );
        assert_eq!(
            split("He said \"Stop.\" Then he left."),
            ["He said \"Stop.\"", "Then he left."]
        );
    }

    #[test]
    fn abbreviations_and_initials_go_on() {
        assert_eq!(
            split("Ask Dr. Smith or J. R. Brown. They know."),
            ["Ask Dr. Smith or J. R. Brown.", "They know."]
        );
        assert_eq!(
            split("Fruit, e.g. Apples, is free. See No. 5 and Fig. 3."),
            ["Fruit, e.g. Apples, is free.", "See No. 5 and Fig. 3."]
        );
        assert_eq!(
            split("The U.S. Army left the U.S. The rest stayed."),
            ["The U.S. Army left the U.S.", "The rest stayed."]
        );
        assert_eq!(
            split("Open at 9 a.m. Monday to Friday."),
            ["Open at 9 a.m. Monday to Friday."]
        );
        assert_eq!(
            split("Acme Inc. Berlin sells it. The price is fair."),
            ["Acme Inc. Berlin sells it.", "The price is fair."]
        );
    }

    #[test]
    fn decimals_versions_and_addresses_are_whole() {
        assert_eq!(
            split("It costs 3.50 USD. Version 2.1.0 is at https://a.example/x.html. Mail a.b@c.example now."),
            [
                "It costs 3.50 USD.",
                "Version 2.1.0 is at https://a.example/x.html.",
                "Mail a.b@c.example now."
            ]
        );
    }

    #[test]
    fn lists_tables_and_code_keep_their_lines() {
        assert_eq!(split("1. Open it.\n2. Close it."), ["1. Open it.", "2. Close it."]);
        assert_eq!(split("- One. Two.\n- Three"), ["- One.", "Two.", "- Three"]);
        assert_eq!(
            split("| Plan. A | Price |\n| B | 3. C |"),
            ["| Plan. A | Price |", "| B | 3. C |"]
        );
        assert_eq!(
            split("Run:\n```sh\na. B\n\nc\n```\nDone."),
            ["Run:", "```sh\na. B\n\nc\n```", "Done."]
        );
    }

    #[test]
    fn scripts_without_case_or_spaces_are_split() {
        assert_eq!(
            split("返品できます。送料は無料です。"),
            ["返品できます。", "送料は無料です。"]
        );
        assert_eq!(split("هل يمكن؟ نعم."), ["هل يمكن؟", "نعم."]);
    }

    #[test]
    fn an_open_fence_and_blank_text_do_no_harm() {
        assert_eq!(split("```\nx"), ["```\nx"]);
        assert!(split(" \n\n ").is_empty());
    }
}
