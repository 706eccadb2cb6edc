//! Cuts hits into pieces: sentences, list items, table rows and code blocks, with their places.

use crate::index::Hit;
use crate::text::sentences;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Prose,
    Item,
    Row,
    Code,
}

/// A piece of a hit's text that is shown as a whole.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) hit: usize,
    /// Place among the pieces of the hit.
    pub(super) place: usize,
    /// Number of the line it is on; a code block's first.
    pub(super) line: usize,
    /// Lists, tables and code blocks are numbered; the lines of running text are not part of one.
    pub(super) block: Option<usize>,
    pub(super) kind: Kind,
}

impl Piece<'_> {
    /// Returns whether the piece leads over to what follows it.
    pub(super) fn leads_in(&self) -> bool {
        self.kind == Kind::Prose && self.text.ends_with([':', '：'])
    }
}

/// Returns the pieces of all hits in order.
pub(super) fn pieces(hits: &[Hit]) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (hit, found) in hits.iter().enumerate() {
        let text = found.text.as_str();
        let mut blocks = 0;
        for (place, range) in sentences(text).into_iter().enumerate() {
            let line = text.get(..range.start).unwrap_or_default().matches('\n').count();
            let start = text
                .get(..range.start)
                .and_then(|before| before.rfind('\n'))
                .map_or(0, |at| at + 1);
            let kind = kind(text.get(start..).unwrap_or_default());
            let before = pieces.last().filter(|before| before.hit == hit);
            let block = match kind {
                Kind::Prose => None,
                _ => match before.filter(|before| before.kind == kind && before.kind != Kind::Code) {
                    Some(before) => before.block,
                    None => {
                        blocks += 1;
                        Some(blocks)
                    }
                },
            };
            // The indentation of a nested item is part of it.
            let indented = text
                .get(start..range.start)
                .is_some_and(|before| before.trim().is_empty());
            let from = if kind == Kind::Item && indented {
                start
            } else {
                range.start
            };
            let piece = text.get(from..range.end).unwrap_or_default();
            pieces.push(Piece {
                text: piece,
                hit,
                place,
                line,
                block,
                kind,
            });
        }
    }
    pieces
}

fn kind(line: &str) -> Kind {
    let line = line.split('\n').next().unwrap_or_default();
    let trimmed = line.trim_start();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let is_numbered = (1..=3).contains(&digits)
        && trimmed
            .get(digits..)
            .is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "));
    if trimmed.starts_with("```") {
        Kind::Code
    } else if trimmed.starts_with("| ") && trimmed.ends_with('|') {
        Kind::Row
    } else if ["- ", "* ", "• "].iter().any(|marker| trimmed.starts_with(marker))
        || is_numbered
        || line.starts_with("  ")
    {
        Kind::Item
    } else {
        Kind::Prose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_their_kind_and_block() {
        let text = "Do this:\n1. Open. Wait.\n2. Close.\nThen:\n```\nrun\n```\n| A | B |\n| 1 | 2 |";
        let hits = [Hit {
            text: text.to_owned(),
            ..Hit::default()
        }];
        let found: Vec<_> = pieces(&hits)
            .iter()
            .map(|piece| (piece.text.to_owned(), piece.kind, piece.block))
            .collect();
        let expected = [
            ("Do this:", Kind::Prose, None),
            ("1. Open.", Kind::Item, Some(1)),
            ("Wait.", Kind::Item, Some(1)),
            ("2. Close.", Kind::Item, Some(1)),
            ("Then:", Kind::Prose, None),
            ("```\nrun\n```", Kind::Code, Some(2)),
            ("| A | B |", Kind::Row, Some(3)),
            ("| 1 | 2 |", Kind::Row, Some(3)),
        ];
        assert_eq!(
            found,
            expected.map(|(text, kind, block)| (text.to_owned(), kind, block))
        );
    }
}
