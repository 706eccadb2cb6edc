//! Blocks as Markdown, so that reading it gives the same blocks.
use retrieval::{Block, BlockKind};

/// The deepest heading that Markdown has.
const MAX_HEADING_LEVEL: usize = 6;

/// Writes blocks with their headings.
pub(super) fn write(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut above: &[String] = &[];
    for block in blocks {
        let path = block.heading_path.as_slice();
        let same = above.iter().zip(path).take_while(|(a, b)| a == b).count();
        for (level, heading) in path.iter().enumerate().skip(same) {
            text.push_str(&"#".repeat((level + 1).min(MAX_HEADING_LEVEL)));
            text.push(' ');
            text.push_str(&escape(heading));
            text.push_str("\n\n");
        }
        above = path;
        match block.kind {
            BlockKind::Paragraph | BlockKind::Record => text.push_str(&paragraph(&block.text)),
            BlockKind::List => text.push_str(&list(&block.text)),
            BlockKind::Table => text.push_str(&table(&block.text)),
            BlockKind::Code => text.push_str(&block.text),
        }
        // Two lists in a row would be one.
        text.push_str(if block.kind == BlockKind::List {
            "\n\n<!-- -->\n\n"
        } else {
            "\n\n"
        });
    }
    text
}

fn paragraph(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Escapes a line of running text, and what would make something else of it.
fn line(text: &str) -> String {
    let escaped = escape(text);
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    let rest = escaped.get(digits..).unwrap_or_default();
    match (escaped.chars().next(), rest.chars().next()) {
        (Some('#' | '>' | '-' | '+' | '=' | ':'), _) => format!("\\{escaped}"),
        (_, Some(mark @ ('.' | ')'))) if digits > 0 => {
            let number = escaped.get(..digits).unwrap_or_default();
            format!("{number}\\{mark}{}", rest.get(1..).unwrap_or_default())
        }
        _ => escaped,
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(
            letter,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '{' | '}'
        ) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    // A heading may end in marks that belong to it.
    match escaped.strip_suffix('#') {
        Some(rest) => format!("{rest}\\#"),
        None => escaped,
    }
}

/// Indents by four for each level, which holds behind every marker.
fn list(text: &str) -> String {
    let item = |text: &str| {
        let rest = text.trim_start_matches(' ');
        let level = (text.len() - rest.len()) / 2;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let marker = match rest.get(..digits + 2) {
            Some(marker) if digits > 0 && marker.ends_with(". ") => marker,
            _ if rest.starts_with("- ") => "- ",
            // A further paragraph of the item above.
            _ => return format!("\n{}{}\n", "    ".repeat(level), line(rest)),
        };
        let words = rest.get(marker.len()..).unwrap_or_default();
        format!("{}{marker}{}", "    ".repeat(level), line(words))
    };
    text.lines().map(item).collect::<Vec<_>>().join("\n")
}

/// Adds the line under the header.
fn table(text: &str) -> String {
    let mut lines = text.lines().map(|line| {
        let cells = line.strip_prefix("| ").unwrap_or(line);
        let cells = cells.strip_suffix(" |").unwrap_or(cells);
        cells.split(" | ").map(escape).collect::<Vec<_>>()
    });
    let header = lines.next().unwrap_or_default();
    let rule = vec!["---".to_owned(); header.len()];
    let rows = [header, rule].into_iter().chain(lines);
    rows.map(|it| format!("| {} |", it.join(" | ")))
        .collect::<Vec<_>>()
        .join("\n")
}
