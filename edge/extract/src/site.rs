//! Reads pages of websites: what they say, where they lead, and what they want of a crawler.
mod content;
mod head;
mod markdown;
mod nesting;

use crate::document::{WORK, encoding, html};
use crate::meter::{Meter, NoPause, Pause, at_once};
use crate::{FileKind, Hint, Page, Reason, Refusal, markup, sniff};
use scraper::{Html, Node};
use url::Url;

/// The deepest nesting that is read: hostile pages nest a hundred thousand elements, real ones some dozens.
const MAX_READ_DEPTH: usize = 400;
/// How many elements a page may have.
const ELEMENTS: usize = 100_000;

/// Reads a page that was found at `url` and came with this media type.
///
/// # Errors
/// When it is empty, no text, or larger than any page has to be.
pub async fn page(bytes: &[u8], url: &str, media_type: &str, pause: &dyn Pause) -> Result<Page, Refusal> {
    let base = Url::parse(url).map_err(|_| Refusal::new(Reason::Damaged, "the page has no address"))?;
    let hint = Hint {
        media_type: media_type.to_owned(),
        ..Hint::default()
    };
    // Hosts say of many things that they are pages.
    if matches!(sniff::kind(bytes, &hint)?, FileKind::Pdf | FileKind::Docx) {
        return Err(Refusal::new(
            Reason::Unsupported,
            "it is no page, although its host says so",
        ));
    }
    let declared = encoding::charset_of(media_type).map(str::to_owned);
    let declared = declared.or_else(|| encoding::declared_in(bytes));
    let mut meter = Meter::new(WORK, pause);
    meter.spend_on(bytes.len())?;
    let text = encoding::decode(bytes, declared.as_deref())?;
    html::check(&text, &mut meter)?;
    if nesting::is_too_deep(&text) {
        return Err(too_complicated());
    }
    let html = Html::parse_document(&text);
    check(&html)?;
    let head = head::read(&html, &base);
    let says_itself = content::says_itself(&html);
    // Two trees of a large page are not in memory at a time.
    drop(html);
    pause.pause().await;
    let whole = markup::html::parse(&text);
    pause.pause().await;
    let chosen = content::choose(says_itself, &text, &base, whole);
    Ok(Page {
        title: head.title.or(chosen.title),
        text: markdown::write(&chosen.blocks),
        links: head.links,
        canonical: head.canonical,
        refresh: head.refresh,
        is_noindex: head.is_noindex,
        is_nofollow: head.is_nofollow,
        language: head.language,
    })
}

/// Reads a page without a pause, for threads that serve no one else.
///
/// # Errors
/// As [`page`].
pub fn page_at_once(bytes: &[u8], url: &str, media_type: &str) -> Result<Page, Refusal> {
    at_once(page(bytes, url, media_type, &NoPause))
}

/// Refuses nesting that neither people nor programs write.
fn check(html: &Html) -> Result<(), Refusal> {
    let mut elements = 0usize;
    let mut depth = 0usize;
    for edge in html.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => {
                depth += 1;
                elements += usize::from(matches!(node.value(), Node::Element(_)));
            }
            ego_tree::iter::Edge::Close(_) => depth = depth.saturating_sub(1),
        }
        if depth > MAX_READ_DEPTH || elements > ELEMENTS {
            return Err(too_complicated());
        }
    }
    Ok(())
}

fn too_complicated() -> Refusal {
    Refusal::new(Reason::TooMuch, "the page is too complicated to be read")
}

#[cfg(test)]
mod tests;
