//! Markdown to blocks, by the events of `pulldown-cmark`.

use pulldown_cmark::{CodeBlockKind, Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::Parsed;
use super::blocks::Blocks;

pub(super) fn parse(text: &str) -> Parsed {
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
    for event in Parser::new_ext(text, options) {
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
            Event::Html(html) | Event::InlineHtml(html) => tag(&html, &mut hidden, &mut blocks),
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

// HTML inside Markdown: its text is kept, its tags are not, and scripts and styles are dropped with their text.
fn tag(html: &str, hidden: &mut Option<&'static str>, blocks: &mut Blocks) {
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(name) = *hidden {
            let Some(at) = rest.find(&format!("</{name}")) else {
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
        *hidden = ["script", "style"].into_iter().find(|name| {
            let tag = rest.get(1..).unwrap_or_default();
            tag.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        blocks.space();
        rest = rest.get(close..).unwrap_or_default();
    }
}

fn front_matter_title(metadata: &str) -> Option<String> {
    let value = metadata.lines().find_map(|line| line.strip_prefix("title:"))?;
    let value = value.trim();
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    Some(quoted.unwrap_or(value).to_owned())
}
