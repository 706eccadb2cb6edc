//! What Markdown itself does not know: `[1]` cites a source, and an address in the middle of a sentence is a link.

use super::{Citable, Element, Node, safe_address};

/// Finds citations and bare addresses in the text of a finished tree.
pub(super) fn refine(nodes: Vec<Node>, citable: Citable) -> Vec<Node> {
    let mut refined = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Text(text) => split(&text, citable, &mut refined),
            Node::Element(Element::Link(address), children) => refined.push(link(address, children, citable)),
            Node::Element(element, children) => refined.push(Node::Element(element, refine(children, citable))),
            other => refined.push(other),
        }
    }
    refined
}

/// A link whose text is the number of a source is a citation that the text gave an address to; others stay links.
fn link(address: String, children: Vec<Node>, citable: Citable) -> Node {
    match children.as_slice() {
        [Node::Text(text)] if text.len() <= 3 => {
            if let Some(number) = text.parse().ok().filter(|number| cites(*number, citable)) {
                return Node::Citation(number);
            }
        }
        // A picture without a description has no text to click on.
        [] => return Node::Element(Element::Link(address.clone()), vec![Node::Text(address)]),
        _ => {}
    }
    Node::Element(Element::Link(address), children)
}

fn split(text: &str, citable: Citable, into: &mut Vec<Node>) {
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        let begins_word = text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|c| !c.is_alphanumeric());
        let found = match first {
            '[' => citations(rest, citable),
            'h' if begins_word => bare_address(rest),
            _ => None,
        };
        match found {
            Some((node, length)) => {
                push_text(text.get(plain_from..at), into);
                into.push(node);
                at += length;
                plain_from = at;
            }
            None => at += first.len_utf8(),
        }
    }
    push_text(text.get(plain_from..), into);
}

fn push_text(text: Option<&str>, into: &mut Vec<Node>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        into.push(Node::Text(text.to_owned()));
    }
}

/// Reads `[1][2].` at the start of `text`: citations, and the punctuation that must not begin the next line.
fn citations(text: &str, citable: Citable) -> Option<(Node, usize)> {
    let mut together = Vec::new();
    let mut length = 0;
    while let Some((node, more)) = text.get(length..).and_then(|rest| citation(rest, citable)) {
        together.push(node);
        length += more;
    }
    let next = text.get(length..)?.chars().next();
    if let Some(mark) =
        next.filter(|mark| !together.is_empty() && matches!(mark, '.' | ',' | ';' | ':' | '!' | '?' | ')'))
    {
        together.push(Node::Text(mark.to_string()));
        length += 1;
    }
    match together.len() {
        0 | 1 => together.pop().map(|node| (node, length)),
        _ => Some((Node::Element(Element::Together, together), length)),
    }
}

/// Reads `[12]` at the start of `text`; returns it with its length in bytes.
fn citation(text: &str, citable: Citable) -> Option<(Node, usize)> {
    let digits = text.strip_prefix('[')?.split_once(']')?.0;
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok()).flatten()?;
    cites(number, citable).then_some((Node::Citation(number), digits.len() + 2))
}

fn cites(number: usize, citable: Citable) -> bool {
    match citable {
        Citable::Unknown => number > 0,
        Citable::Sources(count) => (1..=count).contains(&number),
    }
}

/// Reads `https://…` at the start of `text`, without the punctuation of the sentence around it.
fn bare_address(text: &str) -> Option<(Node, usize)> {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '[' | ']'))
        .unwrap_or(text.len());
    let mut address = text.get(..end)?;
    while let Some(last) = address.chars().next_back() {
        let closes_nothing = last == ')' && !address.contains('(');
        if !closes_nothing && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_') {
            break;
        }
        address = address.get(..address.len() - last.len_utf8())?;
    }
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    if host.is_empty() {
        return None;
    }
    let link = Element::Link(safe_address(address)?);
    Some((Node::Element(link, vec![Node::Text(address.to_owned())]), address.len()))
}
