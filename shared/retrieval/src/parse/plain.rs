//! Plain text to blocks: paragraphs between blank lines, underlined headings, lists by their markers.

use super::Parsed;
use super::blocks::Blocks;

/// Reads plain text. Never fails.
pub fn plain(text: &str) -> Parsed {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut blocks = Blocks::default();
    let mut in_list = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            blocks.break_block();
            // A list goes on after a blank line if another item follows.
            if in_list && lines.peek().is_none_or(|next| item(next.trim()).is_none()) {
                blocks.end_list();
                in_list = false;
            }
            continue;
        }
        if let Some(level) = lines.peek().and_then(|next| underline(next)) {
            if in_list {
                blocks.end_list();
                in_list = false;
            }
            blocks.start_heading(level);
            blocks.text(trimmed);
            blocks.end_heading();
            lines.next();
            continue;
        }
        if let Some((number, content)) = item(trimmed) {
            if !in_list {
                blocks.start_list(number);
                in_list = true;
            }
            blocks.start_item();
            blocks.text(content);
            continue;
        }
        blocks.space();
        blocks.text(trimmed);
    }
    if in_list {
        blocks.end_list();
    }
    blocks.finish(None)
}

fn underline(line: &str) -> Option<u8> {
    let line = line.trim();
    let first = line.chars().next()?;
    let level = match first {
        '=' => 1,
        '-' => 2,
        _ => return None,
    };
    (line.len() >= 3 && line.chars().all(|c| c == first)).then_some(level)
}

fn item(line: &str) -> Option<(Option<u64>, &str)> {
    if let Some(content) = ["- ", "* ", "• ", "– "]
        .into_iter()
        .find_map(|marker| line.strip_prefix(marker))
    {
        return Some((None, content.trim()));
    }
    let digits = line
        .find(|c: char| !c.is_ascii_digit())
        .filter(|length| (1..=3).contains(length))?;
    let content = line.get(digits..)?.strip_prefix(['.', ')'])?.strip_prefix(' ')?;
    Some((line.get(..digits)?.parse().ok(), content.trim()))
}

#[cfg(test)]
mod tests {
    use super::super::BlockKind;
    use super::*;

    #[test]
    fn paragraphs_lists_and_headings_are_told_apart() {
        let parsed = plain("Guide\n=====\n\nFirst line\nsecond line.\n\nSteps:\n\n1. One\n2. Two\n\nEnd.");
        assert_eq!(parsed.title.as_deref(), Some("Guide"));
        let blocks: Vec<_> = parsed
            .blocks
            .iter()
            .map(|block| (block.kind, block.text.as_str()))
            .collect();
        assert_eq!(
            blocks,
            [
                (BlockKind::Paragraph, "First line second line."),
                (BlockKind::Paragraph, "Steps:"),
                (BlockKind::List, "1. One\n2. Two"),
                (BlockKind::Paragraph, "End."),
            ]
        );
        assert!(parsed.blocks.iter().all(|block| block.heading_path == ["Guide"]));
    }

    #[test]
    fn any_text_is_read() {
        for text in ["", "\u{FEFF}", "=", "- ", "1.", "\n\n---\n"] {
            plain(text);
        }
        proptest::proptest!(|(text in "([=\\-*•.)0-9\\n ]|é|東|[a-z]){0,80}")| {
            crate::passage::passages(&plain(&text));
        });
    }
}
