//! Markdown to blocks, by the events of `pulldown-cmark`.
use pulldown_cmark::{CodeBlockKind, Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};
use retrieval::Parsed;
use retrieval::parse::Blocks;
use std::ops::Range;

/// The elements whose text is not shown.
const HIDING: [&str; 2] = ["script", "style"];

/// Reads Markdown. Never fails: what is not understood is read as text.
pub fn parse(text: &str) -> Parsed {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut blocks = Blocks::default();
    let mut code: Option<(String, String)> = None;
    let mut metadata: Option<String> = None;
    let mut hidden: Option<&'static str> = None;
    let mut title = None;
    // Where what is open ends.
    let mut ends = Vec::new();
    let hiding = HIDING.map(|name| EndTags::of(name, text));
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match &event {
            Event::Start(_) => ends.push(range.end),
            Event::End(_) => drop(ends.pop()),
            _ => {}
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = if let CodeBlockKind::Fenced(info) = kind {
                    info.into_string()
                } else {
                    String::new()
                };
                code = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, code)) = code.take() {
                    blocks.code(&language, &code);
                }
            }
            Event::Start(Tag::MetadataBlock(MetadataBlockKind::YamlStyle)) => metadata = Some(String::new()),
            Event::End(TagEnd::MetadataBlock(_)) => {
                title = metadata.take().as_deref().and_then(front_matter_title);
            }
            Event::Text(text) => {
                if let Some((_, code)) = &mut code {
                    code.push_str(&text);
                } else if let Some(metadata) = &mut metadata {
                    metadata.push_str(&text);
                } else if hidden.is_none() {
                    blocks.text(&text);
                }
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => blocks.text(&text),
            Event::SoftBreak => blocks.space(),
            Event::HardBreak | Event::Rule => blocks.break_block(),
            Event::Html(html) => tags(&html, range.start..text.len(), &hiding, &mut hidden, &mut blocks),
            Event::InlineHtml(html) => {
                let end = ends.last().copied().unwrap_or(text.len());
                tags(&html, range.start..end, &hiding, &mut hidden, &mut blocks);
            }
            Event::Start(tag) => start(&tag, &mut blocks),
            Event::End(tag) => end(tag, &mut blocks),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }
    blocks.finish(title)
}

fn start(tag: &Tag<'_>, blocks: &mut Blocks) {
    match tag {
        Tag::Heading { level, .. } => blocks.start_heading(*level as u8),
        Tag::List(first) => blocks.start_list(*first),
        Tag::Item => blocks.start_item(),
        Tag::Table(_) => blocks.start_table(),
        Tag::TableHead | Tag::TableRow => blocks.start_row(),
        Tag::TableCell => blocks.start_cell(),
        Tag::Paragraph | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::HtmlBlock => blocks.break_block(),
        _ => {}
    }
}

fn end(tag: TagEnd, blocks: &mut Blocks) {
    match tag {
        TagEnd::Heading(_) => blocks.end_heading(),
        TagEnd::List(_) => blocks.end_list(),
        TagEnd::Item => blocks.end_item(),
        TagEnd::Table => blocks.end_table(),
        TagEnd::TableCell => blocks.end_cell(),
        TagEnd::Paragraph | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::HtmlBlock => {
            blocks.break_block();
        }
        _ => {}
    }
}

/// Reads HTML inside Markdown: its text is kept, its tags are not, and scripts and styles are dropped with their text.
/// One that does not end within `scope`, which begins with the HTML, hides nothing: it is a word about scripts, or is
/// empty.
fn tags(
    html: &str,
    scope: Range<usize>,
    hiding: &[EndTags; 2],
    hidden: &mut Option<&'static str>,
    blocks: &mut Blocks,
) {
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(name) = *hidden {
            let Some(at) = end_tags(name, rest).next() else {
                return;
            };
            *hidden = None;
            rest = rest.get(at..).unwrap_or_default();
        }
        let Some(open) = rest.find('<') else {
            blocks.text(rest);
            return;
        };
        blocks.text(rest.get(..open).unwrap_or_default());
        rest = rest.get(open..).unwrap_or_default();
        let close = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else {
            rest.find('>').map(|at| at + 1)
        };
        let Some(close) = close else { return };
        let (tag, after) = rest.split_at_checked(close).unwrap_or((rest, ""));
        let from = scope.start + (html.len() - after.len());
        let hides = |it: &&EndTags| begins(it.name, tag.get(1..).unwrap_or_default()) && it.is_one_in(from..scope.end);
        *hidden = hiding.iter().find(hides).map(|it| it.name);
        blocks.space();
        rest = after;
    }
}

/// Where the end tags of a name stand in a document.
struct EndTags {
    name: &'static str,
    places: Vec<usize>,
}

impl EndTags {
    fn of(name: &'static str, text: &str) -> Self {
        let places = end_tags(name, text).collect();
        Self { name, places }
    }

    fn is_one_in(&self, scope: Range<usize>) -> bool {
        let next = self.places.partition_point(|it| *it < scope.start);
        self.places.get(next).is_some_and(|it| *it < scope.end)
    }
}

fn end_tags(name: &str, text: &str) -> impl Iterator<Item = usize> {
    let ends = text.match_indices("</").map(|(at, _)| at);
    ends.filter(move |at| begins(name, text.get(at + 2..).unwrap_or_default()))
}

/// Returns whether a tag's name stands at the beginning.
fn begins(name: &str, tag: &str) -> bool {
    let is_it = tag.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    is_it && !tag.get(name.len()..).unwrap_or_default().starts_with(goes_on)
}

fn front_matter_title(metadata: &str) -> Option<String> {
    let value = metadata.lines().find_map(|line| line.strip_prefix("title:"))?;
    let value = value.trim();
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    Some(quoted.unwrap_or(value).to_owned())
}
