//! Which part of a page is its content.
use crate::markup;
use dom_smoothie::{Config, Readability};
use retrieval::{BlockKind, Parsed};
use scraper::Html;
use url::Url;

/// The share of a page's text that its content has at least; with less, something was thrown away.
const LEAST: f64 = 0.5;
/// Pages with more text than this are read whole, in bytes: telling their parts apart takes too long.
const MAX_CLEANED_BYTES: usize = 1024 * 1024;

/// Chooses between the whole page, less navigation, and what a reader's view of it shows.
pub(super) fn choose(says_itself: bool, text: &str, url: &Url, whole: Parsed) -> Parsed {
    if text.len() > MAX_CLEANED_BYTES || says_itself {
        return whole;
    }
    match readable(text, url) {
        Some(part) if keeps(&whole, &part) => part,
        _ => whole,
    }
}

/// Tells whether the page marks its content.
pub(super) fn says_itself(html: &Html) -> bool {
    let mut elements = html.root_element().descendent_elements();
    elements.any(|it| it.value().name() == "main" || it.attr("role") == Some("main"))
}

fn readable(text: &str, url: &Url) -> Option<Parsed> {
    let config = Config {
        keep_classes: true,
        disable_json_ld: true,
        ..Config::default()
    };
    let mut reader = Readability::new(text, Some(url.as_str()), Some(config)).ok()?;
    let article = reader.parse().ok()?;
    let mut parsed = markup::html::parse(&article.content);
    parsed.title = Some(article.title.to_string()).filter(|it| !it.trim().is_empty());
    Some(parsed)
}

/// Tells whether a part has all that matters of the whole: most of the text, every table, every piece of code.
fn keeps(whole: &Parsed, part: &Parsed) -> bool {
    let length = |it: &Parsed| it.blocks.iter().map(|it| it.text.len()).sum::<usize>();
    let count = |it: &Parsed, kind: BlockKind| it.blocks.iter().filter(|it| it.kind == kind).count();
    let headings = |parsed: &Parsed| {
        let mut paths: Vec<_> = parsed.blocks.iter().map(|it| it.heading_path.clone()).collect();
        paths.dedup();
        paths.len()
    };
    let is_enough = length(part) as f64 >= LEAST * length(whole) as f64;
    let has_all = |kind: BlockKind| count(part, kind) >= count(whole, kind);
    is_enough && has_all(BlockKind::Table) && has_all(BlockKind::Code) && 2 * headings(part) >= headings(whole)
}
