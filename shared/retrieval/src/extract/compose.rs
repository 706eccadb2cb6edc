//! Puts the chosen pieces into reading order, with separators.

use super::pieces::{Kind, Piece};
use super::{CitedSentence, Separator};
use crate::tuning::MIN_CUT_CHARS;

/// Returns the pieces as an answer of at most `max_chars` characters.
pub(super) fn compose(pieces: &[Piece<'_>], mut chosen: Vec<usize>, max_chars: usize) -> Vec<CitedSentence> {
    // Hits are ordered by their best sentence.
    let mut hits: Vec<usize> = Vec::new();
    for piece in chosen.iter().filter_map(|number| pieces.get(*number)) {
        if !hits.contains(&piece.hit) {
            hits.push(piece.hit);
        }
    }
    chosen.sort_by_key(|number| {
        let piece = pieces.get(*number);
        (
            piece.and_then(|piece| hits.iter().position(|hit| *hit == piece.hit)),
            piece.map(|piece| piece.place),
        )
    });
    let mut answer: Vec<CitedSentence> = Vec::new();
    let mut kinds = Vec::new();
    let mut before: Option<&Piece<'_>> = None;
    let mut left = max_chars;
    for piece in chosen.iter().filter_map(|number| pieces.get(*number)) {
        let separator = before.map_or(Separator::None, |before| separator(before, piece));
        let alone = piece.kind == Kind::Item && before.is_none_or(|before| before.kind != Kind::Item);
        let is_last_of_list = !chosen
            .iter()
            .filter_map(|number| pieces.get(*number))
            .any(|other| other.hit == piece.hit && other.block == piece.block && other.place != piece.place);
        // A single item is a sentence; its marker would make a list of one.
        let text = if alone && is_last_of_list {
            without_marker(piece.text)
        } else {
            piece.text
        };
        let text = with_rule(text, before, piece);
        let room = left.saturating_sub(separator.as_str().chars().count());
        let text = if text.chars().count() > room {
            shortened(&text, room)
        } else {
            text
        };
        if text.is_empty() {
            break;
        }
        left = room - text.chars().count().min(room);
        answer.push(CitedSentence {
            text,
            hit: piece.hit,
            separator,
            cite: false,
        });
        kinds.push(piece.kind);
        before = Some(piece);
    }
    cite(&mut answer, &kinds);
    answer
}

/// One citation for a run from the same hit: after its last sentence or item, since a mark cannot stand inside code or
/// a table; only a run of nothing else has it at its end.
fn cite(answer: &mut [CitedSentence], kinds: &[Kind]) {
    let mut start = 0;
    for run in answer.chunk_by_mut(|a, b| a.hit == b.hit) {
        let kinds = kinds.get(start..start + run.len()).unwrap_or_default();
        start += run.len();
        let open = kinds.iter().rposition(|kind| !matches!(kind, Kind::Code | Kind::Row));
        let place = open.unwrap_or(run.len() - 1);
        if let Some(sentence) = run.get_mut(place) {
            sentence.cite = true;
        }
    }
}

fn separator(before: &Piece<'_>, piece: &Piece<'_>) -> Separator {
    if before.hit != piece.hit {
        return Separator::Paragraph;
    }
    match (before.kind, piece.kind) {
        (Kind::Item, Kind::Item) | (Kind::Row, Kind::Row) if before.block == piece.block => {
            if before.line == piece.line {
                Separator::Space
            } else {
                Separator::Line
            }
        }
        (Kind::Prose, Kind::Prose) => Separator::Space,
        _ => Separator::Paragraph,
    }
}

fn without_marker(text: &str) -> &str {
    let trimmed = text.trim_start();
    let unmarked = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    let unmarked = if unmarked.len() < trimmed.len() {
        unmarked.strip_prefix(['.', ')'])
    } else {
        None
    };
    let bullet = ["- ", "* ", "• "]
        .iter()
        .find_map(|marker| trimmed.strip_prefix(marker));
    unmarked.or(bullet).unwrap_or(trimmed).trim_start()
}

/// Adds the rule under a header, without which Markdown shows no table.
fn with_rule(text: &str, before: Option<&Piece<'_>>, piece: &Piece<'_>) -> String {
    let starts_table = piece.kind == Kind::Row
        && before
            .is_none_or(|before| before.kind != Kind::Row || before.hit != piece.hit || before.block != piece.block);
    if !starts_table {
        return text.to_owned();
    }
    let cells = text.matches(" | ").count() + 1;
    format!("{text}\n|{}", " --- |".repeat(cells))
}

/// Cuts at a word and adds an ellipsis. Code and rows are not cut.
fn shortened(text: &str, room: usize) -> String {
    if room < MIN_CUT_CHARS || text.starts_with("```") || text.starts_with("| ") {
        return String::new();
    }
    let cut: String = text.chars().take(room - 1).collect();
    let at = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    format!(
        "{}…",
        cut.get(..at).unwrap_or_default().trim_end_matches([',', ';', ':', ' '])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_taken_off() {
        assert_eq!(without_marker("- one"), "one");
        assert_eq!(without_marker("  12. two"), "two");
        assert_eq!(without_marker("2024 was good"), "2024 was good");
    }

    #[test]
    fn citations_stand_before_code_or_after_lone_code() {
        let sentence = |hit| CitedSentence {
            text: String::new(),
            hit,
            separator: Separator::None,
            cite: false,
        };
        let mut answer = [sentence(0), sentence(0), sentence(1), sentence(2), sentence(2)];
        let kinds = [Kind::Prose, Kind::Code, Kind::Row, Kind::Code, Kind::Item];
        cite(&mut answer, &kinds);
        assert_eq!(answer.map(|sentence| sentence.cite), [true, false, true, false, true]);
    }

    #[test]
    fn long_text_is_cut_at_a_word() {
        assert_eq!(
            shortened("The quick brown fox jumps over it.", 21),
            "The quick brown fox…"
        );
        assert_eq!(shortened("```\ncode that is long\n```", 21), "");
    }
}
