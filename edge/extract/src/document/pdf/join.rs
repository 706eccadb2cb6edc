//! Lines put together: words that were parted at the end of a line become whole.
use super::lines::Line;
use std::collections::HashSet;

/// Returns the words that are written with a hyphen within a line, so that it belongs to them.
pub(super) fn hyphenated(lines: &[&Line]) -> HashSet<String> {
    let mut words = HashSet::new();
    for line in lines {
        for cell in &line.cells {
            let parted = cell
                .text
                .split_whitespace()
                .filter(|it| it.trim_end_matches('-').contains('-'));
            words.extend(parted.map(letters));
        }
    }
    words
}

/// Adds a line to a text.
pub(super) fn append(text: &mut String, line: &str, hyphenated: &HashSet<String>) {
    let line = line.trim();
    if text.ends_with('\u{AD}') {
        text.pop();
    } else if is_parted(text, line) {
        let last = text.rsplit(' ').next().unwrap_or_default();
        let first = line.split(' ').next().unwrap_or_default();
        if !hyphenated.contains(&letters(&format!("{last}{first}"))) {
            text.pop();
        }
    } else if !(text.is_empty() || text.ends_with(is_ideograph) && line.starts_with(is_ideograph)) {
        text.push(' ');
    }
    // Soft hyphens within a line are not drawn.
    text.extend(
        line.strip_suffix('\u{AD}')
            .unwrap_or(line)
            .chars()
            .filter(|it| *it != '\u{AD}'),
    );
    if line.ends_with('\u{AD}') {
        text.push('\u{AD}');
    }
}

fn is_parted(text: &str, line: &str) -> bool {
    let mut ending = text.chars().rev();
    let ends = matches!(ending.next(), Some('-' | '\u{2010}')) && ending.next().is_some_and(char::is_alphabetic);
    ends && line.starts_with(char::is_lowercase)
}

fn letters(word: &str) -> String {
    let word = word.trim_matches(|it: char| !it.is_alphanumeric());
    word.replace('\u{2010}', "-").to_lowercase()
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}
