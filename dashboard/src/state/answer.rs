//! An answer's Markdown as blocks and spans, as far as answers use it; what is not understood stays text.

/// A part of an answer that stands on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A heading, of whatever level.
    Heading(Vec<Span>),
    /// An item of a list, with its bullet or number.
    Item(String, Vec<Span>),
    /// Lines to be shown as they are.
    Code(String),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain text.
    Text(String),
    /// Text with weight.
    Strong(String),
    /// Text with stress.
    Emphasis(String),
    /// Text of a program.
    Code(String),
    /// Text that leads to an address of the web.
    Link(String, String),
    /// The number of a source, from 1.
    Cite(usize),
}

/// Reads an answer.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let text = line.trim();
        let block = if text.starts_with("```") {
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.trim().starts_with("```"))
                .collect();
            Some(Block::Code(code.join("\n")))
        } else if text.starts_with('#') && text.trim_start_matches('#').starts_with(' ') {
            Some(Block::Heading(spans(text.trim_start_matches('#').trim())))
        } else {
            item(text).map(|(mark, rest)| Block::Item(mark, spans(rest)))
        };
        if block.is_some() || text.is_empty() {
            end_paragraph(&mut paragraph, &mut blocks);
            blocks.extend(block);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(text);
        }
    }
    end_paragraph(&mut paragraph, &mut blocks);
    blocks
}

fn end_paragraph(paragraph: &mut String, blocks: &mut Vec<Block>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(spans(paragraph)));
        paragraph.clear();
    }
}

fn item(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|mark| text.strip_prefix(mark)) {
        return Some(("•".to_owned(), rest));
    }
    let (number, rest) = text.split_once(". ")?;
    let counts = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    counts.then(|| (format!("{number}."), rest))
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((span, after)) = marked(rest) {
            if !plain.is_empty() {
                spans.push(Span::Text(std::mem::take(&mut plain)));
            }
            spans.push(span);
            rest = after;
        } else {
            plain.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Text(plain));
    }
    spans
}

/// Reads the span that begins here, if one does.
fn marked(text: &str) -> Option<(Span, &str)> {
    if let Some(rest) = text.strip_prefix("**") {
        let (strong, after) = rest.split_once("**")?;
        return (!strong.is_empty()).then(|| (Span::Strong(strong.to_owned()), after));
    }
    if let Some(rest) = text.strip_prefix('*') {
        let (stressed, after) = rest.split_once('*')?;
        let tight = !stressed.is_empty() && stressed.trim() == stressed;
        return tight.then(|| (Span::Emphasis(stressed.to_owned()), after));
    }
    if let Some(rest) = text.strip_prefix('`') {
        let (code, after) = rest.split_once('`')?;
        return (!code.is_empty()).then(|| (Span::Code(code.to_owned()), after));
    }
    let (label, after) = text.strip_prefix('[')?.split_once(']')?;
    if let Some((address, after)) = after.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let leads_out = ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| address.starts_with(scheme));
        let span = if leads_out {
            Span::Link(label.to_owned(), address.to_owned())
        } else {
            Span::Text(label.to_owned())
        };
        return Some((span, after));
    }
    label
        .parse()
        .ok()
        .filter(|number| (1..=99).contains(number))
        .map(|number| (Span::Cite(number), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    #[test]
    fn citations_stand_apart_from_the_text() {
        assert_eq!(
            blocks("Refunds take 5 days. [1][2]"),
            [Block::Paragraph(vec![
                text("Refunds take 5 days. "),
                Span::Cite(1),
                Span::Cite(2)
            ])]
        );
    }

    #[test]
    fn lists_headings_and_code_are_blocks() {
        let read = blocks("## Steps\n1. Open it\n2. Close it\n- or not\n\n```\nlet x = 1;\n```\ndone");
        assert_eq!(
            read,
            [
                Block::Heading(vec![text("Steps")]),
                Block::Item("1.".to_owned(), vec![text("Open it")]),
                Block::Item("2.".to_owned(), vec![text("Close it")]),
                Block::Item("•".to_owned(), vec![text("or not")]),
                Block::Code("let x = 1;".to_owned()),
                Block::Paragraph(vec![text("done")]),
            ]
        );
    }

    #[test]
    fn stress_and_weight_are_told_apart() {
        let read = [
            Span::Emphasis("a".to_owned()),
            text(" "),
            Span::Strong("b".to_owned()),
            text(" 2 * 3 * 4"),
        ];
        assert_eq!(blocks("*a* **b** 2 * 3 * 4"), [Block::Paragraph(read.to_vec())]);
    }

    #[test]
    fn lines_of_one_paragraph_are_joined() {
        assert_eq!(blocks("one\ntwo\n\nthree").len(), 2);
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        let read = |markdown: &str| match blocks(markdown).pop() {
            Some(Block::Paragraph(mut spans)) => spans.pop(),
            _ => None,
        };
        assert_eq!(
            read("[docs](https://a.example)"),
            Some(Span::Link("docs".to_owned(), "https://a.example".to_owned()))
        );
        assert_eq!(read("[x](javascript:alert)"), Some(text("x")));
        assert_eq!(read("[x](data:text/html,a)"), Some(text("x")));
    }

    #[test]
    fn what_is_not_closed_stays_text() {
        for line in ["**bold", "`code", "[1", "a * b", "****", "[word] here", "<img src=x>"] {
            assert_eq!(blocks(line), [Block::Paragraph(vec![text(line)])], "{line}");
        }
    }
}
