//! Markdown as a tree of allowed nodes: what is not in the tree cannot reach the page.
//!
//! HTML in an answer is text, a picture is a link to it, and a link leads to the web, to mail or to a telephone.
//! Every client draws these nodes, so that all of them show the same answer.

mod inline;
#[cfg(test)]
mod tests;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag};

/// How deep elements may nest. What lies deeper keeps its text and loses its form.
const DEPTH_LIMIT: usize = 24;

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Characters to be shown as they are.
    Text(String),
    /// The end of a line inside a paragraph.
    LineBreak,
    /// A line between two parts.
    Rule,
    /// Code inside a line.
    Code(String),
    /// Lines of code.
    CodeBlock {
        /// As the answer names it; empty when it does not.
        language: String,
        /// Without an end of line at its end.
        code: String,
    },
    /// `[1]` is the first source.
    Citation(usize),
    /// An element with what is in it.
    Element(Element, Vec<Node>),
}

/// A kind of element that holds other nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// A paragraph.
    Paragraph,
    /// A heading, of whatever level.
    Heading,
    /// A quotation.
    Quote,
    /// A list with bullets.
    BulletList,
    /// With its first number.
    NumberedList(u64),
    /// An item of either list.
    Item,
    /// A table, of rows.
    Table,
    /// The first row of a table, of [`Element::HeadCell`]s.
    HeadRow,
    /// Any other row, of [`Element::Cell`]s.
    Row,
    /// The title of a column.
    HeadCell,
    /// A cell of a table.
    Cell,
    /// Text of weight.
    Strong,
    /// Text with stress.
    Emphasis,
    /// Text that no longer holds.
    Strikethrough,
    /// Not to be broken over two lines.
    Together,
    /// With an address that has passed [`safe_address`].
    Link(String),
}

impl Element {
    /// Returns the tag of the HTML element that clients draw it with.
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            // All of one level: an answer is a part of the page, and its own levels may skip some.
            Self::Heading => "h2",
            Self::Quote => "blockquote",
            Self::BulletList => "ul",
            Self::NumberedList(_) => "ol",
            Self::Item => "li",
            Self::Table => "table",
            Self::HeadRow | Self::Row => "tr",
            Self::HeadCell => "th",
            Self::Cell => "td",
            Self::Strong => "strong",
            Self::Emphasis => "em",
            Self::Strikethrough => "s",
            Self::Together => "span",
            Self::Link(_) => "a",
        }
    }
}

/// What an answer's `[n]` may cite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Citable {
    /// The sources are not known yet: any number may turn out to be one.
    Unknown,
    /// This many. A larger number is ordinary text.
    Sources(usize),
}

/// Parses an answer.
pub fn parse(text: &str, citable: Citable) -> Vec<Node> {
    let mut builder = Builder {
        open: Vec::new(),
        nodes: Vec::new(),
        code: None,
    };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        builder.take(event);
    }
    inline::refine(builder.nodes, citable)
}

/// Returns the text as it would be read out: no marks, no citations, one line per block.
pub fn plain(nodes: &[Node]) -> String {
    let mut text = String::new();
    write_plain(nodes, &mut text);
    text.trim().to_owned()
}

/// Returns `address` when following it can do no more than open a page, a mail or a call.
pub fn safe_address(address: &str) -> Option<String> {
    let address = address.trim();
    let is_allowed = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    (is_allowed && !address.chars().any(char::is_control)).then(|| address.to_owned())
}

/// Builds the tree from events. An element that is not allowed, or too deep, is `None`: its children go to its parent.
struct Builder {
    open: Vec<(Option<Element>, Vec<Node>)>,
    nodes: Vec<Node>,
    code: Option<(String, String)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.code = Some((language_of(&kind), String::new())),
            Event::Start(tag) => {
                let mut element = element_of(&tag).filter(|_| self.open.len() < DEPTH_LIMIT);
                if element == Some(Element::Cell) && matches!(self.open.last(), Some((Some(Element::HeadRow), _))) {
                    element = Some(Element::HeadCell);
                }
                let outer = std::mem::take(&mut self.nodes);
                self.open.push((element, outer));
            }
            Event::End(_) => self.end(),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => self.nodes.push(Node::Code(text.into_string())),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.nodes.push(Node::LineBreak),
            Event::Rule => self.nodes.push(Node::Rule),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn end(&mut self) {
        if let Some((language, code)) = self.code.take() {
            self.nodes.push(Node::CodeBlock {
                language,
                code: code.trim_end().to_owned(),
            });
            return;
        }
        let Some((element, outer)) = self.open.pop() else {
            return;
        };
        let inner = std::mem::replace(&mut self.nodes, outer);
        match element {
            Some(element) => self.nodes.push(Node::Element(element, inner)),
            None => {
                for node in inner {
                    match node {
                        Node::Text(text) => self.text(&text),
                        other => self.nodes.push(other),
                    }
                }
            }
        }
    }

    /// Appends text, to the text before it when there is some: the parser cuts at every bracket.
    fn text(&mut self, more: &str) {
        match self.nodes.last_mut() {
            Some(Node::Text(text)) => text.push_str(more),
            _ => self.nodes.push(Node::Text(more.to_owned())),
        }
    }
}

fn element_of(tag: &Tag<'_>) -> Option<Element> {
    Some(match tag {
        Tag::Paragraph | Tag::HtmlBlock => Element::Paragraph,
        Tag::Heading { .. } => Element::Heading,
        Tag::BlockQuote(_) => Element::Quote,
        Tag::List(None) => Element::BulletList,
        Tag::List(Some(first)) => Element::NumberedList(*first),
        Tag::Item => Element::Item,
        Tag::Table(_) => Element::Table,
        Tag::TableHead => Element::HeadRow,
        Tag::TableRow => Element::Row,
        Tag::TableCell => Element::Cell,
        Tag::Strong => Element::Strong,
        Tag::Emphasis => Element::Emphasis,
        Tag::Strikethrough => Element::Strikethrough,
        Tag::Link {
            link_type: LinkType::Email,
            dest_url,
            ..
        } => Element::Link(safe_address(&["mailto:", dest_url].concat())?),
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => Element::Link(safe_address(dest_url)?),
        _ => return None,
    })
}

fn language_of(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or("").to_owned(),
        CodeBlockKind::Indented => String::new(),
    }
}

fn write_plain(nodes: &[Node], text: &mut String) {
    for node in nodes {
        match node {
            Node::Text(piece) | Node::Code(piece) | Node::CodeBlock { code: piece, .. } => text.push_str(piece),
            Node::LineBreak | Node::Rule => text.push('\n'),
            Node::Citation(_) => {
                // The space that set the mark off would be left standing before a full stop.
                text.truncate(text.trim_end_matches(' ').len());
            }
            Node::Element(element, children) => {
                write_plain(children, text);
                match element {
                    Element::Cell | Element::HeadCell => text.push('\t'),
                    Element::Strong
                    | Element::Emphasis
                    | Element::Strikethrough
                    | Element::Together
                    | Element::Link(_) => {}
                    _ if text.ends_with('\n') => {}
                    _ => text.push('\n'),
                }
            }
        }
    }
}
