//! Pages: what reads them takes time and memory that grow faster than the page, so it is measured first.
use crate::markup;
use crate::meter::Meter;
use crate::{Reason, Refusal};
use retrieval::Parsed;

/// Elements and texts of a page: each takes some hundred bytes.
const MOST_NODES: u64 = 150_000;
/// A page is kept several times while it is read, in bytes.
const MAX_PAGE_BYTES: usize = 12 * 1024 * 1024;
/// Elements that need no end, so that their beginnings do not add up to depth.
const UNENDED: [&str; 31] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup", "html", "head",
    "body", "frame",
];
/// Elements that are begun again in every paragraph until they end.
const REPEATED: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Reads a page.
///
/// # Errors
/// When reading it would take too much.
pub(super) fn read(text: &str, meter: &mut Meter<'_>) -> Result<Parsed, Refusal> {
    check(text, meter)?;
    Ok(markup::html::parse(text))
}

/// Counts what reading a page will take.
///
/// # Errors
/// When that is too much.
pub(crate) fn check(text: &str, meter: &mut Meter<'_>) -> Result<(), Refusal> {
    if text.len() > MAX_PAGE_BYTES {
        return Err(too_large());
    }
    let (mut depth, mut repeated, mut nodes) = (0_u64, 0_u64, 0_u64);
    for tag in text.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap_or_default();
        let is_end = inside.starts_with('/');
        let name = inside.trim_start_matches('/');
        let name = name
            .split(|it: char| !it.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let name = name.to_ascii_lowercase();
        let is_repeated = REPEATED.contains(&name.as_str());
        if is_end {
            depth = depth.saturating_sub(1);
            repeated = repeated.saturating_sub(u64::from(is_repeated));
        } else {
            depth += u64::from(!UNENDED.contains(&name.as_str()) && !inside.ends_with('/'));
            repeated += u64::from(is_repeated);
            nodes += 2 + repeated;
        }
        // Every tag looks through the elements that are open, every attribute through those before it.
        let attributes = inside.split_ascii_whitespace().count() as u64;
        meter.foresee(40 + depth + repeated * 10 + attributes * attributes / 4)?;
        if nodes > MOST_NODES {
            return Err(too_large());
        }
    }
    meter.spend_on(text.len())
}

fn too_large() -> Refusal {
    Refusal::new(Reason::TooMuch, "the page has too much in it to be read; split it")
}
