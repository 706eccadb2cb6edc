//! How deep a page is nested, told before it is parsed: parsing takes time by the square of it.

/// How many elements may be open at once.
const MAX_OPEN_ELEMENTS: usize = 1_000;
/// How many tags a page may have.
const TAGS: usize = 300_000;
/// Elements that end by themselves.
const BRIEF: [&str; 34] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "caption", "body",
    "html", "head", "rt", "rp", "path",
];

/// Tells whether the nesting is deeper than people or programs write.
pub(super) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut tags) = (0usize, 0usize);
    for part in text.split('<').skip(1) {
        let (is_end, part) = match part.strip_prefix('/') {
            Some(part) => (true, part),
            None => (false, part),
        };
        let length = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = part.get(..length).unwrap_or_default();
        if !name.starts_with(|it: char| it.is_ascii_alphabetic()) {
            continue;
        }
        tags += 1;
        if BRIEF.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        if depth > MAX_OPEN_ELEMENTS || tags > TAGS {
            return true;
        }
    }
    false
}
